"""Visits as a shop has had them, and the money that the ledger has for them."""

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import Customer
from bookings.models import Allocation, Booking, BookingItem
from payments.enums import AccountKind, PaymentStatus
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction, Payment
from payments.rules.policy import Policy
from providers.models import Outlet, Service, StaffMember
from tests.factories import make_customer

_number = itertools.count(1)


@dataclass(frozen=True)
class Part:
    """One service of a visit."""

    service: Service
    staff: StaffMember
    price: int = 5000
    minutes: int = 60


def had(
    outlet: Outlet,
    start: datetime,
    *parts: Part,
    customer: Customer | None = None,
    status: str = "closed",
    booked: timedelta = timedelta(days=2),
    **fields: Any,
) -> Booking:
    """A visit that begins at `start`, its parts one after the other, `booked` so long before."""
    at = start
    booking = Booking.objects.create(
        outlet=outlet,
        customer=customer or make_customer(),
        status=status,
        starts_at=start,
        ends_at=start + timedelta(minutes=sum(part.minutes for part in parts)),
        timezone=outlet.timezone,
        currency=outlet.currency,
        total_amount=sum(part.price for part in parts),
        check_in_code="0000",
        policy=Policy().to_dict(),
        created_at=start - booked,
        **fields,
    )
    for position, part in enumerate(parts):
        end = at + timedelta(minutes=part.minutes)
        item = BookingItem.objects.create(
            booking=booking,
            position=position,
            service=part.service,
            staff=part.staff,
            starts_at=at,
            ends_at=end,
            name=part.service.name,
            language="en",
            duration_min=part.minutes,
            buffer_before_min=0,
            buffer_after_min=0,
            price_amount=part.price,
            currency=outlet.currency,
            tax_percent=0,
        )
        live = status not in ("cancelled", "no_show")
        Allocation.objects.create(item=item, staff=part.staff, period=(at, end), live=live)
        at = end
    return booking


def earned(
    booking: Booking, at: datetime, amount: int, *, commission: int = 0, kind: str = "release"
) -> None:
    """`amount` was paid online for it and became the provider's at `at`, less the commission."""
    moved(
        booking,
        at,
        kind,
        (AccountKind.GATEWAY, "sandbox", -amount),
        (AccountKind.PAYABLE, booking.outlet.provider.public_id, amount - commission),
        (AccountKind.COMMISSION, "marketplace", commission),
    )


def taken(booking: Booking, at: datetime, amount: int, *, commission: int = 0) -> Payment:
    """`amount` was taken at the counter at `at`; the commission on it is owed."""
    provider = booking.outlet.provider.public_id
    if commission:
        moved(
            booking,
            at,
            "counter",
            (AccountKind.PAYABLE, provider, -commission),
            (AccountKind.COMMISSION, "marketplace", commission),
        )
    return Payment.objects.create(
        booking_ref=booking.ref,
        provider_id=provider,
        method="counter",
        gateway="counter",
        amount=amount,
        currency=booking.currency,
        status=PaymentStatus.CAPTURED,
        captured_at=at,
    )


def paid_out(outlet: Outlet, at: datetime, amount: int) -> None:
    """The balance was paid out."""
    payable = (AccountKind.PAYABLE, outlet.provider.public_id, -amount)
    _post("", outlet.currency, at, "payout", payable, (AccountKind.BANK, "marketplace", amount))


def moved(booking: Booking, at: datetime, kind: str, *lines: tuple[AccountKind, str, int]) -> None:
    """A transaction of another time about a visit, as it would have been posted then."""
    _post(booking.ref, booking.currency, at, kind, *lines)


@transaction.atomic
def _post(ref: str, currency: str, at: datetime, kind: str, *lines: tuple[AccountKind, str, int]) -> None:
    made = LedgerTransaction.objects.create(
        kind=kind, booking_ref=ref, cause_type="test", cause_id=f"t{next(_number)}", actor="system", at=at
    )
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            transaction=made,
            account=LedgerAccount.objects.get_or_create(kind=name, owner=owner, currency=currency)[0],
            amount=amount,
            currency=currency,
        )
        for name, owner, amount in lines
        if amount
    )
