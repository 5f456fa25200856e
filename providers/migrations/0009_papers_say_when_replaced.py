from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    # Rows are written, then the table is changed: not in one transaction.
    atomic = False

    dependencies = [
        ("providers", "0008_documents_in_grace"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="replaced_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        # When, nobody knows any more: their time begins now.
        migrations.RunSQL(
            "UPDATE providers_document SET replaced_at = now() WHERE status = 'replaced'",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=~Q(status="replaced") | Q(replaced_at__isnull=False),
                name="document_replaced_says_when",
            ),
        ),
    ]
