"""Writing invented visits: bookings, what they take, their events and reviews, in bulk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.gis.geos import Point
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Count, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from accounts.models import Customer
from bookings.enums import AllocationKind, PaymentState, Source
from bookings.models import Allocation, Booking, BookingItem, BusyTime
from bookings.rules.availability import Visit
from bookings.rules.states import LIVE, MOVABLE
from bookings.services.standard import TICKED_IN
from common import clock
from common.actors import user_actor
from common.models import AuditEntry, Event
from marketplace.demo import signins, story
from marketplace.demo.catalogue import TAX_PERCENT
from marketplace.demo.days import instant
from marketplace.demo.load_businesses import CURRENCY
from marketplace.demo.load_money import load_money
from marketplace.demo.plan import AbsencePlan, VisitPlan
from marketplace.demo.seeds import event_uid, public_id
from marketplace.demo.standards import steps_of
from payments.rules.policy import DEFAULT
from providers.enums import ProviderStatus
from providers.models import HoursOverride, Membership, Outlet, Resource, Service, StaffMember, TimeOff
from providers.rules.phases import as_json, lasting
from reviews.models import Review
from reviews.rules.words import signed


@dataclass(slots=True)
class Rows:
    """The rows that visits refer to, by public id; what was archived or suspended since is missing."""

    outlets: dict[str, Outlet]
    services: dict[str, int]
    staff: dict[str, int]
    units: dict[str, int]
    # Who marks visits at the outlet, as events name them, by business.
    owners: dict[str, str]

    @classmethod
    def of(cls, providers: Sequence[str]) -> "Rows":
        """Everything live of the businesses with these public ids."""
        of_provider = {"provider__public_id__in": providers}
        live = {**of_provider, "provider__status": ProviderStatus.APPROVED, "archived_at__isnull": True}
        units = Resource.objects.filter(outlet__provider__public_id__in=providers, archived_at__isnull=True)
        owners = Membership.objects.filter(**of_provider, role="owner").order_by("-pk")
        return cls(
            outlets={o.public_id: o for o in Outlet.objects.filter(**live)},
            services=dict(Service.objects.filter(**live).values_list("public_id", "pk")),
            staff=dict(StaffMember.objects.filter(**live).values_list("public_id", "pk")),
            units=dict(units.values_list("public_id", "pk")),
            owners={
                provider: user_actor(user)
                for provider, user in owners.values_list("provider__public_id", "user__public_id")
            },
        )

    def have(self, visit: VisitPlan) -> bool:
        """Whether all that a visit needs is still there."""
        return (
            visit.business.outlet_id in self.outlets
            and visit.service.public_id in self.services
            and visit.staff.public_id in self.staff
            and (visit.unit is None or visit.unit.public_id in self.units)
        )


def load_absences(rows: Rows, absences: Sequence[AbsencePlan]) -> None:
    """Write days off and odd days; one that meets something entered by hand is left out."""
    known = [a for a in absences if a.business.outlet_id in rows.outlets]
    HoursOverride.objects.bulk_create(
        (
            HoursOverride(
                outlet=rows.outlets[a.business.outlet_id],
                date=a.day,
                opens=a.opens,
                closes=a.closes,
                note=a.note,
            )
            for a in known
            if a.staff is None
        ),
        ignore_conflicts=True,
    )
    TimeOff.objects.bulk_create(
        (
            TimeOff(staff_id=rows.staff[a.staff.public_id], period=_whole_day(rows, a), reason=a.note)
            for a in known
            if a.staff and a.staff.public_id in rows.staff
        ),
        ignore_conflicts=True,
    )


def _whole_day(rows: Rows, absence: AbsencePlan) -> DateTimeTZRange:
    from datetime import time

    zone = rows.outlets[absence.business.outlet_id].zone
    return DateTimeTZRange(
        instant(absence.day, time(0), zone), instant(absence.day + timedelta(days=1), time(0), zone)
    )


def load_visits(rows: Rows, visits: Sequence[VisitPlan]) -> int:
    """Write visits with everything about them; answers how many.

    Left out: those whose business, person or unit is gone, and those that would overlap what is booked.
    """
    visits = _without_overlaps(rows, [v for v in visits if rows.have(v)])
    if not visits:
        return 0
    customers = _customers(visits)
    bookings = {
        row.ref: row
        for row in Booking.objects.bulk_create(
            (_booking(v, rows, customers) for v in visits), batch_size=5000
        )
    }
    items = {
        row.booking.ref: row
        for row in BookingItem.objects.bulk_create(
            (_item(v, rows, bookings[v.ref]) for v in visits), batch_size=5000
        )
    }
    Allocation.objects.bulk_create(
        (a for v in visits for a in _allocations(v, rows, items[v.ref])), batch_size=5000
    )
    _events(rows, visits)
    load_money(visits, staff_actors=rows.owners)
    _reviews(rows, visits, bookings)
    return len(visits)


def _customers(visits: Sequence[VisitPlan]) -> dict[str, int]:
    """The customers' keys by public id; guests are made."""
    people = {v.person.customer_id: (v.person, v.booked_at) for v in visits}
    guests = [(person, at) for person, at in people.values() if not person.user_id]
    Customer.objects.bulk_create(
        (
            Customer(
                public_id=person.customer_id,
                name=person.name,
                email=person.email,
                phone=person.phone or None,
                language=person.language,
                created_at=at,
            )
            for person, at in guests
        ),
        batch_size=5000,
    )
    return dict(Customer.objects.filter(public_id__in=people).values_list("public_id", "pk"))


