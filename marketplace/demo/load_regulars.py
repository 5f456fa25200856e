"""Who comes again and again: two series, and what a salon notes about its customers. Made by the services."""

from datetime import datetime, time, timedelta

from django.db.models import Count, QuerySet

from accounts.models import Customer, User
from accounts.principals import Principal
from bookings.enums import NoteKind
from bookings.models import Booking, BookingSeries
from bookings.rules import states
from bookings.rules.series import Frequency, Rule
from bookings.selectors.access import booking_for
from bookings.selectors.customers import person_of
from bookings.selectors.series import asked_first, free_near, tried
from bookings.selectors.slots import ItemRequest
from bookings.services import changes, customer_notes, series
from common import clock
from common.models import OutboxMessage
from marketplace.demo import signins
from marketplace.demo.terms import SALON
from providers.enums import Role
from providers.models import Membership, Offering, Outlet
from providers.selectors.public import live_offerings

# Within the days that one may book ahead.
EVERY_SECOND_WEEK = Rule(Frequency.WEEKLY, 2, count=4)
EVERY_THIRD_WEEK = Rule(Frequency.WEEKLY, 3, count=3)
AFTERNOON, EVENING = time(14), time(16, 30)
FRIDAY = 4
_PREFERENCE, _NOTE = NoteKind.PREFERENCE, NoteKind.NOTE
# By whom, what, about whom of `_written_about`.
NOTES: tuple[tuple[str, str, NoteKind, str], ...] = (
    (
        "aino@demo.example",
        "regular",
        _PREFERENCE,
        "Allergic to PPD: colour without it. Patch test before a new one.",
    ),
    (
        "sanna@demo.example",
        "regular",
        _NOTE,
        "Comes with the tram from Munkkiniemi, sometimes five minutes late.",
    ),
    ("sanna@demo.example", "known", _PREFERENCE, "Likes it quiet. Coffee black."),
    ("mikael@demo.example", "missed", _NOTE, "Did not come and did not answer. Ring up the day before."),
    ("mikael@demo.example", "late", _NOTE, "Gave up late: a child was ill. We let it be at the next visit."),
)


def load_series(*, at: datetime) -> None:
    """Book the series as of `at` (aware), where none has a visit ahead. Nobody is told by mail."""
    before = OutboxMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with clock.at(at):
        # A city that was thinned out for tests may lack either business.
        salon = _salon()
        regular = salon and _is_without(salon) and _written_about(salon).get("regular")
        if salon and regular and regular.user:
            made = _series(regular.user, salon, EVERY_SECOND_WEEK, at, AFTERNOON)
            if made:
                _move_second(made)
        massage = _massage()
        if massage and _is_without(massage):
            _series(User.objects.get(email=signins.CUSTOMER), massage, EVERY_THIRD_WEEK, at, EVENING)
    OutboxMessage.objects.filter(pk__gt=before).delete()


def load_notes(*, at: datetime) -> None:
    """What the salon's members wrote down, as of `at` (aware)."""
    salon = _salon()
    if salon is None:
        return
    owner = Membership.objects.select_related("provider", "user").get(
        provider=salon.provider, role=Role.OWNER
    )
    about = _written_about(salon)
    with clock.at(at):
        for email, whom, kind, text in NOTES:
            if customer := about.get(whom):
                customer_notes.add_note(
                    principal=Principal(user=User.objects.get(email=email)),
                    person=person_of(owner, customer.public_id),
                    kind=kind,
                    text=text,
                )


def _salon() -> Outlet | None:
    return Outlet.objects.filter(provider__name=SALON).select_related("provider").first()


def _is_without(outlet: Outlet) -> bool:
    """Whether no series has a visit ahead at the outlet."""
    ahead = Booking.objects.filter(outlet=outlet, status__in=states.LIVE, starts_at__gt=clock.now())
    return not ahead.filter(series_visit__isnull=False).exists()


def _massage() -> Outlet | None:
    return (
        Outlet.objects.filter(
            offerings__is_live=True, offerings__category__slug="massage", provider__status="approved"
        )
        .select_related("provider")
        .order_by("public_id")
        .first()
    )


def _series(user: User, outlet: Outlet, rule: Rule, at: datetime, wall: time) -> BookingSeries | None:
    """Book the first service that is sold in series, at `wall` of the outlet's clock or what is nearest to it."""
    offering = next((each for each in live_offerings(outlet) if _recurs(each)), None)
    if offering is None:
        return None
    item = ItemRequest(offering.service.public_id)
    # It begins on the day after tomorrow, or on the Monday after it.
    first = at.astimezone(outlet.zone).date() + timedelta(days=2)
    if first.weekday() > FRIDAY:
        first += timedelta(days=7 - first.weekday())
    principal, sold_at = Principal(user=user), outlet.public_id
    dates = tried(outlet=sold_at, item=item, rule=rule, first_day=first, at=wall)
    starts = {}
    for date in dates:
        start = date.start if date.trouble is None else next(iter(date.alternatives), None)
        if start:
            starts[date.day] = start
    if not starts:
        return None
    return series.book(
        principal=principal,
        outlet=sold_at,
        item=item,
        rule=rule,
        first_day=first,
        at=wall,
        starts=starts,
        language=user.language,
    )


def _recurs(offering: Offering) -> bool:
    return offering.service.capacity == 1 and not asked_first(offering, total=offering.price_amount)


def _move_second(made: BookingSeries) -> None:
    """The second of its visits goes to the nearest time of the next day."""
    booking = Booking.objects.filter(series_visit__series=made).order_by("starts_at")[1]
    assert made.customer.user
    access = booking_for(Principal(user=made.customer.user), booking.ref)
    wished = booking.starts_at + timedelta(days=1)
    near = free_near(access.booking, wished)
    if near:
        start = min(near, key=lambda each: abs(each - wished))
        version = changes.preview(access=access, action="reschedule").version
        changes.reschedule(access=access, start=start, staff=None, version=version)


def _written_about(salon: Outlet) -> dict[str, Customer]:
    """Who came most often with an account, who missed a visit, who gave one up late, and the demo's customer."""
    theirs = Booking.objects.filter(outlet=salon, customer__isnull=False)
    done = theirs.filter(status=states.CLOSED, customer__user__isnull=False)
    missed = _most(theirs.filter(status=states.NO_SHOW))
    late = theirs.filter(status=states.CANCELLED, fee_amount__gt=0)
    found = {
        "regular": _most(done.exclude(customer__user__email=signins.CUSTOMER)),
        "known": _most(done.filter(customer__user__email=signins.CUSTOMER)),
        "missed": missed,
        # Two guests may bear one name: that would read as one who did both.
        "late": _most(late.exclude(customer__name=missed.name) if missed else late),
    }
    return {what: customer for what, customer in found.items() if customer}


def _most(bookings: QuerySet[Booking]) -> Customer | None:
    counted = bookings.values("customer").annotate(n=Count("pk")).order_by("-n", "customer__public_id")
    first = counted.values_list("customer", flat=True).first()
    return Customer.objects.select_related("user").get(pk=first) if first else None
