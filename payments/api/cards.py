"""The cards that a customer keeps at a gateway, over the API. `pay_booking` pays with one."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from accounts.models import User
from common import clock
from common.api import ERRORS
from common.errors import NotAllowed
from payments import services
from payments.models import SavedCard
from payments.rules.cards import is_expired
from payments.selectors.cards import cards_of
from providers.api.given import caller
from providers.schemas import PublicId

router = Router(tags=["account"])


class CardOut(Schema):
    """What may be shown of a card. It can be paid with until the end of its month."""

    id: str
    method: str = Field(description="by which way of paying it is used")
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    expired: bool
    saved_at: datetime
    used_at: datetime | None


class CardsOut(Schema):
    items: list[CardOut]


def holder(request: HttpRequest) -> User:
    """The user of a session: an app's token sees neither cards nor wallet. Raises NotSignedIn, NotAllowed."""
    principal = caller(request)
    user = principal.require_user()
    if principal.scopes is not None:
        raise NotAllowed
    return user


@router.get("/me/cards", response={200: CardsOut, **ERRORS}, operation_id="list_cards", summary="My cards")
def list_cards(request: HttpRequest) -> CardsOut:
    """Kept for the next payment, that which was used last first; in a session only."""
    return CardsOut(items=[_card(card) for card in cards_of(holder(request))])


@router.delete(
    "/me/cards/{card}", response={204: None, **ERRORS}, operation_id="remove_card", summary="Remove a card"
)
def remove_card(request: HttpRequest, card: PublicId) -> HttpResponse:
    """Keep it no longer, here and at the gateway; in a session only."""
    services.remove_card(user=holder(request), card=card)
    return HttpResponse(status=204)


def _card(card: SavedCard) -> CardOut:
    return CardOut(
        id=card.public_id,
        method=card.holder.gateway,
        brand=card.brand,
        last4=card.last4,
        exp_month=card.exp_month,
        exp_year=card.exp_year,
        expired=is_expired(month=card.exp_month, year=card.exp_year, today=clock.now().date()),
        saved_at=card.saved_at,
        used_at=card.used_at,
    )
