"""Their rows are policy rules since 0003."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0003_policy_rules_with_tiers_and_bounds"),
    ]

    operations = [
        migrations.DeleteModel(name="CancellationPolicy"),
    ]
