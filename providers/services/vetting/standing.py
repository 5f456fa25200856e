"""A business that is public: warned, suspended, reinstated."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock
from providers import events
from providers.enums import DocumentStatus, EntryKind, Side
from providers.errors import EndInvalid, NotOfThisBusiness
from providers.models import Document, Provider, StaffMember, VettingEntry
from providers.rules import vetting
from providers.rules.vetting import Who
from providers.selectors import vetting as read
from providers.services.parties import refuse_if_party
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

    Raises ReasonMissing, TextInvalid, NotOfThisBusiness, OwnCause.
    """
    message = checked_reason(reason)
    provider = lock_provider(provider.pk)
    refuse_if_party(operator=operator, provider=provider)
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
    for want of `document`. Raises StatusRefused, ReasonMissing, TextInvalid, EndInvalid, OwnCause.
    """
    message = checked_reason(reason)
    now = clock.now()
    if until is not None and not now < until <= now + LONGEST:
        raise EndInvalid(field="until")
    provider = lock_provider(provider.pk)
    if operator is not None:
        refuse_if_party(operator=operator, provider=provider)
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
def reinstate(
    *, provider: Provider, operator: User, message: str = "", papers_until: date | None = None
) -> VettingEntry:
    """End a suspension: all of it is public again at once.

    Documents that have run out are put up with to the end of `papers_until` (GRACE_DAYS from today without one):
    the worker does not suspend for want of them before. Raises StatusRefused, TextInvalid, EndInvalid, OwnCause.
    """
    message = checked_reason(message, field="message") if message.strip() else ""
    today = read.today()
    if papers_until is not None and not today <= papers_until <= today + LONGEST:
        raise EndInvalid(field="papers_until")
    provider = lock_provider(provider.pk)
    refuse_if_party(operator=operator, provider=provider)
    return reinstate_locked(provider, operator=operator, message=message, papers_until=papers_until)


def reinstate_locked(
    provider: Provider, *, operator: User | None, message: str, papers_until: date | None = None
) -> VettingEntry:
    """reinstate for a business whose lock the caller holds; without an operator the worker does, and grants no term."""
    who: Who = "operator" if operator else "system"
    require_move(provider, action="reinstate", who=who)
    if operator is not None:
        message = _with_term(provider, message, papers_until or vetting.grace_ends(read.today()))
    entry = write_entry(
        provider,
        kind=EntryKind.REINSTATED,
        side=Side.OPERATOR if operator else Side.SYSTEM,
        user=operator,
        message=message,
    )
    move(provider, action="reinstate", who=who, actor=actor_of(operator), entry=entry)
    return entry


def _with_term(provider: Provider, message: str, until: date) -> str:
    """Put up with the business's expired papers to the end of `until`; answers the message that says so, if any are."""
    expired = Document.objects.filter(provider=provider, status=DocumentStatus.EXPIRED)
    if not expired.exclude(grace_until__gt=until).update(grace_until=until):
        return message
    with translation.override(provider.language):
        term = _("Documents that have expired have to be renewed by %(day)s.") % {
            "day": date_format(until, "DATE_FORMAT")
        }
    return "\n\n".join(part for part in (message, term) if part)
