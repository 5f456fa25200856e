"""Names are searched by words within them and by near misses: both walk trigram indexes."""

from django.db import migrations

TABLES = ("service", "outlet", "provider")


class Migration(migrations.Migration):
    dependencies = [("providers", "0001_businesses_catalogue_hours")]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX {table}_name_words ON providers_{table} USING gin (name gin_trgm_ops)",
            f"DROP INDEX {table}_name_words",
        )
        for table in TABLES
    ]
