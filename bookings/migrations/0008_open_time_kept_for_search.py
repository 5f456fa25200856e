"""Open time kept ready for search: the tables, what computes them in SQL, and the triggers that keep them true.

bookings/models/kept.py and docs/availability.md explain it; bookings/rules/quarters.py is the same in Python.
"""

# ruff: noqa: S608 - statements are put together from the constants below

import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import bookings.models.kept

NONE = "B'0'::bit(96)"
ALL = "(~ B'0'::bit(96))"

FUNCTIONS = f"""
-- The quarters from the first up to but not including the end.
CREATE FUNCTION bookings_quarters(first int, past int) RETURNS bit LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN first < past THEN ({ALL} >> first) & ({ALL} << (96 - past)) ELSE {NONE} END
$$;

-- The quarters of a day of UTC that are wholly taken from a person. Holds are not counted, nor what is late.
CREATE FUNCTION bookings_taken(person bigint, on_day date) RETURNS bit LANGUAGE sql STABLE AS $$
    WITH whole AS (
        SELECT tstzrange(on_day::timestamp AT TIME ZONE 'UTC', (on_day + 1)::timestamp AT TIME ZONE 'UTC') AS span
    ), live AS (
        SELECT a.item_id, a.period * whole.span AS part
          FROM whole JOIN bookings_allocation a ON a.staff_id = person AND a.staff_id IS NOT NULL
           AND a.live AND NOT a.overbooked AND a.period && whole.span
        UNION ALL
        SELECT a.item_id, a.period * whole.span
          FROM whole JOIN bookings_allocation a ON a.live AND a.overbooked AND a.period && whole.span
         WHERE a.staff_id = person
    ), parts AS (
        SELECT unnest(range_agg(live.part)) AS part FROM live
         WHERE NOT EXISTS (
               SELECT FROM bookings_bookingitem i JOIN bookings_booking b ON b.id = i.booking_id
                WHERE i.id = live.item_id AND b.status IN ('held', 'expired'))
    )
    SELECT coalesce(bit_or(bookings_quarters(
               ceil(extract(epoch FROM lower(parts.part) - lower(whole.span)) / 900)::int,
               floor(extract(epoch FROM upper(parts.part) - lower(whole.span)) / 900)::int)), {NONE})
      FROM parts, whole
$$;

-- The quarters in which something may start that takes a person for so many minutes on end; 0: any. What comes
-- after the day counts as open.
CREATE FUNCTION bookings_starts(open bit, minutes int) RETURNS bit LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    needed int := least(96, ceil(minutes / 15.0));
    have int := 1;
    step int;
    found bit(96) := open;
BEGIN
    IF minutes = 0 THEN
        RETURN {ALL};
    END IF;
    WHILE have < needed LOOP
        step := least(have, needed - have);
        found := found & ((found << step) | (~ ({ALL} << step)));
        have := have + step;
    END LOOP;
    RETURN found;
END $$;

-- For how many minutes on end a service takes its person from its start on; 0: it may start whether or not they are
-- free (seats in sessions, or a service that begins without them).
CREATE FUNCTION bookings_first_minutes(service providers_service) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN service.capacity > 1 THEN 0
                WHEN jsonb_array_length(service.phases) = 0 THEN service.duration_min
                WHEN service.phases -> 0 ->> 'kind' = 'active' THEN (service.phases -> 0 ->> 'minutes')::int
                ELSE 0 END
$$;

-- What search is to know of these outlets on these days.
CREATE FUNCTION bookings_outlet_days(outlets bigint[], days date[])
RETURNS TABLE (outlet_id bigint, category_id bigint, day date, point geography, starts bit) LANGUAGE sql STABLE AS $$
    SELECT sold.outlet_id, sold.category_id, sold.day, (SELECT o.point FROM providers_outlet o WHERE o.id = sold.outlet_id),
           bit_or(sold.starts)
      FROM (SELECT f.outlet_id, f.category_id, d.day,
                   bookings_starts(d.open, bookings_first_minutes(s.*)) AS starts
              FROM providers_offering f
              JOIN providers_service s ON s.id = f.service_id
              JOIN bookings_staffday d ON d.outlet_id = f.outlet_id AND d.day = ANY(days)
              JOIN providers_skill k ON k.service_id = f.service_id AND k.staff_id = d.staff_id AND NOT k.held_back
             WHERE f.outlet_id = ANY(outlets) AND f.is_live AND bookings_first_minutes(s.*) > 0
            UNION ALL
            SELECT f.outlet_id, f.category_id, each.day, {ALL}
              FROM providers_offering f
              JOIN providers_service s ON s.id = f.service_id
             CROSS JOIN unnest(days) AS each(day)
             WHERE f.outlet_id = ANY(outlets) AND f.is_live AND bookings_first_minutes(s.*) = 0) sold
     GROUP BY sold.outlet_id, sold.category_id, sold.day
$$;

-- What is taken from these people on these days has changed (two arrays of the same length). The rows are locked in
-- order first; each statement after that sees what was committed before it had them.
CREATE FUNCTION bookings_keep_taken(people bigint[], days date[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    outlets bigint[];
BEGIN
    PERFORM FROM bookings_staffday d
      WHERE (d.staff_id, d.day) IN (SELECT * FROM unnest(people, days))
      ORDER BY d.id FOR NO KEY UPDATE;
    WITH changed AS (
        UPDATE bookings_staffday d SET open = d.hours & ~ taken.bits
          FROM (SELECT DISTINCT t.person, t.day, bookings_taken(t.person, t.day) AS bits
                  FROM unnest(people, days) AS t(person, day)) taken
         WHERE d.staff_id = taken.person AND d.day = taken.day AND d.open <> d.hours & ~ taken.bits
        RETURNING d.outlet_id)
    SELECT array_agg(DISTINCT outlet_id) INTO outlets FROM changed;
    IF outlets IS NULL THEN
        RETURN;
    END IF;
    PERFORM FROM bookings_outletday o
      WHERE o.outlet_id = ANY(outlets) AND o.day = ANY(days) ORDER BY o.id FOR NO KEY UPDATE;
    UPDATE bookings_outletday o SET starts = fresh.starts, is_open = fresh.starts <> {NONE}
      FROM bookings_outlet_days(outlets, ARRAY(SELECT DISTINCT unnest(days))) fresh
     WHERE o.outlet_id = fresh.outlet_id AND o.category_id = fresh.category_id AND o.day = fresh.day
       AND o.starts <> fresh.starts;
END $$;

-- What a transaction takes and gives back is noted in a setting of its own, as "person,first day,last day,booking";
-- the first trigger of its commit keeps all of it at once: so that every transaction locks in the same order.
CREATE FUNCTION bookings_note(person bigint, period tstzrange, booking bigint) RETURNS void LANGUAGE sql AS $$
    SELECT set_config('hereabouts.taken', concat_ws(' ', nullif(current_setting('hereabouts.taken', true), ''),
               concat_ws(',', person, coalesce((lower(period) AT TIME ZONE 'UTC')::date, '-infinity'),
                         coalesce((upper(period) AT TIME ZONE 'UTC')::date, 'infinity'), booking)), true)
     WHERE person IS NOT NULL
$$;

CREATE FUNCTION bookings_note_allocation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    booking bigint;
BEGIN
    SELECT i.booking_id INTO booking FROM bookings_bookingitem i WHERE i.id = coalesce(NEW.item_id, OLD.item_id);
    PERFORM bookings_note(NEW.staff_id, NEW.period, booking), bookings_note(OLD.staff_id, OLD.period, booking);
    RETURN NULL;
END $$;

-- A booking begins to count, or ends to: all that it takes.
CREATE FUNCTION bookings_note_booking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bookings_note(a.staff_id, a.period, NULL)
       FROM bookings_bookingitem i JOIN bookings_allocation a ON a.item_id = i.id WHERE i.booking_id = NEW.id;
    RETURN NULL;
END $$;

CREATE FUNCTION bookings_keep_noted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    noted text := current_setting('hereabouts.taken', true);
    people bigint[];
    since date[];
    until date[];
    days date[];
BEGIN
    IF noted IS NULL OR noted = '' THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('hereabouts.taken', '', true);
    -- Of holds nothing is counted: neither that they take nor that they give back.
    SELECT array_agg(t.person), array_agg(t.since), array_agg(t.until) INTO people, since, until
      FROM (SELECT DISTINCT split_part(each, ',', 1)::bigint AS person, split_part(each, ',', 2)::date AS since,
                   split_part(each, ',', 3)::date AS until, nullif(split_part(each, ',', 4), '')::bigint AS booking
              FROM unnest(string_to_array(noted, ' ')) AS each) t
     WHERE NOT EXISTS (SELECT FROM bookings_booking b WHERE b.id = t.booking AND b.status IN ('held', 'expired'));
    IF people IS NULL THEN
        RETURN NULL;
    END IF;
    -- Whoever makes an outlet's days anew is waited for: else what is taken meanwhile would be in nobody's rows.
    PERFORM FROM bookings_openkept k
      WHERE k.outlet_id IN (SELECT a.outlet_id FROM providers_staffassignment a WHERE a.staff_id = ANY(people))
      ORDER BY k.outlet_id FOR KEY SHARE;
    SELECT array_agg(each.staff_id), array_agg(each.day) INTO people, days
      FROM (SELECT DISTINCT d.staff_id, d.day
              FROM unnest(people, since, until) t(person, since, until)
              JOIN bookings_staffday d ON d.staff_id = t.person AND d.day BETWEEN t.since AND t.until) each;
    IF people IS NOT NULL THEN
        PERFORM bookings_keep_taken(people, days);
    END IF;
    RETURN NULL;
END $$;

-- An outlet's open time is to be made anew. The argument says what the changed row names: its outlet, its person (at
-- each of their outlets), its service (wherever it is sold), or that it is the outlet, the person or the service.
CREATE FUNCTION bookings_open_time_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    named text := TG_ARGV[0];
    found jsonb[] := ARRAY[to_jsonb(NEW), to_jsonb(OLD)];
BEGIN
    INSERT INTO bookings_openkept (outlet_id, until)
    SELECT o.id, date '0001-01-01' FROM providers_outlet o
     WHERE o.id IN (
           SELECT (each ->> TG_ARGV[1])::bigint FROM unnest(found) each WHERE named = 'outlet'
           UNION SELECT a.outlet_id FROM unnest(found) each
              JOIN providers_staffassignment a ON a.staff_id = (each ->> TG_ARGV[1])::bigint WHERE named = 'person'
           UNION SELECT f.outlet_id FROM unnest(found) each
              JOIN providers_offering f ON f.service_id = (each ->> TG_ARGV[1])::bigint WHERE named = 'service')
     ORDER BY o.id
        ON CONFLICT (outlet_id) DO UPDATE SET until = excluded.until
     WHERE bookings_openkept.until > excluded.until;
    RETURN NULL;
END $$;
"""

