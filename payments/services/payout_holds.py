"""When providers are paid, and when they are not for now."""

from dataclasses import asdict

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common import audit, clock
from common.errors import InvalidInput
from payments import events
from payments.errors import PayoutsHeld
from payments.models import PayoutHold, PayoutTerms
from payments.rules.payouts import Terms
from payments.selectors.payouts import hold_on
from payments.services.own_cause import refuse_own_cause
from payments.services.payees import adopt_payee
from payments.services.payout_steps import HELD, withdraw_planned
from providers.models import Provider
from providers.services.record import lock_provider, tell

REASON_LENGTH = 500


def set_payout_terms(*, provider: Provider | None, terms: Terms, actor: str) -> PayoutTerms:
    """Set when and how a provider is paid; without one, everybody who has no terms of their own. Raises OwnCause,
    InvalidInput when the gateway's account is another provider's."""
    with transaction.atomic():
        refuse_own_cause(actor=actor, provider=provider)
        before = PayoutTerms.objects.filter(provider=provider).first()
        row, _made = PayoutTerms.objects.update_or_create(provider=provider, defaults=asdict(terms))
        # Saved again as it was, it takes no owner's account away that was set up since.
        if provider and terms.destination and (before is None or before.destination != terms.destination):
            adopt_payee(provider=provider, account=terms.destination, actor=actor)
        audit.record(
            actor=actor,
            action="payout_terms.set",
            object_type="provider" if provider else "marketplace",
            object_id=provider.public_id if provider else "payouts",
            after_days=terms.after_days,
            minimum=terms.minimum,
            way=str(terms.way),
        )
        return row


def drop_payout_terms(*, provider: Provider, actor: str) -> None:
    """Take a provider's own terms away: everybody's count. Without any nothing happens. Raises OwnCause."""
    with transaction.atomic():
        refuse_own_cause(actor=actor, provider=provider)
        if PayoutTerms.objects.filter(provider=provider).delete()[0]:
            audit.record(
                actor=actor,
                action="payout_terms.dropped",
                object_type="provider",
                object_id=provider.public_id,
            )


def hold_payouts(*, provider: Provider, reason: str, actor: str) -> PayoutHold:
    """Pay a provider nothing for now, and tell it why: `reason` is for its owners. What is planned is taken back;
    what is on its way arrives. Raises InvalidInput, OwnCause, PayoutsHeld."""
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        raise InvalidInput(_("Say why."), field="reason")
    with transaction.atomic():
        provider = lock_provider(provider.pk)
        refuse_own_cause(actor=actor, provider=provider)
        if hold_on(provider):
            raise PayoutsHeld
        hold = PayoutHold.objects.create(provider=provider, reason=reason, placed_by=actor)
        withdraw_planned(provider_pk=provider.pk, failure=HELD, actor=actor)
        _tell(provider, events.PAYOUTS_HELD, actor)
        return hold


def free_payouts(*, provider: Provider, actor: str) -> None:
    """Pay the provider again, from the next run on. Without a hold nothing happens. Raises OwnCause."""
    with transaction.atomic():
        provider = lock_provider(provider.pk)
        refuse_own_cause(actor=actor, provider=provider)
        hold = hold_on(provider)
        if hold is None:
            return
        hold.lifted_at, hold.lifted_by = clock.now(), actor
        hold.save(update_fields=["lifted_at", "lifted_by"])
        _tell(provider, events.PAYOUTS_FREED, actor)


def _tell(provider: Provider, type_: str, actor: str) -> None:
    tell(
        provider,
        type=type_,
        actor=actor,
        action=type_.removeprefix("provider."),
        of="provider",
        of_id=provider.public_id,
        chained=True,
    )
