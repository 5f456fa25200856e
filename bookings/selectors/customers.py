"""The customers of a business: who had or will have a visit there, and what their visits say of them.

A person is all the rows that joined one account, else the one row of a guest: what two guests typed alike does not make
them one. Managers see everybody; staff see whom they serve or served, through those visits alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    When,
)

from accounts.enums import ConsentKind
from accounts.find import Wanted
from accounts.models import Customer
from accounts.selectors import holds_consent
from bookings.enums import RefundState
from bookings.models import Booking, BookingItem, CustomerNote, RefundRequest
from bookings.rules import states
from common import clock
from common.api import make_cursor, read_cursor
from common.clock import rfc3339
from common.errors import NotFound
from common.lookups import containing
from common.money import Money
from providers.enums import Role
from providers.models import Membership, Provider, Service, StaffMember
from providers.selectors.access import has_role

# From so many visits alike on, one speaks of what is usual.
USUAL = 2
_DONE = (states.COMPLETED, states.CLOSED)
_NEVER_WAS = (states.HELD, states.EXPIRED, states.DECLINED)
# While a visit is to come or under way, who serves it may ring the customer up.
_AHEAD = (states.REQUESTED, states.CONFIRMED, states.ON_THE_WAY, states.CHECKED_IN, states.STARTED)
# One number for the rows of one person: less than zero for an account's, a guest's own row else.
_PERSON = Case(
    When(customer__user__isnull=False, then=-F("customer__user_id")),
    default=F("customer_id"),
    output_field=BigIntegerField(),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A person in the list: one of their rows, how many visits, and when the newest begins (aware)."""

    customer: Customer
    visits: int
    newest: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """What the visits that the reader may see add up to. `spent` is empty for staff; its amounts are what was done and
    what was kept of visits given up, less what was given back."""

    done: int
    ahead: int
    no_shows: int
    late_cancels: int
    first: datetime | None
    last: datetime | None
    staff: StaffMember | None
    service: Service | None
    spent: list[Money] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as a member of one business sees them: the row that was asked for first, then the others of the same
    account; and the `visits` that the member may see."""

    rows: list[Customer]
    visits: QuerySet[Booking]
    membership: Membership

    @property
    def customer(self) -> Customer:
        return self.rows[0]

    @property
    def is_managed(self) -> bool:
        return has_role(self.membership.role, Role.MANAGER)

    @property
    def shows_phone(self) -> bool:
        """As on the day's page: to managers, and to staff while they have a visit to come or under way."""
        return self.is_managed or self.visits.filter(status__in=_AHEAD).exists()


def visits_for(membership: Membership) -> QuerySet[Booking]:
    """The visits of the business with a customer that this member may see: a manager all, staff their own."""
    rows = (
        Booking.objects.filter(
            outlet__provider_id=membership.provider_id,
            customer__isnull=False,
            customer__erased_at__isnull=True,
        )
        .exclude(status__in=_NEVER_WAS)
        .exclude(status=states.CANCELLED, confirmed_at__isnull=True)
    )
    if has_role(membership.role, Role.MANAGER):
        return rows
    if membership.staff_id is None:
        return rows.none()
    own = Q(staff=membership.staff_id) | Q(helpers=membership.staff_id)
    return rows.filter(Exists(BookingItem.objects.filter(own, booking=OuterRef("pk"))))


def customers_of(
    membership: Membership, *, limit: int, cursor: str = "", asked: Wanted | None = None
) -> tuple[list[Line], str | None]:
    """A page of the customers, who has the newest visit first, and the next page's cursor. Two queries.

    `asked`: only who fits a name or a visit's reference, for managers a phone or an e-mail, too. Staff do not find by
    what they are not shown. Raises CursorInvalid.
    """
    of = f"customers:{membership.provider.public_id}"
    people = _people(visits_for(membership))
    if asked:
        # In the same pass as the list: a subquery of who fits took over 100 s for a common name among 50,000 visits.
        people = people.annotate(fitting=Count("pk", filter=_fits(membership, asked))).filter(fitting__gt=0)
    if cursor:
        newest, person = read_cursor(cursor, of=of)
        at = datetime.fromisoformat(newest)
        people = people.filter(Q(newest__lt=at) | Q(newest=at, person__lt=person))
    found = list(people[: limit + 1])
    page = found[:limit]
    following = None
    if len(found) > limit:
        following = make_cursor([rfc3339(page[-1]["newest"]), page[-1]["person"]], of=of)
    return _lines(page), following


