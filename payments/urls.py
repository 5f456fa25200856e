from django.conf import settings
from django.urls import include, path

from payments import views

urlpatterns = [path("webhooks/<slug:gateway>", views.webhook, name="payment_webhook")]

if settings.DEMO:
    urlpatterns.append(path("sandbox/", include("payments.sandbox.urls")))
