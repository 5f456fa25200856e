from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("providers", "0018_phases_of_services_and_waits"),
    ]

    operations = [
        migrations.AddField(
            model_name="service",
            name="team_size",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(("team_size__gte", 1), ("team_size__lte", 8)),
                name="service_is_done_by_1_to_8_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(("team_size", 1), ("capacity", 1), _connector="OR"),
                name="group_is_led_by_one_person",
            ),
        ),
    ]
