"""Of an expired document: to when it is put up with. Those that have expired keep the grace they had."""

from datetime import timedelta

from django.db import migrations, models
from django.db.models import F


def give_expired_ones_theirs(apps, schema_editor):
    apps.get_model("providers", "Document").objects.filter(
        status="expired", valid_until__isnull=False
    ).update(grace_until=F("valid_until") + timedelta(days=14))


class Migration(migrations.Migration):
    # Rows are written, then the table is changed: not in one transaction.
    atomic = False

    dependencies = [("providers", "0007_training_and_quizzes")]

    operations = [
        migrations.AddField(
            model_name="document",
            name="grace_until",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.RunPython(give_expired_ones_theirs, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("grace_until__isnull", False), ("status", "expired")),
                fields=["grace_until"],
                name="documents_in_grace",
            ),
        ),
    ]
