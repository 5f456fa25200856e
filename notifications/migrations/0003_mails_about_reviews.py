from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_mails_about_requests"),
    ]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="kind",
            field=models.CharField(
                choices=[
                    ("confirmed", "confirmed"),
                    ("rescheduled", "rescheduled"),
                    ("cancelled", "cancelled"),
                    ("reminder", "reminder"),
                    ("paid_too_late", "paid too late"),
                    ("refunded", "refunded"),
                    ("requested", "requested"),
                    ("declined", "declined"),
                    ("review_invited", "review: invited"),
                    ("review_replied", "review: replied"),
                    ("review_hidden", "review: hidden"),
                    ("review_restored", "review: shown again"),
                    ("review_appeal", "review: appeal refused"),
                    ("provider_reviewed", "provider: reviewed"),
                    ("provider_hidden", "provider: review hidden"),
                    ("provider_restored", "provider: review shown"),
                    ("provider_appeal", "provider: appeal refused"),
                    ("provider_new", "provider: new"),
                    ("provider_moved", "provider: moved"),
                    ("provider_cancelled", "provider: cancelled"),
                    ("provider_request", "provider: request"),
                    ("provider_overdue", "provider: overdue"),
                ],
                max_length=20,
            ),
        ),
    ]
