"""Appeals: a decision is looked at again, once, by another operator."""

from django.db import transaction

from accounts.models import User
from common import clock
from providers import events
from providers.enums import AppealOutcome, EntryKind, ProviderStatus, Side
from providers.errors import AlreadyDecided, NotAppealable, SameOperator
from providers.models import APPEALABLE, Appeal, Provider, VettingEntry
from providers.services.parties import refuse_if_party
from providers.services.record import lock_provider
from providers.services.vetting import standing
from providers.services.vetting.applications import open_round
from providers.services.vetting.record import about, actor_of, move, reason, still_open, write_entry


@transaction.atomic
def appeal(*, entry: VettingEntry, user: User, text: str) -> Appeal:
    """Ask another operator to look at a decision again. Raises NotAppealable, ReasonMissing, TextInvalid."""
    text = reason(text, field="text")
    provider = lock_provider(entry.provider_id)
    if entry.kind not in APPEALABLE or Appeal.objects.filter(entry=entry).exists():
        raise NotAppealable
    made = Appeal.objects.create(
        entry=entry, provider=provider, against_id=entry.user_id, text=text, made_by=user
    )
    line = write_entry(
        provider, kind=EntryKind.APPEALED, side=Side.PROVIDER, user=user, message=text, staff=entry.staff
    )
    about(
        provider,
        type=events.PROVIDER_APPEALED,
        actor=actor_of(user),
        action="provider.appeal",
        entry=line,
        appeal=made.public_id,
    )
    return made


@transaction.atomic
def decide_appeal(*, appeal: Appeal, operator: User, granted: bool, answer: str) -> Appeal:
    """Grant or dismiss an appeal, by another operator than the one who took the decision.

    Granted, a suspension that still holds ends, and a rejected business is in the queue again. Raises
    SameOperator, OwnCause, AlreadyDecided, ReasonMissing, TextInvalid.
    """
    answer = reason(answer, field="answer")
    provider = lock_provider(appeal.provider_id)
    refuse_if_party(operator=operator, provider=provider)
    if appeal.against_id == operator.pk:
        raise SameOperator
    outcome = AppealOutcome.GRANTED if granted else AppealOutcome.DISMISSED
    still_open(
        Appeal.objects.filter(pk=appeal.pk, outcome="").update(
            outcome=outcome, answer=answer, decided_at=clock.now(), decided_by=operator
        ),
        AlreadyDecided,
    )
    appeal = Appeal.objects.select_related("entry").get(pk=appeal.pk)
    line = write_entry(
        provider,
        kind=EntryKind.APPEAL_GRANTED if granted else EntryKind.APPEAL_DISMISSED,
        side=Side.OPERATOR,
        user=operator,
        message=answer,
        staff=appeal.entry.staff,
    )
    about(
        provider,
        type=events.PROVIDER_APPEAL_DECIDED,
        actor=actor_of(operator),
        action="provider.decide_appeal",
        entry=line,
        appeal=appeal.public_id,
        outcome=str(outcome),
    )
    if granted:
        _take_back(provider, appeal.entry, operator, line)
    return appeal


def _take_back(provider: Provider, entry: VettingEntry, operator: User, line: VettingEntry) -> None:
    """Undo what the decision did, if it still does."""
    newest = VettingEntry.objects.filter(provider=provider, kind=entry.kind).order_by("-pk").first()
    if newest != entry:
        return
    if entry.kind == EntryKind.SUSPENDED and provider.status == ProviderStatus.SUSPENDED:
        standing.reinstate_locked(provider, operator=operator, message="")
    if entry.kind == EntryKind.REJECTED and provider.status == ProviderStatus.REJECTED:
        open_round(provider, actor=actor_of(operator))
        move(provider, action="reopen", who="operator", actor=actor_of(operator), entry=line)
