"""What changes an outlet's slots is noted, so that lists that were worked out before can be told again until then."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import bookings.models.slots

# The arguments are those of bookings_open_time_is_due: what the changed row names, and in which column.
FUNCTIONS = """
CREATE FUNCTION bookings_slots_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    named text := TG_ARGV[0];
    found jsonb[] := ARRAY[to_jsonb(NEW), to_jsonb(OLD)];
BEGIN
    INSERT INTO bookings_slotchange (outlet_id, made_at)
    SELECT changed.outlet, clock_timestamp() FROM (
           SELECT (each ->> TG_ARGV[1])::bigint FROM unnest(found) each WHERE named = 'outlet'
           UNION SELECT a.outlet_id FROM unnest(found) each
              JOIN providers_staffassignment a ON a.staff_id = (each ->> TG_ARGV[1])::bigint WHERE named = 'person'
           UNION SELECT f.outlet_id FROM unnest(found) each
              JOIN providers_offering f ON f.service_id = (each ->> TG_ARGV[1])::bigint WHERE named = 'service'
           ) changed(outlet) WHERE changed.outlet IS NOT NULL;
    RETURN NULL;
END $$;

CREATE FUNCTION bookings_slots_are_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO bookings_slotchange (outlet_id, made_at)
    SELECT taken.outlet, clock_timestamp() FROM (
           SELECT a.outlet_id FROM providers_staffassignment a WHERE a.staff_id IN (NEW.staff_id, OLD.staff_id)
           UNION SELECT r.outlet_id FROM providers_resource r WHERE r.id IN (NEW.resource_id, OLD.resource_id)
           ) taken(outlet);
    RETURN NULL;
END $$;

CREATE TRIGGER slots_change AFTER INSERT OR UPDATE OR DELETE ON bookings_allocation
    FOR EACH ROW EXECUTE FUNCTION bookings_slots_are_taken();
-- By the clock alone a hold ends when a list that was worked out before says so: unless that is changed.
CREATE TRIGGER slots_change AFTER UPDATE OF hold_expires_at ON bookings_booking
    FOR EACH ROW WHEN (OLD.hold_expires_at IS DISTINCT FROM NEW.hold_expires_at)
    EXECUTE FUNCTION bookings_slots_change('outlet', 'outlet_id');
"""

# Table, what its rows name, in which column.
WATCHED = [
    ("providers_outlet", "outlet", "id"),
    ("providers_hoursrule", "outlet", "outlet_id"),
    ("providers_hoursoverride", "outlet", "outlet_id"),
    ("providers_closure", "outlet", "outlet_id"),
    ("providers_offering", "outlet", "outlet_id"),
    ("providers_resource", "outlet", "outlet_id"),
    ("providers_staffassignment", "outlet", "outlet_id"),
    ("providers_staffmember", "person", "id"),
    ("providers_timeoff", "person", "staff_id"),
    ("providers_skill", "person", "staff_id"),
    ("providers_service", "service", "id"),
    ("providers_serviceoption", "service", "service_id"),
    ("providers_resourceneed", "service", "service_id"),
]


def watching(table: str, named: str, column: str) -> str:
    """The trigger of one table, by which every change of it is noted."""
    return f"""
CREATE TRIGGER slots_change AFTER INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION bookings_slots_change('{named}', '{column}');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0017_refunds_that_people_decide_about"),
        ("providers", "0019_services_that_several_people_do_together"),
    ]

    operations = [
        migrations.CreateModel(
            name="SlotChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "xid",
                    bookings.models.slots.TransactionField(
                        db_default=models.Func(function="pg_current_xact_id")
                    ),
                ),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "outlet",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="providers.outlet",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["outlet", "xid"], name="slot_changes_of_an_outlet")],
            },
        ),
        migrations.RunSQL(FUNCTIONS + "".join(watching(*each) for each in WATCHED), migrations.RunSQL.noop),
    ]
