"""Reads of a waitlist: whose entry it is, who comes first, what each waits for."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core import signing
from django.db import connection
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.principals import Principal
from bookings.enums import OfferState, WaitState
from bookings.models import WaitEntry, WaitOffer, WaitPass
from bookings.models.waitlist import OPEN
from bookings.rules.waitlist import Wanted
from common import crypto
from common.errors import NotFound
from providers.models import Membership, Offering, Outlet, Skill
from providers.selectors.access import access_outlet

_SALT = "bookings.waitlist"

# Outlets where somebody waits and something may have changed since the last look: a slot, or ten minutes.
TO_LOOK_AT = """
SELECT w.outlet_id, pg_current_snapshot()::text
  FROM bookings_waitlook w
 WHERE EXISTS (SELECT FROM bookings_waitentry e WHERE e.outlet_id = w.outlet_id AND e.state = 'waiting')
   AND (w.snapshot = '' OR w.looked_at < statement_timestamp() - interval '10 minutes' OR EXISTS (
       SELECT FROM bookings_slotchange c
        WHERE c.outlet_id = w.outlet_id AND c.xid >= pg_snapshot_xmin(NULLIF(w.snapshot, '')::pg_snapshot)
          AND NOT pg_visible_in_snapshot(c.xid, NULLIF(w.snapshot, '')::pg_snapshot)))
 ORDER BY w.looked_at NULLS FIRST, w.outlet_id
"""


@dataclass(frozen=True, slots=True)
class WaitAccess:
    """An entry and what its caller is to it: whoever waits, or a member of the business."""

    entry: WaitEntry
    principal: Principal
    is_customer: bool
    is_staff: bool


def key_of(entry: WaitEntry) -> str:
    """The key for the links of its mails: it opens this entry and nothing else."""
    return signing.Signer(salt=_SALT).sign(entry.public_id)


def wait_for(principal: Principal, wait: str) -> WaitAccess:
    """The entry by its public id, and what the caller is to it.

    For whoever waits (the user, or a guest with its key) and members of the business. Raises NotFound for everybody
    else: missing and forbidden look alike.
    """
    entry = None if "\x00" in wait else told().filter(public_id=wait).first()
    if entry is None:
        raise NotFound
    user = principal.user
    is_customer = bool(user and entry.customer.user_id == user.pk)
    if not is_customer and principal.capabilities:
        is_customer = crypto.token_hash(key_of(entry)) in principal.capabilities
    is_staff = bool(
        user and Membership.objects.filter(user=user, provider_id=entry.outlet.provider_id).exists()
    )
    if not (is_customer or is_staff):
        raise NotFound
    return WaitAccess(entry, principal, is_customer, is_staff)


def told() -> QuerySet[WaitEntry]:
    """Entries with all that is told of them; `place` is which one they are among those who wait for the same service
    at the outlet, 1 is next. Five queries."""
    before = (
        WaitEntry.objects.filter(
            outlet=OuterRef("outlet"),
            service=OuterRef("service"),
            state=WaitState.WAITING,
            pk__lt=OuterRef("pk"),
        )
        .order_by()
        .values("outlet")
        .annotate(n=Count("*"))
        .values("n")
    )
    return (
        WaitEntry.objects.select_related("outlet__provider", "service", "staff", "customer__user")
        .prefetch_related(
            Prefetch(
                "offers",
                WaitOffer.objects.select_related("booking").prefetch_related("booking__items__staff"),
            ),
            Prefetch("passes", WaitPass.objects.select_related("offer").order_by("-pk")),
        )
        .annotate(place=1 + Coalesce(Subquery(before), 0))
    )


def waits_of(principal: Principal) -> QuerySet[WaitEntry]:
    """The open entries of a signed-in user, the oldest first; of anybody else none."""
    if principal.user is None:
        return WaitEntry.objects.none()
    return told().filter(customer__user=principal.user, state__in=OPEN).order_by("pk")


def list_of(principal: Principal, outlet: str) -> tuple[Outlet, QuerySet[WaitEntry]]:
    """An outlet and who waits there, in the order in which they are asked. Raises as access_outlet."""
    found = access_outlet(principal, outlet, scope="bookings:read")
    return found, told().filter(outlet=found, state=WaitState.WAITING).order_by("pk")


def to_look_at() -> list[tuple[int, str]]:
    """Outlets (primary keys) whose waitlist is to be looked through, each with the snapshot of now. One query."""
    with connection.cursor() as cursor:
        cursor.execute(TO_LOOK_AT)
        return [(outlet, snapshot) for outlet, snapshot in cursor.fetchall()]


def waiting_at(outlet_pk: int) -> list[WaitEntry]:
    """Who waits at an outlet, in the order in which they are asked, with what was offered to them."""
    rows = WaitEntry.objects.filter(outlet=outlet_pk, state=WaitState.WAITING)
    return list(
        rows.select_related("outlet__provider", "service", "staff", "customer")
        .prefetch_related("offers")
        .order_by("pk")
    )


def wanted_by(entries: Sequence[WaitEntry]) -> list[Wanted]:
    """What each of `waiting_at` waits for, in their order. One query."""
    able: dict[int, set[str]] = {}
    skills = Skill.objects.filter(service__in={each.service_id for each in entries}, held_back=False)
    for service, person in skills.values_list("service", "staff__public_id"):
        able.setdefault(service, set()).add(person)
    return [
        Wanted(
            service=each.service.public_id,
            staff=each.staff.public_id if each.staff else None,
            seats=each.seats,
            first_day=each.first_day,
            last_day=each.last_day,
            from_time=each.from_time,
            until_time=each.until_time,
            able=able.get(each.service_id, set()),
            offered={offer.starts_at: offer.state for offer in each.offers.all()},
            has_offer=any(offer.state == OfferState.OPEN for offer in each.offers.all()),
        )
        for each in entries
    ]


def open_at(outlet: Outlet, service: str) -> Offering:
    """What can be waited for: a service sold there and done there. Raises NotFound."""
    found = (
        Offering.objects.select_related("service")
        .filter(outlet=outlet, is_live=True, service__public_id=service, place="outlet")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def same_contact(*, user_id: int | None, email: str | None, phone: str | None) -> Q:
    """Entries of the same person, as far as what they gave tells."""
    same = Q(pk__in=[])
    if user_id:
        same |= Q(customer__user_id=user_id)
    if email:
        same |= Q(customer__email__iexact=email)
    if phone:
        same |= Q(customer__phone=phone)
    return same
