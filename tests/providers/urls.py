"""The providers router alone, under the address and with the sign-in of the assembled API."""

from django.urls import path
from ninja import NinjaAPI

from accounts.auth import authenticate
from common.api import answer_errors
from providers.api import router

api = NinjaAPI(auth=authenticate, urls_namespace="providers-alone", docs_url=None)
answer_errors(api)
api.add_router("", router)

urlpatterns = [path("api/v1/", api.urls)]
