"""Every review has its three parts: the constraints hold for old rows too, and the columns are needed.

PostgreSQL sees from a validated NOT NULL check that it need not read the table again under the lock.
"""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

PARTS = ("service_stars", "punctuality_stars", "value_stars")
THERE = models.CheckConstraint(
    condition=models.Q(
        service_stars__isnull=False, punctuality_stars__isnull=False, value_stars__isnull=False
    ),
    name="review_stars_are_there",
)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("reviews", "0003_fill_in_stars"),
    ]

    operations = [
        AddConstraintNotValid("review", THERE),
        *(
            ValidateConstraint("review", name)
            for name in (
                "review_stars_are_1_to_5",
                "review_rating_is_the_mean_of_its_stars",
                "erased_review_is_blank",
                "review_stars_are_there",
            )
        ),
        *(migrations.AlterField("review", part, models.PositiveSmallIntegerField()) for part in PARTS),
        migrations.RemoveConstraint("review", "review_stars_are_there"),
    ]