def _booking(visit: VisitPlan, rows: Rows, customers: dict[str, int]) -> Booking:
    outcome = story.settlement(visit)
    is_paid = visit.method == "sandbox" or visit.took_place
    state = PaymentState.PAID if is_paid else PaymentState.COUNTER
    home, over = visit.visit_to, visit.status != "confirmed"
    return Booking(
        ref=visit.ref,
        customer_id=customers[visit.person.customer_id],
        outlet=rows.outlets[visit.business.outlet_id],
        status=visit.status,
        source=Source.DEMO,
        place=visit.service.place,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        timezone=visit.business.place.timezone,
        hold_expires_at=visit.booked_at + timedelta(minutes=10),
        currency=CURRENCY,
        total_amount=visit.amount,
        prepaid_amount=visit.amount if visit.method == "sandbox" else 0,
        payment_state=PaymentState.REFUNDED if outcome.refund else state,
        policy=DEFAULT.to_dict(),
        check_in_code=visit.code,
        address_line=f"{home.street_line}, {home.postcode} {home.city}" if home else "",
        address_note=visit.visit_note,
        address_point=Point(home.lng, home.lat, srid=4326) if home else None,
        last_seq=len(list(story.steps(visit, staff_actor=""))),
        created_at=visit.booked_at,
        confirmed_at=story.confirmed_at(visit),
        acceptance_hours=visit.service.accepts_within_h or None,
        accept_by=story.accept_by(visit),
        completed_at=story.completed_at(visit) if visit.took_place else None,
        ended_at=story.ended_at(visit),
        cancelled_by="customer" if visit.status == "cancelled" else "",
        fee_amount=outcome.fee,
        # Only the demo's customer is reminded of what is ahead: nobody reads the others' mail.
        reminded_at=None if visit.person.email == signins.CUSTOMER and not over else visit.booked_at,
    )


def _item(visit: VisitPlan, rows: Rows, booking: Booking) -> BookingItem:
    service = visit.service
    return BookingItem(
        public_id=public_id("itm", visit.ref),
        booking=booking,
        service_id=rows.services[service.public_id],
        staff_id=rows.staff[visit.staff.public_id],
        staff_was_chosen=visit.staff_was_chosen,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        name=service.name,
        language="en",
        duration_min=visit.duration_min,
        buffer_before_min=service.before_min,
        buffer_after_min=service.after_min,
        phases=as_json(lasting(service.phases, visit.duration_min), visit.duration_min),
        lines=[
            {"option": None, "name": service.name, "minutes": service.duration_min, "amount": service.amount},
            *(
                {"option": o.public_id, "name": o.name, "minutes": o.extra_min, "amount": o.amount}
                for o in visit.options
            ),
        ],
        price_amount=visit.amount,
        currency=CURRENCY,
        tax_percent=TAX_PERCENT,
        standard=_standard(visit, by=rows.owners[visit.business.public_id]),
    )


def _standard(visit: VisitPlan, *, by: str) -> list[dict[str, object]]:
    """The steps of the service standard: ticked one after the other in a visit that took place."""
    steps = steps_of(visit.service.category)
    if visit.status in MOVABLE | TICKED_IN and not visit.took_place:
        return [{"words": words, "at": None, "by": ""} for words in steps]
    if not visit.took_place:
        return []
    pace = (visit.ends_at - visit.starts_at) / (len(steps) + 1)
    return [
        {"words": words, "at": clock.rfc3339(visit.starts_at + pace * place), "by": by}
        for place, words in enumerate(steps, start=1)
    ]


def _period(visit: VisitPlan) -> DateTimeTZRange:
    return DateTimeTZRange(
        visit.starts_at - timedelta(minutes=visit.service.before_min),
        visit.ends_at + timedelta(minutes=visit.service.after_min),
    )


