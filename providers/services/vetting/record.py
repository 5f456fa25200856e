"""What every step of vetting has in common: the state table, the line in the thread, the event and audit row."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from accounts.models import User
from common import clock
from common.actors import SYSTEM, user_actor
from common.errors import DomainError
from providers.enums import EntryKind, ProviderStatus, Side
from providers.errors import ReasonMissing, StatusRefused
from providers.models import Application, Document, Outlet, Provider, StaffMember, VettingEntry
from providers.rules import checks, vetting
from providers.rules.vetting import Move, Who
from providers.services.listing import refresh_provider
from providers.services.record import tell

TEXT_LENGTH = 4000
# How long an operator keeps an application or an appeal without doing anything with it.
LEASE = timedelta(minutes=30)


def actor_of(user: User | None) -> str:
    """How events and audit name whoever decides; nobody is the worker."""
    return user_actor(user.public_id) if user else SYSTEM


def reason(text: str, *, field: str = "reason") -> str:
    """A reason that the business reads, trimmed. Raises ReasonMissing, TextInvalid."""
    if not text.strip():
        raise ReasonMissing(field=field)
    return checks.text(text, field=field, longest=TEXT_LENGTH)


def require_move(provider: Provider, *, action: str, who: Who) -> Move:
    """The state table's row for `action` by `who` from where the business is. Raises StatusRefused."""
    row = vetting.find_move(action=action, source=provider.status, who=who)
    if row is None:
        raise StatusRefused(status=provider.status)
    return row


def move(
    provider: Provider,
    *,
    action: str,
    who: Who,
    actor: str,
    entry: VettingEntry,
    fields: dict[str, Any] | None = None,
) -> None:
    """Take the locked business along the state table, refresh what is public of it, and tell.

    All of its outlets are told: slot pickers of a suspended business have nothing to offer any more.
    """
    row = require_move(provider, action=action, who=who)
    before, provider.status = provider.status, ProviderStatus(row.target)
    provider.suspended_until = None
    changes = fields or {}
    for name, value in changes.items():
        setattr(provider, name, value)
    provider.save(update_fields=["status", "suspended_until", *changes])
    refresh_provider(provider.pk)
    tell(
        provider,
        type=row.event,
        actor=actor,
        action=f"provider.{action}",
        of="provider",
        of_id=provider.public_id,
        outlets=Outlet.objects.filter(provider=provider, archived_at__isnull=True),
        chained=who != "owner",
        before=before,
        entry=entry.public_id,
    )


def write_entry(
    provider: Provider,
    *,
    kind: EntryKind,
    side: Side,
    user: User | None,
    message: str = "",
    points: list[dict[str, str]] | None = None,
    until: datetime | None = None,
    application: Application | None = None,
    document: Document | None = None,
    staff: StaffMember | None = None,
) -> VettingEntry:
    """One more line of the thread, in the open transaction."""
    return VettingEntry.objects.create(
        provider=provider,
        kind=kind,
        side=side,
        user=user,
        message=message,
        points=points or [],
        until=until,
        application=application,
        document=document,
        staff=staff,
    )


def about(
    provider: Provider, *, type: str, actor: str, action: str, entry: VettingEntry, **data: Any
) -> None:
    """The event and audit row of a line in the thread that moves no status."""
    tell(
        provider,
        type=type,
        actor=actor,
        action=action,
        of="vetting_entry",
        of_id=entry.public_id,
        chained=entry.side != Side.PROVIDER,
        entry=entry.public_id,
        **data,
    )


def in_reach(operator: User) -> Q:
    """Of what operators claim for a while: in nobody's hands any more, or in the operator's own."""
    return Q(claimed_until__isnull=True) | Q(claimed_until__lte=clock.now()) | Q(claimed_by=operator)


def still_open(rows: int, refusal: type[DomainError]) -> None:
    """Raises `refusal` when a conditional update met no row: somebody else was faster."""
    if rows != 1:
        raise refusal
