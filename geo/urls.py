"""The map's tiles. Their layers and attributes are described in geo/tiles.py."""

from django.urls import path

from geo import views

app_name = "geo"

urlpatterns = [
    path("tiles/<int:zoom>/<int:x>/<int:y>.mvt", views.map_tile, name="tile"),
]