# A booking that begins or ends to count.
CHANGES = "((OLD.status IN ('held', 'expired')) <> (NEW.status IN ('held', 'expired')))"
# They are kept at commit, after every other lock of the transaction: docs/locking.md.
TAKEN = f"""
CREATE TRIGGER open_time_noted AFTER INSERT OR UPDATE OR DELETE ON bookings_allocation
    FOR EACH ROW EXECUTE FUNCTION bookings_note_allocation();
CREATE CONSTRAINT TRIGGER open_time_kept AFTER INSERT OR UPDATE OR DELETE ON bookings_allocation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION bookings_keep_noted();
CREATE TRIGGER open_time_noted AFTER UPDATE OF status ON bookings_booking
    FOR EACH ROW WHEN {CHANGES} EXECUTE FUNCTION bookings_note_booking();
CREATE CONSTRAINT TRIGGER open_time_kept AFTER UPDATE OF status ON bookings_booking
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN {CHANGES} EXECUTE FUNCTION bookings_keep_noted();
"""

# Table, what the row names and in which column, and the columns that count (none: all of them).
WATCHED = [
    ("providers_hoursrule", "outlet", "outlet_id", ()),
    ("providers_hoursoverride", "outlet", "outlet_id", ()),
    ("providers_closure", "outlet", "outlet_id", ()),
    ("providers_timeoff", "person", "staff_id", ()),
    ("providers_staffassignment", "outlet", "outlet_id", ()),
    ("providers_skill", "person", "staff_id", ("staff_id", "service_id", "held_back")),
    ("providers_offering", "outlet", "outlet_id", ("outlet_id", "service_id", "category_id", "is_live")),
    ("providers_staffmember", "person", "id", ("archived_at",)),
    ("providers_service", "service", "id", ("duration_min", "phases", "capacity")),
    (
        "providers_outlet",
        "outlet",
        "id",
        ("point", "timezone", "country", "keeps_holidays", "holiday_region", "archived_at"),
    ),
]


