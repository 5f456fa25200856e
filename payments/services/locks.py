"""Who is locked before whom: the booking, then its payments by pk, then a refund, then ledger accounts by pk.

Bookings hears of a payment inside the transaction that changes it, and must hold its own row by then.
Payments knows no bookings, so bookings registers how to lock one. docs/locking.md shows the whole order.
"""

from collections.abc import Callable

from django.db.models import QuerySet

from payments.models import Payment

OwnerLock = Callable[[str], None]

_owner_lock: OwnerLock | None = None


def register_owner_lock(lock: OwnerLock | None) -> None:
    """Have `lock(booking_ref)` called in every transaction here before the booking's payments are locked."""
    global _owner_lock
    _owner_lock = lock


def lock_owner(booking_ref: str) -> None:
    """Lock what is being paid for. Within a transaction."""
    if _owner_lock is not None:
        _owner_lock(booking_ref)


def lock_payments(booking_ref: str) -> QuerySet[Payment]:
    """The booking's payments, locked when read, by pk. Within a transaction, after `lock_owner`."""
    return Payment.objects.select_for_update(no_key=True).filter(booking_ref=booking_ref).order_by("pk")


def lock_payment(pk: int) -> Payment:
    """One payment, locked. Within a transaction, after `lock_owner`."""
    return Payment.objects.select_for_update(no_key=True).get(pk=pk)
