"""A cancellation on a page is asked first and carried out ten seconds later, unless it is taken back."""

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models

NOT_ASKED = models.Q(cancel_asked_at__isnull=True, cancel_asked_by="", cancel_asked_as="")
ASKED = models.Q(cancel_asked_at__isnull=False, cancel_asked_as__in=["customer", "staff"]) & ~models.Q(
    cancel_asked_by=""
)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("bookings", "0012_visits_that_several_people_do_together"),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="cancel_asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="booking",
            name="cancel_asked_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="booking",
            name="cancel_asked_as",
            field=models.CharField(blank=True, db_default="", default="", max_length=8),
        ),
        AddConstraintNotValid(
            "booking",
            models.CheckConstraint(condition=NOT_ASKED | ASKED, name="booking_cancel_is_asked_by_somebody"),
        ),
        ValidateConstraint("booking", "booking_cancel_is_asked_by_somebody"),
        AddIndexConcurrently(
            "booking",
            models.Index(
                fields=["cancel_asked_at"],
                condition=models.Q(cancel_asked_at__isnull=False),
                name="booking_to_cancel",
            ),
        ),
    ]
