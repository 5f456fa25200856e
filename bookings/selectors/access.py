"""Who may see which booking: the one guarded look-up that pages, API and sockets share."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accounts.principals import Principal
from bookings.models import Booking, BookingAccess, PayLink
from bookings.rules.states import Who
from bookings.selectors.bookings import day_of
from common import clock
from common.errors import NotAllowed, NotFound
from providers.enums import Role
from providers.models import Membership, Outlet
from providers.selectors.access import access_outlet


@dataclass(frozen=True)
class Access:
    """A booking and what its caller is to it: the customer, a member of the provider (with a role), an operator.

    A caller may be several at once. `staff_pk` is the person on the board that a member is, if any.
    """

    booking: Booking
    principal: Principal
    is_customer: bool
    role: Role | None
    staff_pk: int | None = None
    # Scanned the shop's screen: sees what is left to pay, and pays it.
    is_payer: bool = False

    @property
    def is_staff(self) -> bool:
        return self.role is not None

    @property
    def is_manager(self) -> bool:
        return self.role in (Role.OWNER, Role.MANAGER)

    def may_mark(self) -> bool:
        """Managers mark every visit, staff their own: what they do, or help with."""
        if self.is_manager:
            return True
        return self.is_staff and any(
            person.pk == self.staff_pk for item in self.booking.items.all() for person in item.people
        )

    def may_move(self) -> bool:
        """Move to another start: the customer, and whoever marks the visit."""
        return self.is_customer or self.may_mark()

    def require_counterpart(self) -> None:
        """Fill in, pay and extend: for the customer, and members who book for somebody. Raises NotAllowed."""
        if not (self.is_customer or self.is_staff):
            raise NotAllowed

    def who(self, action: str) -> Who | None:
        """As whom this caller does `action` in the state table; None when they may not.

        Someone who is both (an owner who booked at their own shop) closes as the customer and marks as staff.
        """
        if action == "close":
            return "customer" if self.is_customer else None
        if action in ("cancel", "confirm", "expire") and self.is_customer:
            return "customer"
        if self.is_staff and (self.may_mark() if action not in ("cancel", "confirm") else self.is_manager):
            return "staff"
        return None


def booking_for(principal: Principal, ref: str) -> Access:
    """The booking `ref` and what the caller is to it.

    The customer's user, a guest with its token, members of the provider and operators may see it. Raises
    NotFound for everybody else: missing and forbidden look alike.
    """
    if "\x00" in ref:  # text that PostgreSQL cannot hold names nothing
        raise NotFound
    booking = (
        Booking.objects.select_related("outlet__provider", "customer")
        .prefetch_related(
            "items__staff__photo",
            "items__helpers",
            "items__service",
            "items__session",
            "objections__statements",
            "price_changes__item",
        )
        .filter(ref=ref)
        .first()
    )
    if booking is None:
        raise NotFound
    user = principal.user
    is_customer = bool(user and booking.customer and booking.customer.user_id == user.pk)
    if not is_customer and principal.capabilities:
        is_customer = BookingAccess.objects.filter(
            booking=booking, token_hash__in=principal.capabilities, revoked_at__isnull=True
        ).exists()
    membership = (
        Membership.objects.filter(user=user, provider_id=booking.outlet.provider_id).first() if user else None
    )
    if not (is_customer or membership or principal.is_operator):
        raise NotFound
    return Access(
        booking=booking,
        principal=principal,
        is_customer=is_customer,
        role=Role(membership.role) if membership else None,
        staff_pk=membership.staff_id if membership else None,
    )


def payer_for(principal: Principal, ref: str) -> Access:
    """The booking `ref` for whoever may pay the rest of it: its customer, and who scanned a link that the shop shows
    now. To the latter the booking is nothing else. Raises NotFound for everybody else."""
    try:
        access = booking_for(principal, ref)
    except NotFound:
        access = None
    if access is not None and access.is_customer:
        return access
    found = PayLink.objects.filter(
        booking__ref="" if "\x00" in ref else ref,
        token_hash__in=principal.capabilities,
        revoked_at__isnull=True,
        expires_at__gt=clock.now(),
    ).first()
    if found is None:
        raise NotFound
    booking = (
        Booking.objects.select_related("outlet__provider", "customer")
        .prefetch_related("items__staff", "items__helpers", "items__service")
        .get(pk=found.booking_id)
    )
    return Access(booking=booking, principal=principal, is_customer=False, role=None, is_payer=True)


def day_list(principal: Principal, outlet: str, day: date) -> tuple[Outlet, list[Access]]:
    """The outlet and its visits of a local `day`, for a member of its provider.

    Raises NotSignedIn, NotFound, NotAllowed for everybody else.
    """
    found = access_outlet(principal, outlet, scope="bookings:read")
    return found, as_member(principal, found.provider_id, day_of(found, day))


def as_member(principal: Principal, provider_pk: int, bookings: Iterable[Booking]) -> list[Access]:
    """These visits of a business (with their customers), and what its member `principal` is to each. One query."""
    user = principal.require_user()
    membership = Membership.objects.get(user=user, provider_id=provider_pk)
    return [
        Access(
            booking=booking,
            principal=principal,
            is_customer=bool(booking.customer and booking.customer.user_id == user.pk),
            role=Role(membership.role),
            staff_pk=membership.staff_id,
        )
        for booking in bookings
    ]
