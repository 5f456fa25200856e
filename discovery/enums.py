"""The fixed words of search."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Sort(TextChoices):
    """In what order results come."""

    DISTANCE = "distance", _("Nearest")
    RATING = "rating", _("Best rated")
    PRICE = "price", _("Cheapest")
    SOONEST = "soonest", _("Free soonest")
