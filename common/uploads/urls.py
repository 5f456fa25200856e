"""Where public pictures are."""

from django.urls import path

from common.uploads.views import picture, picture_size

urlpatterns = [
    path("pictures/<str:file_id>", picture, name="picture"),
    path("pictures/<str:file_id>/<int:width>.<slug:ending>", picture_size, name="picture_size"),
]
