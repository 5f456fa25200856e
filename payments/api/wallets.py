"""A customer's wallet over the API, in a session only: what is in it, how it moved, and sending it back.

To a bank account it goes from the wallet's page alone: that asks who they are again.
"""

from datetime import datetime

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from common.actors import user_actor
from common.api import ERRORS, CursorPage, idempotent
from payments.api.cards import holder
from payments.api.statements import Currency
from payments.selectors.wallets import returnable, wallet_entries, wallet_line, wallet_payouts_of, wallets_of
from payments.services import send_wallet_back
from providers.schemas.base import Strict

router = Router(tags=["account"])


class WalletOut(Schema):
    """One currency of the wallet, in minor units."""

    currency: str
    balance: int
    returnable: int = Field(description="what can go to where it came from; the rest to a bank account")


class WalletPayoutOut(Schema):
    """What is on its way to a bank account, or went there. Amount in minor units."""

    id: str
    amount: int
    currency: str
    account: str = Field(description="its country and its last four characters")
    state: str = Field(description="`asked`, `paid`, or `refused`: in the wallet again")
    asked_at: datetime
    ended_at: datetime | None


class WalletsOut(Schema):
    items: list[WalletOut]
    payouts: list[WalletPayoutOut] = Field(description="the ten newest")


class MovementOut(Schema):
    """Minor units, positive into the wallet."""

    at: datetime
    kind: str
    booking: str = Field(description="its reference; empty when there is none")
    amount: int
    currency: str


class MovementsOut(Schema):
    items: list[MovementOut]
    next: str | None = Field(description="the cursor of the next page")


class SendBackIn(Strict):
    """As `returnable` showed it, or less. Minor units."""

    currency: Currency
    amount: int = Field(gt=0, lt=10**15)


class SentBackOut(Schema):
    """The refunds that are on their way."""

    refunds: list[str]


@router.get(
    "/me/wallet", response={200: WalletsOut, **ERRORS}, operation_id="get_wallet", summary="My wallet"
)
def get_wallet(request: HttpRequest) -> WalletsOut:
    """The balances by currency; in a session only."""
    user = holder(request).public_id
    return WalletsOut(
        items=[
            WalletOut(currency=currency, balance=amount, returnable=returnable(user, currency))
            for currency, amount in wallets_of(user).items()
        ],
        payouts=[
            WalletPayoutOut(
                id=each.public_id,
                amount=each.amount,
                currency=each.currency,
                account=each.shown_account,
                state=each.state,
                asked_at=each.asked_at,
                ended_at=each.ended_at,
            )
            for each in wallet_payouts_of(user)[:10]
        ],
    )


@router.get(
    "/me/wallet/movements",
    response={200: MovementsOut, **ERRORS},
    operation_id="list_wallet_movements",
    summary="How my wallet moved",
)
def list_wallet_movements(request: HttpRequest, page: Query[CursorPage]) -> MovementsOut:
    """The newest first; in a session only. Raises CursorInvalid."""
    user = holder(request).public_id
    entries, following = page.cut(wallet_entries(user), of=f"wallet {user}", newest_first=True)
    lines = map(wallet_line, entries)
    return MovementsOut(
        items=[
            MovementOut(
                at=line.at,
                kind=line.kind,
                booking=line.booking_ref,
                amount=line.amount,
                currency=line.currency,
            )
            for line in lines
        ],
        next=following,
    )


@router.post(
    "/me/wallet/send-back",
    response={200: SentBackOut, **ERRORS},
    operation_id="send_wallet_back",
    summary="Send money of my wallet back the way it came",
)
@idempotent
def send_back(request: HttpRequest, body: SendBackIn) -> SentBackOut:
    """It leaves the wallet at once; in a session only. Raises RefundTooMuch (less can go by now)."""
    user = holder(request)
    sent = send_wallet_back(
        user_id=user.public_id,
        currency=body.currency,
        amount=body.amount,
        actor=user_actor(user.public_id),
    )
    return SentBackOut(refunds=[refund.public_id for refund in sent])
