"""Some kinds of papers about people are badges on their card: those that say what they have learnt."""

from django.db import migrations, models


def show_trade_certificates(apps, schema_editor):
    kinds = apps.get_model("providers", "DocumentKind").objects
    kinds.filter(slug="trade-certificate", subject="person").update(is_badge=True)


class Migration(migrations.Migration):
    dependencies = [("providers", "0015_grid_window_holidays_and_turns")]

    operations = [
        migrations.AddField(
            model_name="documentkind",
            name="is_badge",
            field=models.BooleanField(
                default=False,
                help_text="of people: everybody sees on their card that one holds, never the document",
            ),
        ),
        migrations.RunPython(show_trade_certificates, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name="documentkind",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_badge", False), ("subject", "person"), _connector="OR"),
                name="document_kind_that_is_a_badge_is_about_people",
            ),
        ),
    ]
