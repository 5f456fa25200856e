"""From when on a required document binds who is listed already: what is asked for so far, 30 days from now."""

from django.db import migrations, models

import providers.models.vetting

KINDS = {
    "message": "Message",
    "submitted": "Sent for approval",
    "approved": "Approved",
    "revision_asked": "Changes asked for",
    "rejected": "Rejected",
    "warned": "Warning",
    "retraining": "Retraining asked for",
    "suspended": "Suspended",
    "reinstated": "Reinstated",
    "closed": "Closed",
    "appealed": "Appeal",
    "appeal_granted": "Appeal granted",
    "appeal_dismissed": "Appeal dismissed",
    "document_refused": "Document not accepted",
    "document_expired": "Document expired",
    "document_asked": "Document asked for",
}


class Migration(migrations.Migration):
    dependencies = [("providers", "0013_bank_accounts")]

    operations = [
        migrations.AddField(
            model_name="documentrequirement",
            name="binds_from",
            field=models.DateField(default=providers.models.vetting.first_binding_day),
        ),
        migrations.AddField(
            model_name="documentrequirement",
            name="told_to",
            field=models.BigIntegerField(default=0, null=True),
        ),
        migrations.AddField(
            model_name="documentrequirement",
            name="is_bound",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="vettingentry",
            name="kind",
            field=models.CharField(choices=list(KINDS.items()), max_length=16),
        ),
        migrations.RemoveConstraint(model_name="vettingentry", name="vetting_entry_kind_is_known"),
        migrations.AddConstraint(
            model_name="vettingentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", list(KINDS))), name="vetting_entry_kind_is_known"
            ),
        ),
    ]
