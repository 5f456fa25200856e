"""Changes of a business that would hit visits ahead: listed first, done only when exactly that list was accepted."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import transaction

from bookings.errors import BookingsAffected
from bookings.models import Booking
from bookings.selectors.fit import CLOCK, misfits, readings
from bookings.services.reserve import lock_rows
from common import clock
from providers.models import StaffMember
from providers.services.affected import guarded

Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Tried(Generic[Seen]):
    """What was seen before a change and after it; `hits` names the visits that it would hit, None without any."""

    before: Seen
    after: Seen
    hits: BookingsAffected | None


@contextmanager
def nothing_breaks_unseen(provider_pk: int, acknowledged: str) -> Iterator[None]:
    """Around a change, in its transaction, under the business's lock. Registered as providers' guard.

    What fits before and would not after is what the change hits, and where the shop's clock would read another
    time. The business's people are locked first: who holds a time just now is waited for and seen, and who comes
    after looks at the hours as changed. Raises BookingsAffected unless `acknowledged` is the version of that very
    list.
    """
    lock_rows(StaffMember.objects.filter(provider_id=provider_pk).values_list("pk", flat=True), ())
    before, read = misfits(provider_pk), readings(provider_pk)
    yield
    after = misfits(provider_pk)
    hit = {ref: wrong - before.get(ref, set()) for ref, wrong in after.items()}
    for ref, time in readings(provider_pk).items():
        if read.get(ref, time) != time:
            hit.setdefault(ref, set()).add(CLOCK)
    refuse_unseen(hit, acknowledged)


def try_out(provider_pk: int, *, do: Callable[[], Any], look: Callable[[], Seen]) -> Tried[Seen]:
    """Do a change of a business, look, and give the change up again. Raises what `do` raises.

    What is worked out of a transaction that writes is remembered nowhere (bookings.selectors.remembered).
    """
    before = after = look()
    hits = None
    with transaction.atomic():
        try:
            with guarded(provider_pk):
                do()
                after = look()
        except BookingsAffected as error:
            hits = error
        transaction.set_rollback(True)
    return Tried(before, after, hits)


def refuse_unseen(hit: dict[str, set[str]], acknowledged: str) -> None:
    """Raises BookingsAffected for the visits (by reference) that a change would hit, each with what would be wrong,
    unless `acknowledged` is the version of that very list. Nothing hit, nothing raised.
    """
    hit = {ref: wrong for ref, wrong in hit.items() if wrong}
    if not hit:
        return
    rows = list(
        Booking.objects.filter(ref__in=hit)
        .select_related("customer", "outlet")
        .prefetch_related("items__staff", "items__helpers")
        .order_by("starts_at", "pk")
    )
    version = _version(rows, hit)
    if acknowledged == version:
        return
    raise BookingsAffected(
        version=version,
        bookings=[
            {
                "ref": booking.ref,
                "status": booking.status,
                "start": clock.rfc3339(booking.starts_at),
                "end": clock.rfc3339(booking.ends_at),
                "outlet": booking.outlet.public_id,
                "service": booking.service_names,
                "staff": booking.items.all()[0].staff.public_id,
                "team": [
                    {"id": person.public_id, "name": person.name} for person in booking.items.all()[0].people
                ],
                "customer": booking.customer.name if booking.customer else "",
                "why": sorted(hit[booking.ref]),
                # Visits keep their instant; the shop's clock would go by this zone.
                **({"timezone": booking.outlet.timezone} if CLOCK in hit[booking.ref] else {}),
            }
            for booking in rows
        ],
    )


def _version(rows: list[Booking], hit: dict[str, set[str]]) -> str:
    """Names the list: which visits, as they stand, and why. Stale when any of it has changed."""
    told = [
        f"{row.ref}:{row.version}:{row.status}:{','.join(sorted(hit[row.ref]))}"
        + (f":{row.outlet.timezone}" if CLOCK in hit[row.ref] else "")
        for row in rows
    ]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]
