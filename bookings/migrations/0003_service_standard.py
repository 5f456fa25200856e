from django.db import migrations, models

# Visits that were done before they were counted.
COUNT_SERVED = """
UPDATE providers_staffmember m SET served_count = done.n
  FROM (SELECT i.staff_id, count(DISTINCT i.booking_id) AS n
          FROM bookings_bookingitem i JOIN bookings_booking b ON b.id = i.booking_id
         WHERE b.status IN ('completed', 'closed') GROUP BY i.staff_id) done
 WHERE done.staff_id = m.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0002_requests_and_their_answers"),
        ("providers", "0006_service_standard_and_visits_done"),
    ]

    operations = [
        migrations.AddField(
            model_name="bookingitem",
            name="standard",
            field=models.JSONField(default=list),
        ),
        migrations.RunSQL(COUNT_SERVED, migrations.RunSQL.noop),
    ]
