"""What quality watch looks at, and its cases."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from django.db.models import Count, Q, QuerySet

from bookings.enums import ObjectionState
from bookings.models import Booking, ItemHelper, Objection
from bookings.rules import states
from common import clock
from common.errors import NotFound
from providers.models import Provider, StaffMember
from reviews.enums import Subject
from reviews.models import QualityCase, QualityThreshold, Review
from reviews.rules.quality import Record, Threshold
from reviews.selectors.public import shown

# Never became a visit that somebody waited for.
_NO_VISIT = (states.HELD, states.EXPIRED, states.REQUESTED)


def threshold_of(staff: StaffMember | None) -> tuple[Threshold, timedelta]:
    """The threshold for a person, or for a business without one, and how far back things count."""
    return threshold_for(Subject.PERSON if staff else Subject.PROVIDER)


def threshold_for(subject: Subject) -> tuple[Threshold, timedelta]:
    """The threshold for people or businesses, and how far back things count."""
    row = QualityThreshold.objects.filter(subject=subject).first() or QualityThreshold()
    return (
        Threshold(
            last_reviews=row.last_reviews,
            least_reviews=row.least_reviews,
            rating_below=Fraction(row.rating_below),
            least_visits=row.least_visits,
            breaches_above=row.breaches_above,
        ),
        timedelta(days=row.days),
    )


def since(provider: Provider, staff: StaffMember | None, back: timedelta) -> datetime:
    """From when on things count: so far back, and not before the last closed case of the same subject."""
    closed = (
        QualityCase.objects.filter(provider=provider, staff=staff, closed_at__isnull=False)
        .order_by("-closed_at")
        .values_list("closed_at", flat=True)
        .first()
    )
    earliest = clock.now() - back
    return max(earliest, closed) if closed else earliest


def reviews_since(provider: Provider, staff: StaffMember | None, start: datetime) -> QuerySet[Review]:
    """The shown reviews of the business or the person, the latest first."""
    rows = shown().filter(outlet__provider=provider, created_at__gt=start)
    helped = ItemHelper.objects.filter(item__position=0, staff=staff).values("item__booking")
    theirs = Q(staff=staff) | Q(booking__in=helped)
    return (rows.filter(theirs) if staff else rows).order_by("-created_at", "-pk")


def objections_since(provider: Provider, staff: StaffMember | None, start: datetime) -> QuerySet[Objection]:
    """Objections to visits of the business or the person that operators decided for the customer since `start`:
    money went back. The latest first."""
    rows = Objection.objects.filter(
        booking__outlet__provider=provider, state=ObjectionState.REFUNDED, ended_at__gt=start
    )
    # Several services of one person in a visit are one objection all the same.
    theirs = Q(booking__items__staff=staff) | Q(booking__items__helpers=staff)
    return (rows.filter(theirs).distinct() if staff else rows).order_by("-ended_at", "-pk")


def record_since(
    provider: Provider, staff: StaffMember | None, start: datetime, stars: list[int], objections: int
) -> Record:
    """What happened with visits that started, or were to start, since `start` until now. One query."""
    visits = Booking.objects.filter(
        outlet__provider=provider, starts_at__gt=start, starts_at__lte=clock.now()
    ).exclude(status__in=_NO_VISIT)
    if staff:
        visits = visits.filter(Q(items__staff=staff) | Q(items__helpers=staff))
    numbers = visits.aggregate(
        visits=Count("pk", distinct=True),
        declined=Count("pk", filter=Q(status=states.DECLINED), distinct=True),
        cancelled=Count("pk", filter=Q(status=states.CANCELLED, cancelled_by="staff"), distinct=True),
        no_shows=Count("pk", filter=Q(status=states.NO_SHOW, waits_again=False), distinct=True),
    )
    return Record(stars=stars, objections=objections, **numbers)


def to_look_at() -> list[tuple[int, int | None]]:
    """The subjects (primary keys of a business, and of one of its people or None) that time may bring under a
    threshold, or out of it: with an open case, or something bad in their window. Nine queries."""
    found: set[tuple[int, int | None]] = set(
        QualityCase.objects.filter(closed_at__isnull=True).values_list("provider_id", "staff_id")
    )
    poor, broken = _bad_since(Subject.PROVIDER)
    for rows in (poor, broken):
        found |= {(pk, None) for pk in rows.values_list("outlet__provider_id", flat=True)}
    poor, broken = _bad_since(Subject.PERSON)
    found |= set(poor.exclude(staff=None).values_list("outlet__provider_id", "staff_id"))
    found |= set(broken.values_list("outlet__provider_id", "items__staff_id"))
    # Who helped answers for it, too.
    found |= _helping(poor.values_list("outlet__provider_id", "booking__items__helpers"))
    found |= _helping(broken.values_list("outlet__provider_id", "items__helpers"))
    return sorted(found, key=lambda pair: (pair[0], pair[1] or 0))


def _helping(pairs: Iterable[tuple[int, int | None]]) -> set[tuple[int, int | None]]:
    return {pair for pair in pairs if pair[1] is not None}


def _bad_since(subject: Subject) -> tuple[QuerySet[Review], QuerySet[Booking]]:
    """The reviews under the threshold, and the visits that were given up or decided against the business, in the
    window of `subject`."""
    threshold, back = threshold_for(subject)
    now = clock.now()
    given_up = Q(status=states.DECLINED) | Q(status=states.CANCELLED, cancelled_by="staff")
    decided = Q(objections__state=ObjectionState.REFUNDED, objections__ended_at__gt=now - back)
    return (
        shown().filter(created_at__gt=now - back, rating__lt=ceil(threshold.rating_below)).order_by(),
        Booking.objects.filter(given_up & Q(starts_at__gt=now - back, starts_at__lte=now) | decided),
    )


def open_cases() -> QuerySet[QualityCase]:
    """The cases that wait, the oldest first."""
    return (
        QualityCase.objects.filter(closed_at__isnull=True)
        .select_related("provider", "staff")
        .order_by("opened_at", "pk")
    )


def find_case(case_id: str) -> QualityCase:
    """A case with whom it concerns. Raises NotFound."""
    found = (
        QualityCase.objects.filter(public_id=case_id)
        .select_related("provider", "staff", "closed_by", "entry")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def evidence_reviews(case: QualityCase) -> list[Review]:
    """The reviews that counted, the latest first, as they are now."""
    named = Review.objects.filter(public_id__in=case.evidence.get("reviews", []))
    return list(named.select_related("outlet", "staff", "booking").order_by("-created_at", "-pk"))


def evidence_objections(case: QualityCase) -> list[Objection]:
    """The objections that counted, the latest first."""
    named = Objection.objects.filter(public_id__in=case.evidence.get("objections", []))
    return list(named.select_related("booking").order_by("-ended_at", "-pk"))


def earlier_cases(case: QualityCase) -> QuerySet[QualityCase]:
    """The closed cases of the same subject, the latest first."""
    return (
        QualityCase.objects.filter(provider=case.provider, staff=case.staff, closed_at__isnull=False)
        .exclude(pk=case.pk)
        .select_related("closed_by")
        .order_by("-closed_at")
    )
