from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_exports_erasures_consents"),
    ]

    operations = [
        migrations.AddField(
            model_name="erasurerequest",
            name="tried_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