def _fits(membership: Membership, asked: Wanted) -> Q:
    """Which visits name somebody who is looked for."""
    fits = Q(ref__iexact=asked.text)
    managed = has_role(membership.role, Role.MANAGER)
    if managed and asked.phone:
        fits |= Q(customer__phone=asked.phone)
    if asked.is_word:
        fits |= Q(customer__name__ilike=containing(asked.text))
        if managed:
            fits |= Q(customer__email__ilike=containing(asked.text))
    return fits


def _people(visits: QuerySet[Booking]) -> QuerySet[Any, Any]:
    """Of each person: their number, the newest visit, how many, and one of their rows."""
    return (
        visits.order_by()
        .annotate(person=_PERSON)
        .values("person")
        .annotate(newest=Max("starts_at"), visits=Count("pk"), row=Max("customer_id"))
        .order_by("-newest", "-person")
    )


def _lines(people: Sequence[dict[str, Any]]) -> list[Line]:
    rows = Customer.objects.select_related("user").in_bulk([each["row"] for each in people])
    return [Line(rows[each["row"]], each["visits"], each["newest"]) for each in people]


def person_of(membership: Membership, public_id: str) -> Person:
    """The customer of this business by the id of a row that has a visit there. Raises NotFound for everybody else's."""
    visits = visits_for(membership)
    known = Customer.objects.filter(public_id="" if "\x00" in public_id else public_id)
    row = known.filter(Exists(visits.filter(customer=OuterRef("pk")))).select_related("user").first()
    if row is None:
        raise NotFound
    others = Customer.objects.none()
    if row.user_id is not None:
        others = Customer.objects.filter(user=row.user_id, erased_at__isnull=True).exclude(pk=row.pk)
    rows = [row, *others.select_related("user").order_by("-pk")]
    return Person(rows, visits.filter(customer__in=[each.pk for each in rows]), membership)


def visit_page(person: Person, *, limit: int, cursor: str = "") -> tuple[list[Booking], str | None]:
    """A page of their visits, the newest first, with who and what. Raises CursorInvalid."""
    of = f"customer-visits:{person.membership.provider.public_id}:{person.customer.public_id}"
    rows = (
        person.visits.select_related("outlet", "queue_entry")
        .prefetch_related("items__staff", "items__helpers")
        .order_by("-starts_at", "-pk")
    )
    if cursor:
        starts, pk = read_cursor(cursor, of=of)
        at = datetime.fromisoformat(starts)
        rows = rows.filter(Q(starts_at__lt=at) | Q(starts_at=at, pk__lt=pk))
    found = list(rows[: limit + 1])
    page = found[:limit]
    if len(found) <= limit:
        return page, None
    return page, make_cursor([rfc3339(page[-1].starts_at), page[-1].pk], of=of)


def figures_of(person: Person) -> Figures:
    """What their visits add up to; five queries for managers, three for staff."""
    now = clock.now()
    done = Q(status__in=_DONE)
    sums = person.visits.aggregate(
        done=Count("pk", filter=done),
        ahead=Count("pk", filter=Q(status__in=_AHEAD, ends_at__gt=now)),
        no_shows=Count("pk", filter=Q(status=states.NO_SHOW, waits_again=False)),
        late_cancels=Count("pk", filter=Q(status=states.CANCELLED, fee_amount__gt=0)),
        first=Min("starts_at", filter=done),
        last=Max("starts_at", filter=done),
    )
    items = BookingItem.objects.filter(booking__in=person.visits.filter(done).values("pk"))
    return Figures(
        **sums,
        staff=StaffMember.objects.filter(pk__in=_usual(items, "staff")).first(),
        service=Service.objects.filter(pk__in=_usual(items, "service")).first(),
        spent=_spent(person.visits) if person.is_managed else [],
    )


