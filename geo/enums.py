"""The fixed words of geo."""

from django.db.models import TextChoices


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
