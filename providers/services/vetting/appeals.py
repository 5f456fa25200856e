"""Appeals: a decision is looked at again, once, by another operator."""

from django.db import transaction

from accounts.models import User
from common import audit, clock
from providers import events
from providers.enums import AppealOutcome, EntryKind, ProviderStatus, Side
from providers.errors import AlreadyDecided, AppealClaimed, NotAppealable, SameOperator
from providers.models import Appeal, Provider, StaffMember, VettingEntry
from providers.selectors.vetting import may_appeal
from providers.services.parties import refuse_if_party
from providers.services.record import lock_provider
from providers.services.vetting import standing
from providers.services.vetting.applications import open_round
from providers.services.vetting.record import (
    LEASE,
    about,
    actor_of,
    in_reach,
    move,
    reason,
    still_open,
    write_entry,
)


@transaction.atomic
def appeal(*, entry: VettingEntry, user: User, text: str, person: StaffMember | None = None) -> Appeal:
    """Ask another operator to look at a decision again: the business, or the `person` whom it concerns, who is
    `user`. Each may once. Raises NotAppealable, ReasonMissing, TextInvalid.
    """
    text = reason(text, field="text")
    provider = lock_provider(entry.provider_id)
    entry = VettingEntry.objects.select_related("staff").get(pk=entry.pk)
    if not may_appeal(entry, person=person):
        raise NotAppealable
    made = Appeal.objects.create(
        entry=entry,
        by_person=person is not None,
        provider=provider,
        against_id=entry.user_id,
        text=text,
        made_by=user,
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
def claim_appeal(*, appeal: Appeal, operator: User) -> Appeal:
    """Take an open appeal against another's decision in hand for LEASE; claiming one's own again makes it longer.

    Raises SameOperator, OwnCause, AppealClaimed, AlreadyDecided.
    """
    refuse_if_party(operator=operator, provider=appeal.provider)
    if appeal.against_id == operator.pk:
        raise SameOperator
    claimed = Appeal.objects.filter(in_reach(operator), pk=appeal.pk, outcome="").update(
        claimed_by=operator, claimed_until=clock.now() + LEASE
    )
    appeal.refresh_from_db()
    if not claimed:
        raise AlreadyDecided if appeal.outcome else AppealClaimed
    _note(appeal, operator, "appeal.claim")
    return appeal


@transaction.atomic
def release_appeal(*, appeal: Appeal, operator: User) -> Appeal:
    """Give one's own claim back. Raises AppealClaimed when it is not the operator's, AlreadyDecided."""
    released = Appeal.objects.filter(pk=appeal.pk, outcome="", claimed_by=operator).update(
        claimed_by=None, claimed_until=None
    )
    appeal.refresh_from_db()
    if appeal.outcome:
        raise AlreadyDecided
    if released:
        _note(appeal, operator, "appeal.release")
    elif appeal.claimed_by_id is not None:
        raise AppealClaimed
    return appeal


@transaction.atomic
def decide_appeal(*, appeal: Appeal, operator: User, granted: bool, answer: str) -> Appeal:
    """Grant or dismiss an appeal, by another operator than the one who took the decision.

    Granted, a suspension that still holds ends, and a rejected business is in the queue again. Raises
    SameOperator, AppealClaimed (by somebody else), OwnCause, AlreadyDecided, ReasonMissing, TextInvalid.
    """
    answer = reason(answer, field="answer")
    provider = lock_provider(appeal.provider_id)
    refuse_if_party(operator=operator, provider=provider)
    if appeal.against_id == operator.pk:
        raise SameOperator
    outcome = AppealOutcome.GRANTED if granted else AppealOutcome.DISMISSED
    rows = Appeal.objects.filter(in_reach(operator), pk=appeal.pk, outcome="").update(
        outcome=outcome,
        answer=answer,
        decided_at=clock.now(),
        decided_by=operator,
        claimed_by=None,
        claimed_until=None,
    )
    appeal = Appeal.objects.select_related("entry__staff").get(pk=appeal.pk)
    still_open(rows, AlreadyDecided if appeal.outcome else AppealClaimed)
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


def _note(appeal: Appeal, operator: User, action: str) -> None:
    audit.record(actor=actor_of(operator), action=action, object_type="appeal", object_id=appeal.public_id)
