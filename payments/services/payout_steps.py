"""What becomes of a payout: sent, paid, or failed and its money the provider's balance again."""

import logging
from datetime import timedelta

from django.db import transaction

from common import clock
from common.actors import SYSTEM, gateway_actor
from common.errors import NotFound
from payments import events, gateways
from payments.enums import AccountKind, PayoutResult, PayoutStatus, TransactionKind
from payments.errors import GatewayRefused, GatewayUnavailable, PayoutEnded
from payments.gateways.base import PayoutOrder, PayoutState
from payments.models import LedgerTransaction, Payout, PayoutFile
from payments.selectors.payees import pays_to
from payments.selectors.payouts import hold_on
from payments.services.ledger import MARKETPLACE, Account, Cause, Line, post, reverse
from payments.services.own_cause import refuse_own_cause
from payments.services.payout_news import tell

log = logging.getLogger(__name__)

BATCH = 50
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
HELD, REFUSED, RETURNED, NO_ACCOUNT = "held", "refused", "returned", "no_account"
NOT_READY = "account_not_ready"


def send_payouts() -> int:
    """Have gateways send what is to be sent; answers how many were asked for. Any number of workers may run this."""
    now = clock.now()
    with transaction.atomic():
        due = list(
            Payout.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(next_try_at__lte=now)
            .order_by("next_try_at")[:BATCH]
        )
        for payout in due:
            payout.next_try_at = now + min(FIRST_PAUSE * 2 ** min(payout.tries, 10), LONGEST_PAUSE)
            payout.tries += 1
            payout.save(update_fields=["next_try_at", "tries"])
    for payout in due:
        try:
            carry_out_payout(payout_id=payout.public_id)
        except Exception:  # one bad row must not keep the others waiting
            log.exception("payout %s could not be sent", payout.public_id)
    return len(due)


def carry_out_payout(*, payout_id: str) -> None:
    """Have its gateway send a payout (by public id), and note what it says. Repeatable: the gateway sees the same key.

    Call it outside a transaction. A gateway that does not answer leaves it for the next try.
    """
    payout = _begin(payout_id)
    if payout is None:
        return
    actor = gateway_actor(payout.gateway)
    try:
        state = gateways.get(payout.gateway).pay_out(
            PayoutOrder(
                reference=payout.public_id,
                destination=payout.destination,
                amount=payout.amount,
                currency=payout.currency,
                idempotency_key=str(payout.idempotency_key),
            )
        )
    except GatewayUnavailable:
        return
    except GatewayRefused:
        fail_payout(payout_id=payout_id, failure=REFUSED, actor=actor)
        return
    apply_payout_state(state=state, actor=actor)


def apply_payout_state(*, state: PayoutState, actor: str) -> None:
    """Note what a gateway says of a payout, now or much later, once or often. Raises NotFound."""
    payout = Payout.objects.filter(public_id=state.reference).first()
    if payout is None:
        raise NotFound
    if (state.amount, state.currency) != (payout.amount, payout.currency):
        # Nothing is booked by what they say: a person must look, and nobody asks again meanwhile.
        log.error("payout %s: the gateway speaks of another amount", payout.public_id)
        Payout.objects.filter(pk=payout.pk).update(next_try_at=None)
        return
    if state.result == PayoutResult.PAID:
        finish_payout(payout_id=payout.public_id, actor=actor, gateway_ref=state.gateway_ref)
    elif state.result == PayoutResult.FAILED:
        fail_payout(payout_id=payout.public_id, failure=RETURNED, actor=actor)


def _begin(payout_id: str) -> Payout | None:
    """The payout, noted as on its way before anybody is asked: from then on a hold comes too late.

    None when it has ended, or ends now: the provider is held, or its account is not ready any more, and the gateway
    was not asked yet.
    """
    with transaction.atomic():
        payout = _locked(payout_id)
        if payout.status == PayoutStatus.SENT:
            return payout
        if payout.status != PayoutStatus.PLANNED:
            return None
        if hold_on(payout.provider):
            _fail(payout, failure=HELD, actor=SYSTEM)
            return None
        if payout.gateway and not _is_ready(payout):
            _fail(payout, failure=NOT_READY, actor=SYSTEM)
            return None
        note_sent(payout, actor=SYSTEM)
        return payout


