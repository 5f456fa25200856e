"""What time does to papers and suspensions. Any number of workers may run these, and any may die."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from common import clock
from common.actors import SYSTEM
from providers import events
from providers.enums import DocumentStatus, EntryKind, ProviderStatus, Side
from providers.models import Document, Provider
from providers.rules import vetting
from providers.selectors import vetting as read
from providers.services.listing import refresh_provider
from providers.services.record import lock_provider, tell
from providers.services.vetting import standing
from providers.services.vetting.batches import each, paged
from providers.services.vetting.record import write_entry


def remind_of_documents() -> int:
    """Tell businesses of accepted papers 30, 7 and 1 days before their last day, each once; answers how many."""
    today = read.today()
    due = Q()
    for days in vetting.REMIND_DAYS:
        unsaid = Q(reminded_days__isnull=True) | Q(reminded_days__gt=days)
        due |= Q(valid_until__lte=today + timedelta(days=days)) & unsaid
    rows = Document.objects.filter(
        due,
        status=DocumentStatus.ACCEPTED,
        valid_until__gte=today,
        provider__status__in=[ProviderStatus.APPROVED, ProviderStatus.SUSPENDED],
    )
    return each(paged(rows), _remind)


def _reminder(document: Document) -> int | None:
    assert document.valid_until is not None
    return vetting.reminder_due(
        valid_until=document.valid_until, today=read.today(), reminded=document.reminded_days
    )


def _remind(document: Document) -> bool:
    provider = lock_provider(document.provider_id)
    days = _reminder(document)
    # The claim: of any number of workers the database lets one through.
    claimed = Document.objects.filter(
        pk=document.pk, status=DocumentStatus.ACCEPTED, reminded_days=document.reminded_days
    ).update(reminded_days=days)
    if claimed:
        _tell(document, provider, events.DOCUMENT_EXPIRING, "document.remind", days=days)
    return bool(claimed)


def expire_documents() -> int:
    """Mark papers whose last day has passed; suspend a business whose days of grace for one have passed.

    Each paper whose grace has passed is acted on once. Answers how many papers expired and businesses were suspended.
    """
    today = read.today()
    gone = Document.objects.filter(status=DocumentStatus.ACCEPTED, valid_until__lt=today)
    late = Document.objects.filter(
        status=DocumentStatus.EXPIRED,
        grace_until__lt=today,
        provider__status=ProviderStatus.APPROVED,
    )
    return each(paged(gone), _expire) + each(paged(late), _suspend_for)


def _expire(document: Document) -> bool:
    provider = lock_provider(document.provider_id)
    assert document.valid_until is not None
    expired = Document.objects.filter(pk=document.pk, status=DocumentStatus.ACCEPTED).update(
        status=DocumentStatus.EXPIRED, grace_until=vetting.grace_ends(document.valid_until)
    )
    if expired:
        entry = write_entry(
            provider,
            kind=EntryKind.DOCUMENT_EXPIRED,
            side=Side.SYSTEM,
            user=None,
            document=document,
            staff=document.staff,
        )
        _tell(document, provider, events.DOCUMENT_EXPIRED, "document.expire", entry=entry.public_id)
    return bool(expired)


def _suspend_for(document: Document) -> bool:
    """Suspend for a paper that expired, if it is still required and nothing else holds in its place."""
    provider = lock_provider(document.provider_id)
    if provider.status != ProviderStatus.APPROVED:
        return False
    # The claim, and that it was looked at: what is asked for later holds back what needs it (services.listing).
    claimed = Document.objects.filter(
        pk=document.pk, status=DocumentStatus.EXPIRED, grace_until=document.grace_until
    ).update(grace_until=None)
    if not claimed:
        return False
    if not any(
        need.is_held_back
        for need in read.needs(provider)
        if (need.kind.pk, need.staff.pk if need.staff else None) == (document.kind_id, document.staff_id)
    ):
        refresh_provider(provider.pk)
        return False
    with translation.override(provider.language):
        name = read.kind_names(provider.language)[document.kind_id].name
        text = _("A required document expired and was not renewed in time: %(name)s.") % {"name": name}
    standing.suspend(provider=provider, operator=None, reason=text, document=document)
    return True


def end_suspensions() -> int:
    """End the suspensions whose time is over, by the database's clock; answers how many."""
    over = Provider.objects.filter(status=ProviderStatus.SUSPENDED, suspended_until__lte=clock.DatabaseNow())
    return each(paged(over), _end)


def _end(provider: Provider) -> bool:
    locked = lock_provider(provider.pk)
    if locked.status != ProviderStatus.SUSPENDED or locked.suspended_until != provider.suspended_until:
        return False
    standing.reinstate_locked(locked, operator=None, message="")
    return True


def _tell(document: Document, provider: Provider, event: str, action: str, **data: Any) -> None:
    tell(
        provider,
        type=event,
        actor=SYSTEM,
        action=action,
        of="document",
        of_id=document.public_id,
        kind=document.kind.slug,
        **data,
    )
