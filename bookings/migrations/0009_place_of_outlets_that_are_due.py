"""Where outlets are whose open time is to be made anew, so that search walks them nearest first."""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
from django.db import migrations

# As in 0008, and the row has the outlet's point.
DUE = """
CREATE OR REPLACE FUNCTION bookings_open_time_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    named text := TG_ARGV[0];
    found jsonb[] := ARRAY[to_jsonb(NEW), to_jsonb(OLD)];
BEGIN
    INSERT INTO bookings_openkept (outlet_id, until, point)
    SELECT o.id, date '0001-01-01', o.point FROM providers_outlet o
     WHERE o.id IN (
           SELECT (each ->> TG_ARGV[1])::bigint FROM unnest(found) each WHERE named = 'outlet'
           UNION SELECT a.outlet_id FROM unnest(found) each
              JOIN providers_staffassignment a ON a.staff_id = (each ->> TG_ARGV[1])::bigint WHERE named = 'person'
           UNION SELECT f.outlet_id FROM unnest(found) each
              JOIN providers_offering f ON f.service_id = (each ->> TG_ARGV[1])::bigint WHERE named = 'service')
     ORDER BY o.id
        ON CONFLICT (outlet_id) DO UPDATE SET until = excluded.until, point = excluded.point
     WHERE bookings_openkept.until > excluded.until
        OR ST_AsBinary(bookings_openkept.point) <> ST_AsBinary(excluded.point);
    RETURN NULL;
END $$;
"""
FILL = """
UPDATE bookings_openkept k SET point = o.point FROM providers_outlet o WHERE o.id = k.outlet_id;
"""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0008_open_time_kept_for_search")]

    operations = [
        migrations.AddField(
            model_name="openkept",
            name="point",
            field=django.contrib.gis.db.models.fields.PointField(
                geography=True, null=True, spatial_index=False, srid=4326
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="openkept",
            name="point",
            field=django.contrib.gis.db.models.fields.PointField(
                geography=True, spatial_index=False, srid=4326
            ),
        ),
        migrations.AddIndex(
            model_name="openkept",
            index=django.contrib.postgres.indexes.GistIndex(
                fields=["until", "point"], name="openkept_due_nearest"
            ),
        ),
        migrations.RunSQL(DUE, migrations.RunSQL.noop),
    ]
