"""Series and others want the same times at once: nobody is left with half a series."""

from datetime import timedelta

import pytest

from accounts.principals import Principal
from bookings.errors import SeriesNotFree
from bookings.models import Booking, BookingSeries
from bookings.rules.series import Frequency, Rule
from bookings.selectors.slots import ItemRequest
from bookings.services import series
from providers.models import Outlet, Service
from tests.factories import make_outlet, make_service, make_staff, make_user, tomorrow_at
from tests.races.test_waitlist_race import together

WEEKS = 5
RIVALS = 6


def _book(outlet: Outlet, service: Service, user: object, weeks: range) -> None:
    """From a week on, a visit a week at ten."""
    start = tomorrow_at(10, days=1 + 7 * weeks.start, outlet=outlet)
    day = start.astimezone(outlet.zone).date()
    series.book(
        principal=Principal(user=user),  # type: ignore[arg-type]
        outlet=outlet.public_id,
        item=ItemRequest(service.public_id),
        rule=Rule(Frequency.WEEKLY, 1, len(weeks)),
        first_day=day,
        at=start.astimezone(outlet.zone).time(),
        starts={
            day + timedelta(weeks=n): tomorrow_at(10, days=1 + 7 * week, outlet=outlet)
            for n, week in enumerate(weeks)
        },
    )


@pytest.mark.django_db(transaction=True)
def test_of_overlapping_series_each_is_whole_or_not_there() -> None:
    outlet = make_outlet()
    service = make_service(outlet, staff=[make_staff(outlet)])
    users = [make_user() for _ in range(RIVALS)]

    failed = together(
        *[
            lambda user=user, first=first % 3: _book(outlet, service, user, range(first, first + WEEKS))
            for first, user in enumerate(users)
        ]
    )

    # With one person, whose times they all want, one series is there; the others have nothing.
    assert all(SeriesNotFree.__name__ in each for each in failed)
    assert len(failed) == RIVALS - 1
    assert BookingSeries.objects.count() == 1
    assert Booking.objects.exclude(status="confirmed").count() == 0
    assert Booking.objects.filter(status="confirmed").count() == WEEKS
    assert Booking.objects.filter(series_visit__isnull=True).count() == 0
