from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from payments import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("webhooks/<slug:gateway>", views.webhook, name="payment_webhook")
]

if settings.DEMO:
    urlpatterns.append(path("sandbox/", include("payments.sandbox.urls")))
