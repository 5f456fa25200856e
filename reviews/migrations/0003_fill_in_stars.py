"""Reviews from before the three parts: each part is the overall, and the sums by part are counted.

In batches outside one transaction, so that nobody waits for long; again does no harm.
"""

from django.db import migrations
from django.db.models import F, Sum

BATCH = 2000


def fill_in(apps, schema_editor):
    Review = apps.get_model("reviews", "Review")
    while True:
        pks = list(
            Review.objects.filter(service_stars__isnull=True)
            .order_by("pk")
            .values_list("pk", flat=True)[:BATCH]
        )
        if not pks:
            break
        Review.objects.filter(pk__in=pks, service_stars__isnull=True).update(
            service_stars=F("rating"), punctuality_stars=F("rating"), value_stars=F("rating")
        )
    for model, column in (("Outlet", "outlet_id"), ("StaffMember", "staff_id")):
        rows = apps.get_model("providers", model).objects
        sums = (
            Review.objects.filter(**{f"{column}__isnull": False})
            .values_list(column)
            .annotate(
                service=Sum("service_stars"), punctuality=Sum("punctuality_stars"), value=Sum("value_stars")
            )
        )
        for pk, service, punctuality, value in list(sums):
            rows.filter(pk=pk).update(service_sum=service, punctuality_sum=punctuality, value_sum=value)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("reviews", "0002_stars_by_part"),
    ]

    operations = [migrations.RunPython(fill_in, migrations.RunPython.noop, elidable=True)]
