"""The lines of a statement as people read them."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking
from payments.enums import TransactionKind
from payments.models import LedgerEntry

WORDS: dict[str, str | Promise] = {
    TransactionKind.RELEASE: _("Visit"),
    TransactionKind.FEE: _("Fee kept"),
    TransactionKind.COUNTER: _("Paid at the counter"),
    TransactionKind.PAYOUT: _("Payout"),
    TransactionKind.CHARGEBACK: _("Chargeback: the customer's bank took it back"),
    TransactionKind.CHARGEBACK_WON: _("Chargeback won"),
}
BACK: dict[str, str | Promise] = {
    TransactionKind.COUNTER: _("Counter payment taken back"),
    TransactionKind.PAYOUT: _("Payout came back"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of a balance, in minor units: price = yours + commission + VAT."""

    at: datetime
    kind: str
    words: str | Promise
    booking_ref: str
    customer: str
    about: str
    price: int
    commission: int
    vat: int
    yours: int
    transaction: str

    @property
    def commission_shown(self) -> int:
        """As the balance sees it: what goes to the marketplace is negative."""
        return -self.commission

    @property
    def vat_shown(self) -> int:
        return -self.vat


def line_of(entry: LedgerEntry, visit: Booking | None) -> Line:
    """What an entry of `payments.selectors.statements.lines_of` says; `visit` is its booking, if it is one's."""
    posted = entry.transaction
    meant = entry.meant  # type: ignore[attr-defined]  # the selector's
    commission, vat = entry.commission, entry.vat  # type: ignore[attr-defined]  # the same
    if posted.kind == TransactionKind.REVERSAL:
        words = BACK.get(meant, _("Taken back"))
    else:
        words = WORDS.get(meant) or TransactionKind(meant).label
    return Line(
        at=posted.at,
        kind=posted.kind,
        words=words,
        booking_ref=posted.booking_ref,
        customer=(visit.customer.name if visit and visit.customer else ""),
        about=visit.service_names if visit else "",
        price=entry.amount + commission + vat,
        commission=commission,
        vat=vat,
        yours=entry.amount,
        transaction=posted.public_id,
    )
