"""The operators' desk."""

from django.urls import path

from frontend.views import desk

app_name = "desk"

urlpatterns = [
    path("", desk.overview, name="overview"),
]