def watching(table: str, named: str, column: str, columns: tuple[str, ...]) -> str:
    """The triggers of one table, by which a change of it makes open time due."""
    call = f"EXECUTE FUNCTION bookings_open_time_is_due('{named}', '{column}')"
    differs = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
    of = f" OF {', '.join(columns)}" if columns else ""
    when = f"WHEN ({differs or 'OLD.* IS DISTINCT FROM NEW.*'})"
    return f"""
CREATE TRIGGER open_time_is_due AFTER INSERT OR DELETE ON {table} FOR EACH ROW {call};
CREATE TRIGGER open_time_is_due_again AFTER UPDATE{of} ON {table} FOR EACH ROW {when} {call};
"""


ENDS_WITH = """
ALTER TABLE bookings_openkept ADD FOREIGN KEY (outlet_id) REFERENCES providers_outlet (id) ON DELETE CASCADE;
ALTER TABLE bookings_staffday SET (fillfactor = 85);
ALTER TABLE bookings_outletday SET (fillfactor = 85);
INSERT INTO bookings_openkept (outlet_id, until) SELECT id, date '0001-01-01' FROM providers_outlet;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0007_guests_of_a_visit"),
        ("providers", "0018_phases_of_services_and_waits"),
    ]

    operations = [
        migrations.CreateModel(
            name="OpenKept",
            fields=[
                (
                    "outlet",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="providers.outlet",
                    ),
                ),
                ("until", models.DateField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="OutletDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                (
                    "point",
                    django.contrib.gis.db.models.fields.PointField(
                        geography=True, spatial_index=False, srid=4326
                    ),
                ),
                ("starts", bookings.models.kept.QuartersField()),
                ("is_open", models.BooleanField()),
                (
                    "category",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="providers.category",
                    ),
                ),
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
                "indexes": [
                    django.contrib.postgres.indexes.GistIndex(
                        condition=models.Q(("is_open", True)),
                        fields=["category", "day", "point"],
                        name="outletday_open_nearest",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("outlet", "day", "category"), name="one_outlet_day_per_category"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("hours", bookings.models.kept.QuartersField()),
                ("open", bookings.models.kept.QuartersField()),
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
                (
                    "staff",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="providers.staffmember",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["outlet", "day"], name="staffday_of_an_outlet")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("staff", "day", "outlet"), name="one_day_of_a_person_per_outlet"
                    )
                ],
            },
        ),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(TAKEN, migrations.RunSQL.noop),
        migrations.RunSQL("".join(watching(*each) for each in WATCHED), migrations.RunSQL.noop),
        migrations.RunSQL(ENDS_WITH, migrations.RunSQL.noop),
    ]
