"""The fixed words of geo."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Layer(TextChoices):
    """A layer of the map; its value is the layer's name in a vector tile."""

    WATER = "water", "Water"
    PARKS = "parks", "Green areas"
    SQUARES = "squares", "Squares and pedestrian areas"
    BUILDINGS = "buildings", "Buildings"
    RAILS = "rails", "Railways and tramways"
    STREETS = "streets", "Streets and paths"


class Precision(TextChoices):
    """How exactly an address was found."""

    HOUSE = "house", "the house number itself"
    NEARBY = "nearby", "the nearest known number of the street"
    STREET = "street", "the middle of the street"


class TravelMode(TextChoices):
    """How somebody gets from one place to another."""

    CAR = "car", _("By car")
    BICYCLE = "bicycle", _("By bicycle")
    FOOT = "foot", _("On foot")
    TRANSIT = "transit", _("By public transport")
