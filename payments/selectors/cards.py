"""Reading the cards that customers keep."""

from django.db.models import F, QuerySet

from accounts.models import User
from common import clock
from payments import gateways
from payments.models import SavedCard
from payments.rules.cards import is_expired


def cards_of(user: User) -> QuerySet[SavedCard]:
    """A user's kept cards, that which was used last first, with who holds them."""
    kept = SavedCard.objects.filter(
        holder__user=user, holder__removed_at__isnull=True, removed_at__isnull=True
    )
    return kept.select_related("holder").order_by(F("used_at").desc(nulls_last=True), "-pk")


def payable_cards(user: User) -> list[SavedCard]:
    """Those of them that can be paid with now: not past their date, at a gateway that is in force. One query."""
    today, here = clock.now().date(), set(gateways.methods())
    return [
        card
        for card in cards_of(user)
        if card.holder.gateway in here
        and not is_expired(month=card.exp_month, year=card.exp_year, today=today)
    ]
