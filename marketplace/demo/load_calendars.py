"""What two people of a salon do elsewhere, as files of their own calendars. Made by the services."""

from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from accounts.principals import Principal
from bookings.services import busy_calendars
from common import clock
from providers.models import StaffMember

NAME = "Family calendar"
# Whose Wednesday afternoons are taken.
BUSY = "aino@demo.example"
# By e-mail: on which weekdays (RFC 5545), from and until when on the outlet's clock.
ELSEWHERE = {
    BUSY: (("MO,TU,TH", "131500", "140000"), ("WE", "130000", "163000")),
    "sanna@demo.example": (("FR,SA", "121500", "131500"),),
}
_EVENT = """\
BEGIN:VEVENT
UID:{number}@family.example
DTSTART;TZID={zone}:{day}T{begins}
DTEND;TZID={zone}:{day}T{ends}
RRULE:FREQ=WEEKLY;BYDAY={weekdays}
END:VEVENT
"""


def load_calendars(*, at: datetime) -> None:
    """Have them read from `at` (aware) on. They recur for good, so that a later day has them, too."""
    for email, times in ELSEWHERE.items():
        user = User.objects.get(email=email)
        # A city that was thinned out for tests may lack the salon.
        person = StaffMember.objects.filter(membership__user=user).first()
        if person is None:
            continue
        zone = person.outlets.get().zone
        # Their rules begin on a Monday that is over: which weekday it is does not matter then.
        day = at.astimezone(zone).date()
        monday = day - timedelta(days=day.weekday() + 7)
        events = [
            _EVENT.format(
                number=number, zone=zone, day=f"{monday:%Y%m%d}", begins=begins, ends=ends, weekdays=weekdays
            )
            for number, (weekdays, begins, ends) in enumerate(times)
        ]
        told = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//demo//EN\n{''.join(events)}END:VCALENDAR\n"
        file = SimpleUploadedFile("family.ics", told.replace("\n", "\r\n").encode())
        with clock.at(at):
            busy_calendars.add_file(
                principal=Principal(user=user), staff=person.public_id, name=NAME, file=file
            )
