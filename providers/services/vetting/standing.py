"""A business that is public: warned, suspended, reinstated."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from common import clock
from providers import events
from providers.enums import EntryKind, Side
from providers.errors import EndInvalid, NotOfThisBusiness
from providers.models import Document, Provider, StaffMember, VettingEntry
from providers.rules.vetting import Who
from providers.services.record import lock_provider
from providers.services.vetting.record import about, actor_of, move, require_move, write_entry
from providers.services.vetting.record import reason as checked_reason

LONGEST = timedelta(days=731)


@transaction.atomic
def warn(
    *,
    provider: Provider,
    operator: User,
    reason: str,
    staff: StaffMember | None = None,
    retraining: bool = False,
) -> VettingEntry:
    """Give the business (or one of its people) notice, or ask for retraining; it may appeal.

    Raises ReasonMissing, TextInvalid, NotOfThisBusiness.
    """
    message = checked_reason(reason)
    provider = lock_provider(provider.pk)
    if staff is not None and staff.provider_id != provider.pk:
        raise NotOfThisBusiness(field="staff")
    entry = write_entry(
        provider,
        kind=EntryKind.RETRAINING if retraining else EntryKind.WARNED,
        side=Side.OPERATOR,
        user=operator,
        message=message,
        staff=staff,
    )
    about(
        provider,
        type=events.PROVIDER_WARNED,
        actor=actor_of(operator),
        action="provider.warn",
        entry=entry,
        staff=staff.public_id if staff else None,
    )
    return entry


@transaction.atomic
def suspend(
    *,
    provider: Provider,
    operator: User | None,
    reason: str,
    until: datetime | None = None,
    document: Document | None = None,
) -> VettingEntry:
    """Take an approved business out of the public's sight at once; its bookings stay, and it may appeal.

    `until` (aware) ends it by itself, without it an operator does. Without an operator the worker suspends,
    for want of `document`. Raises StatusRefused, ReasonMissing, TextInvalid, EndInvalid.
    """
    message = checked_reason(reason)
    now = clock.now()
    if until is not None and not now < until <= now + LONGEST:
        raise EndInvalid(field="until")
    provider = lock_provider(provider.pk)
    who: Who = "operator" if operator else "system"
    require_move(provider, action="suspend", who=who)
    entry = write_entry(
        provider,
        kind=EntryKind.SUSPENDED,
        side=Side.OPERATOR if operator else Side.SYSTEM,
        user=operator,
        message=message,
        until=until,
        document=document,
    )
    move(
        provider,
        action="suspend",
        who=who,
        actor=actor_of(operator),
        entry=entry,
        fields={"suspended_until": until},
    )
    return entry


@transaction.atomic
def reinstate(*, provider: Provider, operator: User | None, message: str = "") -> VettingEntry:
    """End a suspension: all of it is public again at once. Without an operator the worker does.

    Raises StatusRefused, TextInvalid.
    """
    message = checked_reason(message, field="message") if message.strip() else ""
    provider = lock_provider(provider.pk)
    return reinstate_locked(provider, operator=operator, message=message)


def reinstate_locked(provider: Provider, *, operator: User | None, message: str) -> VettingEntry:
    """reinstate for a business whose lock the caller holds."""
    who: Who = "operator" if operator else "system"
    require_move(provider, action="reinstate", who=who)
    entry = write_entry(
        provider,
        kind=EntryKind.REINSTATED,
        side=Side.OPERATOR if operator else Side.SYSTEM,
        user=operator,
        message=message,
    )
    move(provider, action="reinstate", who=who, actor=actor_of(operator), entry=entry)
    return entry
