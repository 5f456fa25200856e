"""The HTTP entry point (granian)."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

application = get_wsgi_application()

# All pages and endpoints are loaded now, not by the first request, and what is loaded stays: the collector of cycles
# need not walk it again and again. Nor need it look after every 700 objects, when one list of slots makes thousands:
# its passes took up to a third of a request's time. https://docs.python.org/3/library/gc.html#gc.freeze
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