def _allocations(visit: VisitPlan, rows: Rows, item: BookingItem) -> list[Allocation]:
    live = visit.status in LIVE
    service = visit.service
    shape = Visit(
        visit.duration_min,
        service.before_min,
        service.after_min,
        phases=lasting(service.phases, visit.duration_min),
    )
    staff = {"staff_id": rows.staff[visit.staff.public_id]}
    takes = [(DateTimeTZRange(*span), staff) for span in shape.worked(visit.starts_at)]
    if visit.unit:
        takes.append((_period(visit), {"resource_id": rows.units[visit.unit.public_id]}))
    return [
        Allocation(kind=AllocationKind.ITEM, item=item, period=period, live=live, **what)
        for period, what in takes
    ]


def _without_overlaps(rows: Rows, visits: list[VisitPlan]) -> list[VisitPlan]:
    """The visits that meet nothing booked or blocked since; on an empty database, all of them."""
    if not visits:
        return []
    first = min(v.starts_at for v in visits) - timedelta(days=1)
    taken: dict[tuple[int | None, int | None], list[DateTimeTZRange]] = {}
    found = Allocation.objects.filter(live=True, period__endswith__gt=first)
    for staff, resource, period in found.values_list("staff_id", "resource_id", "period"):
        taken.setdefault((staff, resource), []).append(period)
    elsewhere = BusyTime.objects.filter(period__endswith__gt=first)
    for staff, period in elsewhere.values_list("staff_id", "period"):
        taken.setdefault((staff, None), []).append(period)
    if not taken:
        return visits

    def is_free(visit: VisitPlan) -> bool:
        keys = [(rows.staff[visit.staff.public_id], None)]
        if visit.unit:
            keys.append((None, rows.units[visit.unit.public_id]))  # type: ignore[arg-type]
        mine = _period(visit)
        return not any(
            mine.lower < other.upper and other.lower < mine.upper
            for key in keys
            for other in taken.get(key, ())
        )

    return [visit for visit in visits if is_free(visit)]


def _events(rows: Rows, visits: Sequence[VisitPlan]) -> None:
    """The bookings' events and audit rows, as bookings.services.core writes them."""
    found, audit = [], []
    for v in visits:
        for seq, step in enumerate(story.steps(v, staff_actor=rows.owners[v.business.public_id]), start=1):
            payload = {
                "status": step.status,
                "starts_at": clock.rfc3339(v.starts_at),
                "ends_at": clock.rfc3339(v.ends_at),
                **step.payload,
            }
            found.append(
                Event(
                    uid=event_uid(v.ref, seq),
                    subject_type="booking",
                    subject_id=v.ref,
                    seq=seq,
                    type=step.type,
                    actor=step.actor,
                    at=step.at,
                    outlet_id=v.business.outlet_id,
                    payload=payload,
                )
            )
            audit.append(
                AuditEntry(
                    at=step.at,
                    actor=step.actor,
                    action=step.type,
                    object_type="booking",
                    object_id=v.ref,
                    data=step.payload,
                )
            )
    Event.objects.bulk_create(found, batch_size=5000)
    AuditEntry.objects.bulk_create(audit, batch_size=5000)


def _reviews(rows: Rows, visits: Sequence[VisitPlan], bookings: dict[str, Booking]) -> None:
    Review.objects.bulk_create(
        Review(
            public_id=v.review.public_id,
            booking=bookings[v.ref],
            outlet=rows.outlets[v.business.outlet_id],
            staff_id=rows.staff[v.staff.public_id],
            author_name=signed(v.person.name),
            rating=v.review.stars.overall,
            service_stars=v.review.stars.service,
            punctuality_stars=v.review.stars.punctuality,
            value_stars=v.review.stars.value,
            text=v.review.text,
            language=v.review.language,
            reply=v.review.reply,
            created_at=v.review.at,
            replied_at=v.review.at + timedelta(hours=5) if v.review.reply else None,
        )
        for v in visits
        if v.review
    )
    outlets = Outlet.objects.filter(pk__in=[o.pk for o in rows.outlets.values()])
    outlets.update(**_aggregate("outlet_id"))
    done = BookingItem.objects.filter(staff=OuterRef("pk"), booking__completed_at__isnull=False)
    StaffMember.objects.filter(pk__in=list(rows.staff.values())).update(
        **_aggregate("staff_id"),
        served_count=Coalesce(Subquery(done.values("staff").annotate(n=Count("pk")).values("n")), Value(0)),
    )


def _aggregate(column: str) -> dict[str, Coalesce]:
    of_row = Review.objects.filter(**{column: OuterRef("pk")}).values(column)
    return {
        "rating_count": Coalesce(Subquery(of_row.annotate(n=Count("pk")).values("n")), Value(0)),
        **{
            kept: Coalesce(Subquery(of_row.annotate(n=Sum(given)).values("n")), Value(0))
            for kept, given in (
                ("rating_sum", "rating"),
                ("service_sum", "service_stars"),
                ("punctuality_sum", "punctuality_stars"),
                ("value_sum", "value_stars"),
            )
        },
    }