def _usual(items: QuerySet[BookingItem], what: str) -> list[int]:
    """Whom or what most of their visits had, the later of two alike; nothing below USUAL visits."""
    most = (
        items.order_by()
        .values(what)
        .annotate(n=Count("booking", distinct=True), latest=Max("starts_at"))
        .filter(n__gte=USUAL)
        .order_by("-n", "-latest")
        .values_list(what, flat=True)
    )
    return list(most[:1])


def _spent(visits: QuerySet[Booking]) -> list[Money]:
    kept = Q(status__in=(states.CANCELLED, states.NO_SHOW))
    sums = (
        visits.order_by()
        .values("currency")
        .annotate(
            done=Sum("total_amount", filter=Q(status__in=_DONE), default=0),
            fees=Sum("fee_amount", filter=kept, default=0),
        )
    )
    amounts = {each["currency"]: each["done"] + each["fees"] for each in sums}
    back = RefundRequest.objects.filter(booking__in=visits.values("pk"), state=RefundState.DONE)
    for each in back.order_by().values("currency").annotate(amount=Sum("amount")):
        amounts[each["currency"]] = amounts.get(each["currency"], 0) - each["amount"]
    return [Money(amount, currency) for currency, amount in sorted(amounts.items()) if amount]


def wants_news(person: Person) -> bool:
    """Whether they agreed to mails of this site about what is new. A guest is never asked."""
    main = next((row for row in person.rows if row.is_main), None)
    return main is not None and holds_consent(main, ConsentKind.MARKETING)


def alike(person: Person) -> list[Customer]:
    """Other customers of the business who gave the same phone or e-mail, unverified: perhaps the same person.

    The newest first; only for managers, who see both."""
    same = Q(phone__in=[row.phone for row in person.rows if row.phone])
    for row in person.rows:
        if row.email:
            same |= Q(email__iexact=row.email)
    if not person.is_managed:
        return []
    visits = visits_for(person.membership)
    found = Customer.objects.filter(same, Exists(visits.filter(customer=OuterRef("pk"))))
    return list(found.exclude(pk__in=[row.pk for row in person.rows]).order_by("-pk")[:10])


def notes_about(provider: Provider, rows: Sequence[Customer]) -> QuerySet[CustomerNote]:
    """What the business wrote about a person, preferences first, each kind the newest first, with authors."""
    return (
        CustomerNote.objects.filter(provider=provider, customer__in=[row.pk for row in rows])
        .select_related("author")
        .order_by("-kind", "-pk")
    )


def notes_on_visit(booking: Booking, *, most: int) -> list[CustomerNote]:
    """The same, the first few, for a visit's page; one query."""
    customer = booking.customer
    if customer is None:
        return []
    whose = Q(customer=customer)
    if customer.user_id is not None:
        whose |= Q(customer__user=customer.user_id)
    rows = CustomerNote.objects.filter(whose, provider=booking.outlet.provider_id)
    return list(rows.order_by("-kind", "-pk")[:most])


def note_for(membership: Membership, public_id: str) -> tuple[Person, CustomerNote]:
    """A note of this business about somebody whom the member may see. Raises NotFound."""
    note = (
        CustomerNote.objects.filter(
            public_id="" if "\x00" in public_id else public_id, provider=membership.provider_id
        )
        .select_related("customer", "author")
        .first()
    )
    if note is None:
        raise NotFound
    visits = visits_for(membership)
    rows = Q(customer=note.customer)
    if note.customer.user_id is not None:
        rows |= Q(customer__user=note.customer.user_id)
    seen = visits.filter(rows).select_related("customer").order_by("-pk").first()
    if seen is None or seen.customer is None:
        raise NotFound
    return person_of(membership, seen.customer.public_id), note
