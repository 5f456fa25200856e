"""Every address of the site."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("admin/", admin.site.urls)]

for prefix, module in [
    ("account/", "allauth.account.urls"),
    ("", "geo.urls"),
    ("", "payments.urls"),
    ("", "notifications.urls"),
    ("", "marketplace.api_urls"),
    ("", "frontend.urls"),
]:
    try:
        if find_spec(module):
            urlpatterns.append(path(prefix, include(module)))
    except ModuleNotFoundError:
        pass
