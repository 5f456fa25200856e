"""The marketplace's own invoices: a month's commission, and credit notes for what was taken back in it.

Once for each business, currency and month, when the month is over for a day; the amounts are the ledger's, and together
they are what the statement of the month says.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from decimal import Decimal

from babel.numbers import get_currency_precision
from django.db import transaction
from django.db.models import Max, QuerySet

from common import audit, clock
from invoices.enums import DocumentKind
from invoices.models import CommissionDocument, CommissionMonth, OwnSeller, Seller
from invoices.rules.commission import Document, document, shared
from invoices.rules.numbers import written
from invoices.services.papers import Party
from invoices.services.sellers import SellerDetails, checked
from payments.enums import AccountKind
from payments.models import LedgerAccount
from payments.selectors.commission_months import CommissionSum, commission_in
from payments.selectors.shares import home_of
from payments.selectors.statements import Month, first_month, month_at
from providers.models import Provider
from providers.selectors import catalogue

log = logging.getLogger(__name__)

# What was begun before the month's end has been posted by then.
AFTER = timedelta(days=1)
PREFIX = "HM-"


@transaction.atomic
def set_own_seller(*, details: SellerDetails, actor: str) -> OwnSeller:
    """Say who the marketplace is on its documents from now on. Raises TaxIdInvalid, InvalidInput."""
    wanted = checked(details)
    before = OwnSeller.objects.select_for_update().first()
    if before and all(getattr(before, name) == value for name, value in wanted.items()):
        return before
    seller, _made = OwnSeller.objects.update_or_create(
        id=1, defaults={**wanted, "changed_at": clock.now()}, create_defaults={**wanted, "prefix": PREFIX}
    )
    audit.record(
        actor=actor,
        action="invoices.own_seller_changed" if before else "invoices.own_seller_entered",
        object_type="marketplace",
        object_id="invoices",
        chained=True,
        charges_vat=bool(wanted["tax_id"]),
    )
    return seller


def close_months() -> int:
    """Make the documents of all months that are over and not closed; answers how many months were closed.

    Call it outside a transaction: each month has one of its own. Any number of workers may run this. Nothing before
    operators have said who the marketplace is.
    """
    if not OwnSeller.objects.exists():
        return 0
    closed = 0
    now = clock.now()
    accounts = LedgerAccount.objects.filter(kind=AccountKind.PAYABLE).order_by("pk")
    latest = {
        (row["provider__public_id"], row["currency"]): row["last"]
        for row in CommissionMonth.objects.order_by()
        .values("provider__public_id", "currency")
        .annotate(last=Max("end"))
    }
    for account in accounts:
        last = latest.get((account.owner, account.currency))
        # Most have been closed up to the last month: they are not even asked for.
        if last and last + timedelta(days=27) + AFTER > now:
            continue
        try:
            while close_next(owner=account.owner, currency=account.currency, now=now):
                closed += 1
        except Exception:  # one bad row must not keep the others waiting
            log.exception("the commission of %s in %s could not be invoiced", account.owner, account.currency)
    return closed


@transaction.atomic
def close_next(*, owner: str, currency: str, now: datetime) -> CommissionMonth | None:
    """Close the next month of a business (public id) in a currency, if it is over for a day; None when there is none.

    Locks the marketplace's seller row: numbers follow each other. Nothing is locked after it.
    """
    seller = OwnSeller.objects.select_for_update().first()
    provider = Provider.objects.filter(public_id=owner).first()
    month = _next_month(provider, currency) if provider else None
    if seller is None or provider is None or month is None or month.end + AFTER > now:
        return None
    row = CommissionMonth.objects.create(
        provider=provider, currency=currency, month=month.first, start=month.start, end=month.end
    )
    sums = commission_in(provider, month, currency)
    unit: int = 10 ** get_currency_precision(currency)
    charged = {
        bp: (each.charged, each.charged_vat) for bp, each in sums.items() if each.charged or each.charged_vat
    }
    if charged:
        _write(seller, row, DocumentKind.INVOICE, document(charged, unit=unit))
    for invoice, back in _taken_back(provider, currency, sums).items():
        _write(seller, row, DocumentKind.CREDIT_NOTE, document(back, unit=unit), corrects=invoice)
    return row


def _next_month(provider: Provider, currency: str) -> Month | None:
    """After the last one that was closed, beginning where that ended; else the first with anything in it."""
    zone = home_of(provider).zone
    closed = CommissionMonth.objects.filter(provider=provider, currency=currency).order_by("-month").first()
    if closed:
        after = month_at(closed.month + timedelta(days=32), zone)
        return replace(after, start=closed.end)
    first = first_month(provider)
    return month_at(first, zone) if first else None


def _taken_back(
    provider: Provider, currency: str, sums: Mapping[int, CommissionSum]
) -> dict[CommissionDocument, Mapping[int, tuple[int, int]]]:
    """Which invoices what was taken back corrects, the newest first, and how much of each."""
    back = {bp: (each.back, each.back_vat) for bp, each in sums.items() if each.back or each.back_vat}
    if not back:
        return {}
    invoices = {each.pk: each for each in _invoices(provider, currency)}
    rooms = {pk: _room(each) for pk, each in invoices.items()}
    return {invoices[pk]: part for pk, part in shared(back, rooms).items()}


def _invoices(provider: Provider, currency: str) -> QuerySet[CommissionDocument]:
    found = CommissionDocument.objects.filter(provider=provider, currency=currency, kind=DocumentKind.INVOICE)
    return found.prefetch_related("credit_notes").order_by("-pk")


def _room(invoice: CommissionDocument) -> dict[int, tuple[int, int]]:
    """What of an invoice has not been taken back, by rate of VAT in basis points."""
    room = _by_rate(invoice)
    for note in invoice.credit_notes.all():
        for vat_bp, (net, tax) in _by_rate(note).items():
            room[vat_bp] = (room[vat_bp][0] - net, room[vat_bp][1] - tax)
    return room


def _by_rate(each: CommissionDocument) -> dict[int, tuple[int, int]]:
    """As the ledger has it: with what was rounded besides."""
    return {
        int(Decimal(rate["rate"]) * 100): (rate["net"], rate["tax"] + rate["rounding"]) for rate in each.rates
    }


def _write(
    seller: OwnSeller,
    month: CommissionMonth,
    kind: DocumentKind,
    found: Document,
    corrects: CommissionDocument | None = None,
) -> None:
    number = (CommissionDocument.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    CommissionDocument.objects.create(
        number=number,
        written=written(seller.prefix, number),
        kind=kind,
        corrects=corrects,
        month=month,
        provider=month.provider,
        issued_on=clock.now().date(),
        currency=month.currency,
        net_amount=found.net,
        tax_amount=found.tax,
        rounding=found.rounding,
        gross_amount=found.gross,
        seller=_said(seller),
        buyer=_buyer(month.provider, usual=seller.country),
        rates=[
            {"rate": each.rate, "net": each.net, "tax": each.tax, "rounding": each.rounding}
            for each in found.rates
        ],
    )


def _said(seller: Seller | OwnSeller) -> dict[str, str]:
    return asdict(Party(**{name: getattr(seller, name) for name in Party.__dataclass_fields__}))


def _buyer(provider: Provider, *, usual: str) -> dict[str, str]:
    """The business as it stands on its own documents, else as it is listed with its first shop; `usual` is the country
    (ISO 3166-1) of one that has no shop any more."""
    seller = Seller.objects.filter(provider=provider).first()
    if seller:
        return _said(seller)
    outlet = catalogue.outlets(provider).first()
    if outlet is None:
        return asdict(Party(name=provider.name, country=home_of(provider).country or usual))
    return asdict(
        Party(
            name=provider.name,
            country=outlet.country,
            street_line=outlet.street_line,
            postcode=outlet.postcode,
            city=outlet.city,
        )
    )
