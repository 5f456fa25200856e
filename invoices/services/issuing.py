"""Making documents: always such that invoices less credit notes are what the customer paid for the visit, less what
their bank took back for good.

Whatever happened to the money, and in whichever order that is heard, the same look at it makes the same documents: an
invoice for what is not invoiced yet, a credit note for what is not paid any more.
"""

from dataclasses import asdict
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from bookings.models import Booking, BookingItem
from bookings.rules import states
from common import clock
from invoices.enums import DocumentKind
from invoices.errors import SellerUnknown
from invoices.models import Buyer, Invoice, Seller
from invoices.rules.amounts import Amounts, Sold, amounts, of_amount
from invoices.rules.numbers import written
from invoices.selectors import documents_of, earned_amount

# The visit is over, one way or another: what was paid for it by now is earned.
OVER = frozenset({states.CLOSED, states.CANCELLED, states.NO_SHOW})


@transaction.atomic
def settle(*, booking_ref: str, wanted: bool = False) -> list[Invoice]:
    """Make the documents that a visit still needs, and answer all of it in order. Repeatable.

    None before the visit is over, without a payment, and as long as the business has not said who it is: SellerUnknown
    is raised then if somebody `wanted` one. Locks the seller's row, and nothing after it.
    """
    booking = (
        Booking.objects.select_related("outlet", "customer").prefetch_related("items").get(ref=booking_ref)
    )
    seller = Seller.objects.select_for_update().filter(provider_id=booking.outlet.provider_id).first()
    if wanted and seller is None:
        raise SellerUnknown
    if seller and booking.status in OVER:
        paid, invoiced = earned_amount(booking.ref), invoiced_amount(booking)
        if paid > invoiced:
            _issue(seller, booking, paid - invoiced)
        elif paid < invoiced:
            take_back(seller, booking, invoiced - paid)
    return list(documents_of(booking))


def invoiced_amount(booking: Booking) -> int:
    """What the visit's invoices say, less its credit notes; minor units."""
    sums = dict(
        Invoice.objects.filter(booking=booking).values_list("kind").annotate(Sum("gross_amount")).order_by()
    )
    return sums.get(DocumentKind.INVOICE, 0) - sums.get(DocumentKind.CREDIT_NOTE, 0)


def _issue(seller: Seller, booking: Booking, amount: int) -> None:
    vat = bool(seller.tax_id)
    sold = [
        Sold(name, gross, item.tax_percent if vat else Decimal(0))
        for item in booking.items.all()
        for name, gross in _things(item)
    ]
    language = booking.items.all()[0].language
    _write(seller, booking, DocumentKind.INVOICE, amounts(of_amount(sold, amount)), language)


def _things(item: BookingItem) -> list[tuple[str, int]]:
    """The service and its options with their prices. As one where these do not make its price (of several seats), or
    one of them lowers it: no line of an invoice is below zero (EN 16931, BR-27)."""
    lines = [(str(line["name"]), int(line["amount"])) for line in item.lines]
    prices = [amount for _, amount in lines]
    is_plain = sum(prices) == item.price_amount and min(prices, default=0) >= 0
    return lines if is_plain else [(item.name, item.price_amount)]


def take_back(seller: Seller, booking: Booking, amount: int) -> None:
    """Credit notes for so much: the newest invoice first, of each as much as is not taken back yet, in proportion to
    its lines."""
    invoices = Invoice.objects.filter(booking=booking, kind=DocumentKind.INVOICE).order_by("-pk")
    for invoice in invoices.annotate(back=Sum("credit_notes__gross_amount")):
        part = min(amount, invoice.gross_amount - (invoice.back or 0))
        if part:
            sold = [Sold(line["name"], line["gross"], Decimal(line["rate"])) for line in invoice.lines]
            found = amounts(of_amount(sold, part))
            _write(seller, booking, DocumentKind.CREDIT_NOTE, found, invoice.language, corrects=invoice)
            amount -= part


def _write(
    seller: Seller,
    booking: Booking,
    kind: DocumentKind,
    found: Amounts,
    language: str,
    corrects: Invoice | None = None,
) -> None:
    latest = Invoice.objects.filter(provider_id=seller.pk).order_by("-number").first()
    number = latest.number + 1 if latest else 1
    Invoice.objects.create(
        provider_id=seller.pk,
        number=number,
        written=written(seller.prefix, number),
        kind=kind,
        corrects=corrects,
        booking=booking,
        issued_on=clock.now().astimezone(booking.zone).date(),
        supplied_on=booking.local_start.date(),
        currency=booking.currency,
        net_amount=found.net,
        tax_amount=found.tax,
        gross_amount=found.gross,
        seller={name: getattr(seller, name) for name in SAID},
        **(_as_in(corrects) if corrects else _buyer(booking)),
        lines=[{**asdict(line), "rate": str(line.rate)} for line in found.lines],
        rates=[{**asdict(each), "rate": str(each.rate)} for each in found.rates],
        language=language,
    )


def _as_in(invoice: Invoice) -> dict[str, str]:
    """Whom a credit note is made out to: whom its invoice was."""
    return {name: getattr(invoice, name) for name in ("buyer", "buyer_tax_id", "buyer_address")}


def _buyer(booking: Booking) -> dict[str, str]:
    """The business that was named for the visit, else its customer."""
    company = Buyer.objects.filter(booking=booking).first()
    if company is None or not company.company:
        return {"buyer": booking.customer.name if booking.customer else ""}
    return {"buyer": company.company, "buyer_tax_id": company.tax_id, "buyer_address": company.address}


SAID = ("name", "street_line", "postcode", "city", "country", "company_id", "tax_id")
