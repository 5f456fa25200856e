"""The entry point for sockets (daphne): nginx sends `/ws` here, and everything else to wsgi.py."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

# Before whatever imports models: it sets Django up.
http = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402
from channels.security.websocket import OriginValidator  # noqa: E402
from django.conf import settings  # noqa: E402

from marketplace.routing import sockets  # noqa: E402


class AllowedOrigins(OriginValidator):
    """Pages of other sites may not open sockets with a visitor's cookies (ALLOWED_HOSTS).

    A browser always says where its page is from; an app says nothing, and has no visitor's cookies to abuse.
    """

    def valid_origin(self, parsed_origin: Any) -> bool:
        return parsed_origin is None or bool(self.validate_origin(parsed_origin))


application = ProtocolTypeRouter({"http": http, "websocket": AllowedOrigins(sockets, settings.ALLOWED_HOSTS)})
