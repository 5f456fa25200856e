from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0029_notes_about_customers"),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="waits_again",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
