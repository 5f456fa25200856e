"""What waits on the shop floor: a price to approve, a large refund, a wallet with something in it. Made by services."""

from accounts.models import User
from accounts.principals import Principal
from bookings.errors import PriceChangeRefused
from bookings.models import Booking
from bookings.rules import states
from bookings.selectors.access import booking_for
from bookings.services import changes, price_changes, refunds
from bookings.services.price_changes import Wish
from common.actors import SYSTEM
from common.errors import DomainError
from common.models import OutboxMessage
from marketplace.demo import signins
from marketplace.demo.load_businesses import CURRENCY
from payments.services import set_refund_limit
from providers.enums import Role
from providers.models import Membership

# Minor units: above that two people give money back.
LIMIT = 5000
_ASKED = Wish(name="Scalp massage", amount=900, reason="As you asked on the phone.", minutes=0)
_WHY = "The colour came out another one. She was right, and we are sorry."


def load_shopfloor() -> None:
    """Helmi's next visit has a price to approve, her last one ahead was cancelled into her wallet, and a business wants
    to give more back than one person may.

    Nobody is told by mail: all of it is as if it had happened before.
    """
    before = OutboxMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    set_refund_limit(currency=CURRENCY, amount=LIMIT, actor=SYSTEM)
    helmi = Principal(user=User.objects.get(email=signins.CUSTOMER))
    ahead = list(
        Booking.objects.filter(customer__user=helmi.user, status=states.CONFIRMED).order_by("starts_at", "pk")
    )
    _wallet(helmi, [booking for booking in ahead[1:] if booking.prepaid_amount])
    _price(ahead)
    _refund()
    OutboxMessage.objects.filter(pk__gt=before).delete()


def _wallet(helmi: Principal, ahead: list[Booking]) -> None:
    """The last of several visits ahead that were paid online was given up."""
    for booking in ahead[-1:]:
        access = booking_for(helmi, booking.ref)
        version = changes.preview(access=access, action="cancel").version
        changes.cancel(access=access, version=version, to_wallet=True)


def _price(ahead: list[Booking]) -> None:
    """The first visit for which its business can propose something."""
    for booking in ahead:
        if owner := _owner(booking):
            try:
                price_changes.propose(access=booking_for(owner, booking.ref), wish=_ASKED)
            except PriceChangeRefused:
                continue
            return


def _refund() -> None:
    """The dearest of the newest closed visits that were paid online."""
    closed = Booking.objects.filter(
        status=states.CLOSED, prepaid_amount__gt=LIMIT, customer__user__isnull=False
    ).order_by("-starts_at", "pk")[:20]
    for booking in sorted(closed, key=lambda each: -each.prepaid_amount):
        if owner := _owner(booking):
            access = booking_for(owner, booking.ref)
            try:
                version = refunds.preview(access=access).version
                refunds.ask(access=access, reason=_WHY, version=version)
            except DomainError:
                continue  # its money was taken back another way
            return


def _owner(booking: Booking) -> Principal | None:
    found = (
        Membership.objects.filter(provider=booking.outlet.provider, role=Role.OWNER)
        .select_related("user")
        .order_by("pk")
        .first()
    )
    return Principal(user=found.user) if found else None
