"""An application: sent by the owner, claimed by one operator, decided once."""

from collections.abc import Sequence

from django.db import transaction

from accounts.models import User
from common import audit, clock
from common.actors import user_actor
from providers.enums import Decision, EntryKind, Side
from providers.errors import (
    AlreadyDecided,
    ApplicationClaimed,
    DocumentsUndecided,
    NotReady,
    PointsInvalid,
    StatusRefused,
)
from providers.models import Application, Provider, VettingEntry
from providers.rules import vetting
from providers.selectors import vetting as read
from providers.services.parties import refuse_if_party
from providers.services.record import lock_provider
from providers.services.vetting.record import (
    LEASE,
    TEXT_LENGTH,
    actor_of,
    in_reach,
    move,
    reason,
    still_open,
    write_entry,
)

MOST_POINTS = 20


@transaction.atomic
def submit(*, provider: Provider, user: User, message: str = "") -> Application:
    """Send a draft, what was asked for, or a rejected business anew, for approval.

    Raises StatusRefused, NotReady(missing), TextInvalid.
    """
    provider = lock_provider(provider.pk)
    if provider.status not in vetting.OPEN_TO_SUBMIT:
        raise StatusRefused(status=provider.status)
    if missing := read.missing(provider):
        raise NotReady(missing=missing)
    message = reason(message, field="message") if message.strip() else ""
    application = open_round(provider, actor=user_actor(user.public_id))
    entry = write_entry(
        provider,
        kind=EntryKind.SUBMITTED,
        side=Side.PROVIDER,
        user=user,
        message=message,
        application=application,
    )
    move(provider, action="submit", who="owner", actor=application.submitted_by, entry=entry)
    return application


def open_round(provider: Provider, *, actor: str) -> Application:
    """The next application of the locked business."""
    last = Application.objects.filter(provider=provider).order_by("-round").first()
    return Application.objects.create(
        provider=provider, round=last.round + 1 if last else 1, submitted_by=actor
    )


@transaction.atomic
def claim_application(*, application: Application, operator: User) -> Application:
    """Take an open application in hand for LEASE; claiming one's own again makes it longer.

    Raises ApplicationClaimed, AlreadyDecided, OwnCause.
    """
    refuse_if_party(operator=operator, provider=application.provider)
    claimed = Application.objects.filter(in_reach(operator), pk=application.pk, decision="").update(
        claimed_by=operator, claimed_until=clock.now() + LEASE
    )
    application.refresh_from_db()
    if not claimed:
        raise AlreadyDecided if application.decision else ApplicationClaimed
    _note(application, operator, "application.claim")
    return application


@transaction.atomic
def release_application(*, application: Application, operator: User) -> Application:
    """Give one's own claim back. Raises ApplicationClaimed when it is not the operator's, AlreadyDecided."""
    released = Application.objects.filter(pk=application.pk, decision="", claimed_by=operator).update(
        claimed_by=None, claimed_until=None
    )
    application.refresh_from_db()
    if application.decision:
        raise AlreadyDecided
    if released:
        _note(application, operator, "application.release")
    elif application.claimed_by_id is not None:
        raise ApplicationClaimed
    return application


@transaction.atomic
def approve(*, application: Application, operator: User, message: str = "") -> Application:
    """Make the business public; each required paper has been accepted.

    Raises AlreadyDecided, ApplicationClaimed, OwnCause, DocumentsUndecided(kinds), TextInvalid.
    """
    provider = lock_provider(application.provider_id)
    application = _settle(application, operator, Decision.APPROVED)
    open_kinds = sorted(
        {need.kind.slug for need in read.needs(provider) if need.is_required and not need.is_met}
    )
    if open_kinds:
        raise DocumentsUndecided(kinds=open_kinds)
    message = reason(message, field="message") if message.strip() else ""
    entry = _entry(application, provider, operator, EntryKind.APPROVED, message)
    move(
        provider,
        action="approve",
        who="operator",
        actor=actor_of(operator),
        entry=entry,
        fields={"approved_at": provider.approved_at or clock.now()},
    )
    return application


@transaction.atomic
def ask_for_revision(
    *, application: Application, operator: User, points: Sequence[dict[str, str]], message: str
) -> Application:
    """Send it back for changes: `points` are {step, note}, `message` says it as a whole.

    Raises AlreadyDecided, ApplicationClaimed, OwnCause, PointsInvalid, ReasonMissing, TextInvalid.
    """
    named = _points(points)
    message = reason(message, field="message")
    provider = lock_provider(application.provider_id)
    application = _settle(application, operator, Decision.REVISION)
    entry = _entry(application, provider, operator, EntryKind.REVISION_ASKED, message, named)
    move(provider, action="ask_for_revision", who="operator", actor=actor_of(operator), entry=entry)
    return application


@transaction.atomic
def reject(*, application: Application, operator: User, reason: str) -> Application:
    """Do not approve; the business may appeal, or apply anew. Raises AlreadyDecided, ApplicationClaimed,
    OwnCause, ReasonMissing, TextInvalid.
    """
    message = _reason(reason)
    provider = lock_provider(application.provider_id)
    application = _settle(application, operator, Decision.REJECTED)
    entry = _entry(application, provider, operator, EntryKind.REJECTED, message)
    move(provider, action="reject", who="operator", actor=actor_of(operator), entry=entry)
    return application


_reason = reason


def _settle(application: Application, operator: User, decision: Decision) -> Application:
    """Write the decision if nobody else did or has it in hand: of two operators the database lets one through."""
    refuse_if_party(operator=operator, provider=application.provider)
    rows = Application.objects.filter(in_reach(operator), pk=application.pk, decision="").update(
        decision=decision, decided_by=operator, decided_at=clock.now(), claimed_by=None, claimed_until=None
    )
    application = Application.objects.get(pk=application.pk)
    still_open(rows, AlreadyDecided if application.decision else ApplicationClaimed)
    return application


def _points(points: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    found = [
        {"step": point.get("step", ""), "note": point.get("note", "").strip()}
        for point in points
        if point.get("note", "").strip()
    ]
    if not 1 <= len(found) <= MOST_POINTS or any(
        point["step"] not in vetting.STEPS or len(point["note"]) > TEXT_LENGTH for point in found
    ):
        raise PointsInvalid(steps=list(vetting.STEPS), most=MOST_POINTS)
    return found


def _entry(
    application: Application,
    provider: Provider,
    operator: User,
    kind: EntryKind,
    message: str,
    points: list[dict[str, str]] | None = None,
) -> VettingEntry:
    return write_entry(
        provider,
        kind=kind,
        side=Side.OPERATOR,
        user=operator,
        message=message,
        points=points,
        application=application,
    )


def _note(application: Application, operator: User, action: str) -> None:
    audit.record(
        actor=actor_of(operator), action=action, object_type="application", object_id=application.public_id
    )