def _is_ready(payout: Payout) -> bool:
    """Whether the account that it was planned to is still one that its gateway pays to."""
    ready = pays_to(payout.provider, gateways.get(payout.gateway))
    return ready in ("", payout.destination)


def note_sent(payout: Payout, *, actor: str) -> None:
    """A payout is on its way. Within a transaction, under its lock."""
    payout.status, payout.sent_at = PayoutStatus.SENT, clock.now()
    payout.save(update_fields=["status", "sent_at"])
    tell(payout, events.PAYOUT_SENT, actor=actor)


def finish_payout(*, payout_id: str, actor: str, gateway_ref: str = "") -> Payout:
    """A payout (by public id) has arrived: its money left the gateway's account, or the marketplace's bank's.

    Again: nothing more. Raises NotFound, OwnCause, PayoutEnded when it has failed.
    """
    with transaction.atomic():
        payout = _locked(payout_id)
        refuse_own_cause(actor=actor, provider=payout.provider)
        if payout.status == PayoutStatus.PAID:
            return payout
        if payout.status == PayoutStatus.FAILED:
            raise PayoutEnded
        payout.status, payout.paid_at, payout.next_try_at = PayoutStatus.PAID, clock.now(), None
        payout.gateway_ref = gateway_ref
        payout.save(update_fields=["status", "paid_at", "next_try_at", "gateway_ref"])
        source = (
            Account(AccountKind.GATEWAY, payout.gateway)
            if payout.gateway
            else Account(AccountKind.BANK, MARKETPLACE)
        )
        post(
            kind=TransactionKind.PAYOUT_PAID,
            booking_ref="",
            entries=[
                Line(Account(AccountKind.PAYOUT_DUE, payout.public_id), -payout.amount, payout.currency),
                Line(source, payout.amount, payout.currency),
            ],
            actor=actor,
            cause=Cause("payout", payout.public_id),
        )
        tell(payout, events.PAYOUT_PAID, actor=actor)
        _forget_file(payout)
        return payout


def fail_payout(*, payout_id: str, failure: str, actor: str) -> Payout:
    """A payout (by public id) did not arrive, or came back: what was posted is reversed, and its money is the
    provider's balance again. `failure` is a code. Again: nothing more. Raises NotFound, OwnCause."""
    with transaction.atomic():
        payout = _locked(payout_id)
        if failure == RETURNED:
            refuse_own_cause(actor=actor, provider=payout.provider)
        if payout.status != PayoutStatus.FAILED:
            _fail(payout, failure=failure, actor=actor)
        return payout


def withdraw_planned(*, provider_pk: int, failure: str, actor: str) -> None:
    """Take back what is planned for a provider and not on its way. In the caller's transaction."""
    planned = Payout.objects.filter(provider_id=provider_pk, status=PayoutStatus.PLANNED)
    for public_id in planned.order_by("pk").values_list("public_id", flat=True):
        payout = _locked(public_id)
        if payout.status == PayoutStatus.PLANNED:
            _fail(payout, failure=failure, actor=actor)


def _fail(payout: Payout, *, failure: str, actor: str) -> None:
    payout.status, payout.failed_at, payout.failure = PayoutStatus.FAILED, clock.now(), failure
    payout.next_try_at = None
    payout.save(update_fields=["status", "failed_at", "failure", "next_try_at"])
    # The last one first: out of what is due nothing goes that is not in it.
    posted = LedgerTransaction.objects.filter(cause_type="payout", cause_id=payout.public_id)
    for original in posted.order_by("-pk"):
        reverse(original=original, actor=actor)
    tell(payout, events.PAYOUT_FAILED, actor=actor, failure=failure)
    _forget_file(payout)


def _forget_file(payout: Payout) -> None:
    """Empty a bank's file when none of its payouts is open any more: it names accounts."""
    rest = Payout.objects.filter(
        run_id=payout.run_id,
        currency=payout.currency,
        status__in=[PayoutStatus.PLANNED, PayoutStatus.SENT],
    )
    if not rest.exists():
        PayoutFile.objects.filter(run_id=payout.run_id, currency=payout.currency).update(body="")


def _locked(payout_id: str) -> Payout:
    payout = (
        Payout.objects.select_for_update(no_key=True, of=("self",))
        .select_related("provider", "run")
        .filter(public_id=payout_id)
        .first()
    )
    if payout is None:
        raise NotFound
    return payout
