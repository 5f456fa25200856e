"""The marketplace's share: fixed when a booking's first payment is opened, and posted with what the provider earns."""

from collections.abc import Callable, Sequence

from common import clock
from common.money import hundredths_of
from payments.enums import AccountKind
from payments.models import Payment
from payments.rules.commission import Parts, Rate, Share, mixed, split
from payments.selectors.shares import home_of, month_of, nearest, rates_among, tiers_matter, turnover, vat_for
from payments.services.ledger import MARKETPLACE, Account, Line
from providers.models import Provider

# What is sold under a booking's reference: (primary key of the category, amount in minor units) of each item.
Sold = Callable[[str], Sequence[tuple[int, int]]]

_sold: Sold | None = None


def register_sold(sold: Sold | None) -> None:
    """Have `sold(booking_ref)` say what is paid for: payments knows no bookings, and rates go by category."""
    global _sold
    _sold = sold


def agreed_share(*, booking_ref: str, provider_id: str, currency: str) -> Share:
    """The share of a payment that is opened now: that of the booking's first payment, if there is one.

    Else the nearest rate of each item, by the provider's turnover in its calendar month so far, weighed by their
    prices; and the VAT of the provider's country on it. Within a transaction, under the booking's lock.
    """
    first = Payment.objects.filter(booking_ref=booking_ref).order_by("pk").first()
    if first is not None:
        return share_of(first)
    provider = Provider.objects.filter(public_id=provider_id).first()
    rates = rates_among(provider)
    items = [(amount, nearest(rates, category)) for category, amount in (_sold(booking_ref) if _sold else ())]
    home = home_of(provider) if provider else None
    today, month = month_of(clock.now(), home.zone if home else "UTC")
    general = nearest(rates, None)
    counts = tiers_matter([general, *(rate for _, rate in items)])
    so_far = hundredths_of(turnover(provider_id, currency, month), currency) if counts else 0

    def at(rate: Rate) -> int:
        return rate.at(turnover=so_far, on=today)

    rate_bp = mixed([(amount, at(rate)) for amount, rate in items])
    vat_bp = vat_for(home.country) if home else 0
    return Share(
        commission_bp=at(general) if rate_bp is None else rate_bp,
        vat_bp=vat_bp,
        tax_country=home.country if home and vat_bp else "",
    )


def share_of(payment: Payment) -> Share:
    """What was agreed when the payment was opened."""
    return Share(payment.commission_bp, payment.vat_bp, payment.tax_country)


def owed(payment: Payment, amount: int) -> tuple[Parts, list[Line]]:
    """The commission of `amount` and the VAT on it, and their entries: what the marketplace and the tax office get.

    A negative amount takes them back in the same way.
    """
    parts = split(amount, share_of(payment))
    lines = [
        Line(Account(AccountKind.COMMISSION, MARKETPLACE), parts.commission, payment.currency),
        Line(Account(AccountKind.TAX, payment.tax_country or MARKETPLACE), parts.vat, payment.currency),
    ]
    return parts, [line for line in lines if line.amount]
