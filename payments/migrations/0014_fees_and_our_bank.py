from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0013_cards_that_are_kept"),
    ]

    operations = [
        migrations.AddField(
            model_name="gatewayday",
            name="fees_booked",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="gatewayday",
            name="to_bank",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="gatewayday",
            name="to_bank_booked",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name="gatewaydifference",
            name="kind",
            field=models.CharField(
                choices=[
                    ("not_booked", "not booked"),
                    ("not_reported", "not reported"),
                    ("amount", "amount"),
                    ("twice", "twice"),
                    ("more_than_held", "more than held"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="ledgeraccount",
            name="kind",
            field=models.CharField(
                choices=[
                    ("gateway", "gateway"),
                    ("escrow", "escrow"),
                    ("refund_due", "refund due"),
                    ("payable", "payable"),
                    ("commission", "commission"),
                    ("wallet", "wallet"),
                    ("tax", "tax"),
                    ("payout_due", "payout due"),
                    ("fees", "fees"),
                    ("bank", "bank"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="ledgertransaction",
            name="kind",
            field=models.CharField(
                choices=[
                    ("capture", "capture"),
                    ("release", "release"),
                    ("fee", "fee"),
                    ("refund", "refund"),
                    ("refund_paid", "refund paid"),
                    ("chargeback", "chargeback"),
                    ("chargeback_won", "chargeback won"),
                    ("counter", "counter"),
                    ("payout", "payout"),
                    ("payout_paid", "payout paid"),
                    ("gateway_fee", "gateway fee"),
                    ("gateway_payout", "gateway payout"),
                    ("compensation", "compensation"),
                    ("reversal", "reversal"),
                ],
                max_length=16,
            ),
        ),
    ]
