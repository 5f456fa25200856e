"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path, re_path

from marketplace.api import api, unknown
from marketplace.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("api/v1/", api.urls),
    re_path("^api/", unknown, name="api_unknown"),
    path("admin/", admin.site.urls),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/", include("allauth.account.urls")),
    path("", include("frontend.views.account_urls")),
    path("", include("geo.urls")),
    path("", include("common.uploads.urls")),
    path("", include("payments.urls")),
    # The development mailbox; its views answer 404 outside the demo and development.
    path("", include("notifications.urls")),
    path("", include("frontend.urls")),
]

handler400 = "frontend.views.errors.bad_request"
handler403 = "frontend.views.errors.forbidden"
handler404 = "frontend.views.errors.not_found"
handler500 = "frontend.views.errors.server_error"
