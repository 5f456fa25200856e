"""Where public pictures are."""

from django.urls import path

from common.uploads.views import picture

urlpatterns = [path("pictures/<str:file_id>", picture, name="picture")]
