"""What the marketplace asked of a provider in a month: commission and VAT on it, by rate of VAT, from the ledger."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from payments.models import Payment
from payments.selectors.statements import Month, lines_of
from providers.models import Provider


@dataclass(slots=True)
class CommissionSum:
    """Minor units: what was charged with its VAT, and what was taken back of earlier (or the same month's) charges."""

    charged: int = 0
    charged_vat: int = 0
    back: int = 0
    back_vat: int = 0


def commission_in(provider: Provider, month: Month, currency: str) -> Mapping[int, CommissionSum]:
    """The month's commission by rate of VAT (basis points): together they are what its statement says. Two queries.

    The rate is that of the visit's first payment, which all of them have. What has neither commission nor VAT is left
    out.
    """
    first = Payment.objects.filter(booking_ref=OuterRef("transaction__booking_ref")).order_by("pk")
    lines = lines_of(provider, month.span, currency).annotate(
        vat_bp=Coalesce(Subquery(first.values("vat_bp")[:1]), 0)
    )
    found: Mapping[int, CommissionSum] = defaultdict(CommissionSum)
    for commission, vat, vat_bp in lines.order_by("pk").values_list("commission", "vat", "vat_bp"):
        if commission > 0 or vat > 0:
            found[vat_bp].charged += commission
            found[vat_bp].charged_vat += vat
        elif commission or vat:
            found[vat_bp].back -= commission
            found[vat_bp].back_vat -= vat
    return dict(found)
