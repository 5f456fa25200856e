"""Where gateways pay providers: opened by owners, filled in on the gateway's page, followed as the gateway says."""

import logging
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from common import clock
from common.actors import gateway_actor
from common.errors import InvalidInput
from payments import events, gateways
from payments.enums import PayeeStatus
from payments.errors import GatewayRefused, PayeesNotKept
from payments.gateways.base import Gateway, PayeeOrder, PayeeState
from payments.models import PayeeAccount
from payments.selectors.payees import payees_gateway
from payments.selectors.shares import home_of
from providers.models import Provider
from providers.services.record import lock_provider, tell

log = logging.getLogger(__name__)

BATCH = 50
# While something is missing it may be given at any time; what is ready is looked at once a day.
FIRST_PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(days=1)


def set_up_payee(*, provider: Provider, return_url: str, expired_url: str, actor: str) -> str:
    """Have the gateway in force keep an account for the provider, unless it does; answers the address of the gateway's
    page on which its owner goes on.

    Call it outside a transaction: the gateway is asked. Raises PayeesNotKept, GatewayUnavailable, GatewayRefused.
    """
    gateway = payees_gateway()
    if gateway is None:
        raise PayeesNotKept
    with transaction.atomic():
        provider = lock_provider(provider.pk)
        row, is_new = PayeeAccount.objects.get_or_create(provider=provider, gateway=gateway.name)
        if is_new:
            _tell(row, provider, events.PAYEE_OPENED, actor=actor)
    if not row.account:
        order = PayeeOrder(
            provider=provider.public_id,
            country=home_of(provider).country,
            idempotency_key=str(row.idempotency_key),
        )
        row = _follow(row, gateway.open_payee(order))
    return gateway.payee_page(account=row.account, return_url=return_url, expired_url=expired_url)


def adopt_payee(*, provider: Provider, account: str, actor: str) -> PayeeAccount | None:
    """Operators name the account that the gateway in force keeps for the provider already: it is asked about within a
    minute, and paid to when it is ready. None where no gateway keeps any. In the caller's transaction. Raises
    InvalidInput when it is another provider's."""
    gateway = payees_gateway()
    if gateway is None or not gateway.needs_payees:
        return None
    provider = lock_provider(provider.pk)
    row = PayeeAccount.objects.filter(provider=provider, gateway=gateway.name).first()
    if row and row.account == account:
        return row
    row = row or PayeeAccount(provider=provider, gateway=gateway.name)
    row.account, row.status, row.needs, row.due_by = account, PayeeStatus.MISSING, [], None
    row.checks, row.next_check_at = 0, clock.now()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise InvalidInput(_("Another business is paid to this account."), field="destination") from error
    _tell(row, provider, events.PAYEE_OPENED, actor=actor)
    return row


def sync_payee(*, payee: str) -> PayeeAccount | None:
    """Ask the gateway about an account (public id), and note what it says. None when there is none, or it was never
    opened there. Call it outside a transaction. Raises NotFound, GatewayUnavailable."""
    row = PayeeAccount.objects.filter(public_id=payee).first()
    if row is None or not row.account:
        return None
    return _ask(row, gateways.get(row.gateway))


def hear_of_payee(*, gateway: str, account: str) -> None:
    """A gateway says that something happened to an account: it is asked what. Of one that is nobody's here, nothing."""
    row = PayeeAccount.objects.filter(gateway=gateway, account=account).first()
    if row is not None:
        _ask(row, gateways.get(gateway))


def check_payees() -> int:
    """Ask about the accounts whose time has come; answers how many. Any number of workers may run this."""
    now = clock.now()
    with transaction.atomic():
        due = list(
            PayeeAccount.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(next_check_at__lte=now)
            .order_by("next_check_at")[:BATCH]
        )
        for row in due:
            row.next_check_at = now + min(FIRST_PAUSE * 2 ** min(row.checks, 10), LONGEST_PAUSE)
            row.checks += 1
            row.save(update_fields=["next_check_at", "checks"])
    for row in due:
        try:
            sync_payee(payee=row.public_id)
        except Exception:  # one bad row must not keep the others waiting
            log.exception("payee %s could not be checked", row.public_id)
    return len(due)


def _ask(row: PayeeAccount, gateway: Gateway) -> PayeeAccount:
    try:
        state = gateway.payee(account=row.account)
    except GatewayRefused:
        # It was closed there, or taken away from us.
        state = PayeeState(account=row.account, status=PayeeStatus.REJECTED)
    return _follow(row, state)


def _follow(row: PayeeAccount, state: PayeeState) -> PayeeAccount:
    """Note what the gateway says of an account. Owners are told when it becomes ready or stops to be."""
    with transaction.atomic():
        provider = lock_provider(row.provider_id)
        row = PayeeAccount.objects.select_for_update(no_key=True).get(pk=row.pk)
        if row.account and row.account != state.account:
            return row  # another one was named meanwhile
        before = (row.account, row.status, row.needs, row.due_by)
        row.account, row.status = state.account, state.status
        row.needs, row.due_by, row.heard_at = [str(need) for need in state.needs], state.due_by, clock.now()
        after = (row.account, row.status, row.needs, row.due_by)
        if before != after:
            row.checks = 0
        row.next_check_at = clock.now() + (
            LONGEST_PAUSE
            if row.status in (PayeeStatus.ENABLED, PayeeStatus.REJECTED)
            else min(FIRST_PAUSE * 2 ** min(row.checks, 10), LONGEST_PAUSE)
        )
        row.save()
        if before[1:3] != after[1:3]:
            _tell(row, provider, events.PAYEE_CHANGED, actor=gateway_actor(row.gateway), was=before[1])
        return row


def _tell(row: PayeeAccount, provider: Provider, type_: str, *, actor: str, was: str = "") -> None:
    tell(
        provider,
        type=type_,
        actor=actor,
        action=type_.removeprefix("provider."),
        of="payee_account",
        of_id=row.public_id,
        gateway=row.gateway,
        status=str(row.status),
        was=was,
        needs=list(row.needs),
    )
