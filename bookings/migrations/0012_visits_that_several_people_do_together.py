"""Who helps with a service; open time kept for search counts as many people as a service needs."""

# ruff: noqa: S608 - statements are put together from the constants below

import django.db.models.deletion
from django.db import migrations, models

ALL = "(~ B'0'::bit(96))"
NONE = "B'0'::bit(96)"

FUNCTIONS = f"""
-- The quarters that at least so many of these bit strings have.
CREATE FUNCTION bookings_at_least(wanted int, many bit[]) RETURNS bit LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    -- At place n: the quarters that n of those seen so far have.
    seen bit(96)[] := array_fill({NONE}, ARRAY[wanted]);
    each bit(96);
    n int;
BEGIN
    FOREACH each IN ARRAY many LOOP
        FOR n IN REVERSE wanted..2 LOOP
            seen[n] := seen[n] | (seen[n - 1] & each);
        END LOOP;
        seen[1] := seen[1] | each;
    END LOOP;
    RETURN seen[wanted];
END $$;

-- What search is to know of these outlets on these days. What several do together may start when as many can.
CREATE OR REPLACE FUNCTION bookings_outlet_days(outlets bigint[], days date[])
RETURNS TABLE (outlet_id bigint, category_id bigint, day date, point geography, starts bit) LANGUAGE sql STABLE AS $$
    SELECT sold.outlet_id, sold.category_id, sold.day, (SELECT o.point FROM providers_outlet o WHERE o.id = sold.outlet_id),
           bit_or(sold.starts)
      FROM (SELECT f.outlet_id, f.category_id, d.day,
                   bookings_starts(d.open, bookings_first_minutes(s.*)) AS starts
              FROM providers_offering f
              JOIN providers_service s ON s.id = f.service_id
              JOIN bookings_staffday d ON d.outlet_id = f.outlet_id AND d.day = ANY(days)
              JOIN providers_skill k ON k.service_id = f.service_id AND k.staff_id = d.staff_id AND NOT k.held_back
             WHERE f.outlet_id = ANY(outlets) AND f.is_live AND bookings_first_minutes(s.*) > 0 AND s.team_size = 1
            UNION ALL
            SELECT f.outlet_id, f.category_id, d.day, bookings_at_least(
                   s.team_size, array_agg(bookings_starts(d.open, bookings_first_minutes(s.*))))
              FROM providers_offering f
              JOIN providers_service s ON s.id = f.service_id
              JOIN bookings_staffday d ON d.outlet_id = f.outlet_id AND d.day = ANY(days)
              JOIN providers_skill k ON k.service_id = f.service_id AND k.staff_id = d.staff_id AND NOT k.held_back
             WHERE f.outlet_id = ANY(outlets) AND f.is_live AND bookings_first_minutes(s.*) > 0 AND s.team_size > 1
             GROUP BY f.id, s.id, d.day
            UNION ALL
            SELECT f.outlet_id, f.category_id, each.day, {ALL}
              FROM providers_offering f
              JOIN providers_service s ON s.id = f.service_id
             CROSS JOIN unnest(days) AS each(day)
             WHERE f.outlet_id = ANY(outlets) AND f.is_live AND bookings_first_minutes(s.*) = 0) sold
     GROUP BY sold.outlet_id, sold.category_id, sold.day
$$;

-- How many do a service together counts, too.
DROP TRIGGER open_time_is_due_again ON providers_service;
CREATE TRIGGER open_time_is_due_again AFTER UPDATE OF duration_min, phases, capacity, team_size ON providers_service
    FOR EACH ROW WHEN (OLD.duration_min IS DISTINCT FROM NEW.duration_min OR OLD.phases IS DISTINCT FROM NEW.phases
        OR OLD.capacity IS DISTINCT FROM NEW.capacity OR OLD.team_size IS DISTINCT FROM NEW.team_size)
    EXECUTE FUNCTION bookings_open_time_is_due('service', 'id');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0011_fill_in_amounts_paid_in_advance"),
        ("providers", "0019_services_that_several_people_do_together"),
    ]

    operations = [
        migrations.CreateModel(
            name="ItemHelper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="helper_rows",
                        to="bookings.bookingitem",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="providers.staffmember",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("item", "staff"), name="one_helps_once_with_an_item")
                ],
            },
        ),
        migrations.AddField(
            model_name="bookingitem",
            name="helpers",
            field=models.ManyToManyField(
                related_name="helped_items", through="bookings.ItemHelper", to="providers.staffmember"
            ),
        ),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
    ]
