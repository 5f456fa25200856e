"""Keeping customers' cards at gateways, paying with them, and forgetting them.

A card is kept because its holder ticked that while paying with it (`payment.opened` says so), and once the payment has
gone through. The gateway is told to forget one after commit, until it has.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from common import audit, clock
from common import events as bus
from common.actors import user_actor
from common.errors import DomainError, NotFound
from payments import events, gateways
from payments.enums import PaymentStatus
from payments.errors import CardUnknown
from payments.gateways.base import CardOrder, CardState, Gateway
from payments.models import CardHolder, Payment, SavedCard
from payments.selectors.cards import cards_of, payable_cards

log = logging.getLogger(__name__)

BATCH = 50
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class CardChoice:
    """What a payment does about cards: pays with one that is kept, has the one that is paid with kept, or neither."""

    holder: CardHolder | None = None
    card: SavedCard | None = None
    keep: bool = False


NO_CARD = CardChoice()


def choose_card(*, user: User, method: str, card: str = "", keep: bool = False) -> CardChoice:
    """What a signed-in customer asks for: a card of theirs (public id), or to have the one that they pay with kept.

    In the caller's transaction. Keeping is nothing where the method's gateway keeps none. Raises CardUnknown when the
    card is not theirs, not of that method, past its date or removed.
    """
    if card:
        found = next((each for each in payable_cards(user) if each.public_id == card), None)
        if found is None or found.holder.gateway != method:
            raise CardUnknown
        return CardChoice(found.holder, found)
    if not keep or not gateways.for_method(method).keeps_cards:
        return NO_CARD
    holder, _made = CardHolder.objects.get_or_create(user=user, gateway=method, removed_at=None)
    return CardChoice(holder, keep=True)


def name_holder(payment: Payment, gateway: Gateway) -> str:
    """The gateway's name for whose card it is, opened there if it is their first; "" where no card is kept or used.

    Outside a transaction. Raises GatewayUnavailable, GatewayRefused.
    """
    holder = payment.card_holder
    if holder is None:
        return ""
    if not holder.name:
        holder.name = gateway.open_holder(
            user=holder.user.public_id, idempotency_key=str(holder.idempotency_key)
        )
        CardHolder.objects.filter(pk=holder.pk).update(name=holder.name)
    return holder.name


def card_order(payment: Payment) -> CardOrder | None:
    """How the payment is paid with its card; None when it has none (any more), or waits for nothing."""
    card = payment.card
    if card is None or payment.status != PaymentStatus.PENDING:
        return None
    return CardOrder(
        reference=payment.public_id,
        gateway_ref=payment.gateway_ref,
        holder=card.holder.name,
        card=card.token,
        return_url=payment.return_url,
        idempotency_key=f"{payment.idempotency_key}-confirm",
    )


def note_card(payment: Payment, state: CardState | None, *, actor: str) -> None:
    """A payment has gone through: keep its card if that was asked for, once, and note when a kept one was used.

    Within the transaction that holds the payment. One that looks the same takes the place of the one before.
    """
    if payment.card_id:
        SavedCard.objects.filter(pk=payment.card_id).update(used_at=clock.now())
    if not payment.keep_card or state is None or payment.card_holder_id is None:
        return
    Payment.objects.filter(pk=payment.pk).update(keep_card=False)
    payment.keep_card = False
    holder = CardHolder.objects.select_for_update(no_key=True).get(pk=payment.card_holder_id)
    if holder.removed_at:
        return  # they are being erased
    kept, is_new = SavedCard.objects.get_or_create(
        holder=holder,
        token=state.token,
        defaults={
            "brand": state.brand[:24],
            "last4": state.last4,
            "exp_month": state.exp_month,
            "exp_year": state.exp_year,
            "used_at": clock.now(),
        },
    )
    if not is_new:
        return
    _tell(kept, events.CARD_KEPT, actor=actor, payment=payment.public_id)
    same = holder.cards.filter(
        brand=kept.brand, last4=kept.last4, exp_month=kept.exp_month, exp_year=kept.exp_year
    )
    for older in same.filter(removed_at__isnull=True).exclude(pk=kept.pk):
        _remove(older, actor=actor)


def remove_card(*, user: User, card: str) -> None:
    """Keep a card (public id) of the user's no longer; the gateway forgets it after commit. Raises NotFound."""
    with transaction.atomic():
        found = cards_of(user).select_for_update(of=("self",), no_key=True).filter(public_id=card).first()
        if found is None:
            raise NotFound
        _remove(found, actor=user_actor(user.public_id))


def forget_cards_of(user_pk: int) -> None:
    """Forget all cards of somebody who is being erased, in the caller's transaction; the gateways are told after it."""
    for holder in CardHolder.objects.select_for_update(no_key=True).filter(user_id=user_pk).order_by("pk"):
        holder.cards.all().delete()
        if not holder.removed_at:
            holder.removed_at = holder.next_try_at = clock.now()
            holder.save(update_fields=["removed_at", "next_try_at"])


def forget_at_gateways() -> int:
    """Tell gateways what they are to forget; answers how many things. Any number of workers may run this."""
    now = clock.now()
    due: list[SavedCard | CardHolder] = []
    with transaction.atomic():
        for model in (SavedCard, CardHolder):
            rows = (
                model.objects.select_for_update(skip_locked=True, no_key=True)
                .filter(next_try_at__lte=now)
                .order_by("next_try_at")[:BATCH]
            )
            for row in rows:
                row.next_try_at = now + min(FIRST_PAUSE * 2 ** min(row.tries, 10), LONGEST_PAUSE)
                row.tries += 1
                row.save(update_fields=["next_try_at", "tries"])
                due.append(row)
    for row in due:
        try:
            _forget(row)
        except DomainError as error:
            log.warning("%s could not be forgotten: %s", row, error.code)
        except Exception:  # one bad row must not keep the others waiting
            log.exception("%s could not be forgotten", row)
    return len(due)


def _forget(row: SavedCard | CardHolder) -> None:
    if isinstance(row, SavedCard):
        gateways.get(row.holder.gateway).forget_card(card=row.token)
    elif row.name:
        gateways.get(row.gateway).forget_holder(holder=row.name)
    row.delete()


def _remove(card: SavedCard, *, actor: str) -> None:
    card.removed_at = card.next_try_at = clock.now()
    card.save(update_fields=["removed_at", "next_try_at"])
    _tell(card, events.CARD_REMOVED, actor=actor)


def _tell(card: SavedCard, type_: str, *, actor: str, **facts: Any) -> None:
    audit.record(actor=actor, action=type_, object_type="card", object_id=card.public_id, **facts)
    bus.publish(
        subject_type="card",
        subject_id=card.public_id,
        seq=1 if type_ == events.CARD_KEPT else 2,
        type=type_,
        actor=actor,
        payload={"gateway": card.holder.gateway, **facts},
    )
