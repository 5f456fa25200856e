from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0013_mails_about_chargebacks"),
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
                    ("message", "message"),
                    ("receipt", "receipt"),
                    ("shop_suspended", "business suspended"),
                    ("shop_back", "business reinstated"),
                    ("review_invited", "review: invited"),
                    ("review_replied", "review: replied"),
                    ("review_hidden", "review: hidden"),
                    ("review_restored", "review: shown again"),
                    ("review_appeal", "review: appeal refused"),
                    ("report_decided", "review: report decided"),
                    ("provider_reviewed", "provider: reviewed"),
                    ("provider_hidden", "provider: review hidden"),
                    ("provider_restored", "provider: review shown"),
                    ("provider_appeal", "provider: appeal refused"),
                    ("provider_new", "provider: new"),
                    ("provider_moved", "provider: moved"),
                    ("provider_cancelled", "provider: cancelled"),
                    ("provider_request", "provider: request"),
                    ("objection", "objection"),
                    ("provider_objection", "provider: objection"),
                    ("provider_overdue", "provider: overdue"),
                    ("member_invited", "invited to a business"),
                    ("vetting", "provider: vetting"),
                    ("document_expiring", "provider: document runs out"),
                    ("bank_changed", "owner: bank account"),
                    ("payouts_held", "owner: payouts held"),
                    ("dispute", "owner: chargeback"),
                    ("payout_failed", "owner: payout failed"),
                    ("payee", "owner: account at the gateway"),
                ],
                max_length=20,
            ),
        ),
    ]
