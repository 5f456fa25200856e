"""Kept cards as people read them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common import clock
from payments import gateways
from payments.models import SavedCard
from payments.rules.cards import is_expired
from payments.selectors.cards import cards_of, payable_cards

BRANDS = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "unionpay": "UnionPay",
    "jcb": "JCB",
    "discover": "Discover",
    "diners": "Diners Club",
    "cartes_bancaires": "Cartes Bancaires",
    "eftpos_au": "Eftpos",
}
A_CARD = gettext_lazy("Card")


@dataclass(frozen=True, slots=True)
class Card:
    """One of them, with what is shown of it."""

    row: SavedCard

    @property
    def id(self) -> str:
        return self.row.public_id

    @property
    def method(self) -> str:
        return self.row.holder.gateway

    @property
    def name(self) -> str | Promise:
        """Such as Visa ending in 4242."""
        return _("%(brand)s ending in %(last4)s") % {
            "brand": BRANDS.get(self.row.brand, A_CARD),
            "last4": self.row.last4,
        }

    @property
    def expires(self) -> str:
        """As it stands on the card."""
        return f"{self.row.exp_month:02}/{self.row.exp_year % 100:02}"

    @property
    def is_expired(self) -> bool:
        return is_expired(month=self.row.exp_month, year=self.row.exp_year, today=clock.now().date())

    @property
    def kept_by(self) -> str:
        return gateways.title(self.row.holder.gateway)


def kept_cards(user: User) -> list[Card]:
    """All that a user keeps."""
    return [Card(row) for row in cards_of(user)]


def cards_to_pay_with(user: User, methods: set[str]) -> list[Card]:
    """Those of them that can be paid with now, by these ways of paying. One query."""
    return [card for card in map(Card, payable_cards(user)) if card.method in methods]
