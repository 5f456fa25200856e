"""Operators find people by parts of names and addresses, whatever the case (ILIKE): trigrams answer that."""

from django.db import migrations

COLUMNS = (
    ("accounts_user", "name"),
    ("accounts_user", "email"),
    ("accounts_customer", "name"),
    ("accounts_customer", "email"),
    ("providers_staffmember", "name"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("discovery", "0001_words_by_trigrams"),
        ("accounts", "0001_people"),
        ("providers", "0001_businesses_catalogue_hours"),
    ]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX {table}_{column}_words ON {table} USING gin ({column} gin_trgm_ops)",
            f"DROP INDEX {table}_{column}_words",
        )
        for table, column in COLUMNS
    ]
