"""What customers' stars come to, kept on the rows that search reads."""

from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Cast

from providers.rules import ratings


class Rated(models.Model):
    """Sums of the stars of the reviews that count, and how many they are.

    Written by reviews through providers.services.ratings only, in the transaction of each review. The Bayesian
    mean is the database's own work, so it cannot differ from the sums.
    """

    rating_sum = models.PositiveIntegerField(default=0)
    rating_count = models.PositiveIntegerField(default=0)
    service_sum = models.PositiveIntegerField(default=0, db_default=0)
    punctuality_sum = models.PositiveIntegerField(default=0, db_default=0)
    value_sum = models.PositiveIntegerField(default=0, db_default=0)
    rating_score = models.GeneratedField(
        expression=(
            Cast(F("rating_sum") + Value(ratings.PRIOR_MEAN * ratings.PRIOR_WEIGHT), models.FloatField())
            / Cast(F("rating_count") + Value(ratings.PRIOR_WEIGHT), models.FloatField())
        ),
        output_field=models.FloatField(),
        db_persist=True,
        help_text="the Bayesian mean (providers/rules/ratings.py)",
    )

    class Meta:
        abstract = True

    @property
    def rating(self) -> float | None:
        """The Bayesian mean as shown: 1 to 5 with one decimal; None without reviews."""
        return ratings.shown(self.rating_sum, self.rating_count)

    @property
    def service_rating(self) -> float | None:
        """The same for the work itself."""
        return ratings.shown(self.service_sum, self.rating_count)

    @property
    def punctuality_rating(self) -> float | None:
        """The same for being on time."""
        return ratings.shown(self.punctuality_sum, self.rating_count)

    @property
    def value_rating(self) -> float | None:
        """The same for what it was worth."""
        return ratings.shown(self.value_sum, self.rating_count)


def rating_is_in_range(name: str) -> models.CheckConstraint:
    """Of `count` reviews with 1 to 5 stars each, the sum lies between `count` and five times as many."""
    return models.CheckConstraint(
        condition=models.Q(rating_sum__gte=F("rating_count"))
        & models.Q(rating_sum__lte=F("rating_count") * 5),
        name=name,
    )


def parts_are_in_range(name: str) -> models.CheckConstraint:
    """The same for the three parts; their sums may be missing where only the overall is known."""
    most = F("rating_count") * 5
    return models.CheckConstraint(
        condition=models.Q(service_sum__lte=most)
        & models.Q(punctuality_sum__lte=most)
        & models.Q(value_sum__lte=most),
        name=name,
    )
