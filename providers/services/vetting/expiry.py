"""What time does to papers and suspensions. Any number of workers may run these, and any may die."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from common import clock
from common.actors import SYSTEM
from providers import events
from providers.enums import DocumentStatus, EntryKind, ProviderStatus, Side
from providers.models import Document, Provider
from providers.rules import vetting
from providers.selectors import vetting as read
from providers.services.record import lock_provider, tell
from providers.services.vetting import standing
from providers.services.vetting.record import write_entry

log = logging.getLogger(__name__)
T = TypeVar("T", Document, Provider)
BATCH = 200


def remind_of_documents() -> int:
    """Tell businesses of accepted papers 30, 7 and 1 days before their last day, each once; answers how many."""
    today = read.today()
    due = [
        document
        for document in Document.objects.filter(
            status=DocumentStatus.ACCEPTED,
            valid_until__gte=today,
            valid_until__lte=today + timedelta(days=vetting.REMIND_DAYS[0]),
            provider__status__in=[ProviderStatus.APPROVED, ProviderStatus.SUSPENDED],
        ).order_by("pk")
        if _reminder(document)
    ]
    return _each(due, _remind)


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

    Answers how many papers expired and businesses were suspended.
    """
    today = read.today()
    gone = Document.objects.filter(status=DocumentStatus.ACCEPTED, valid_until__lt=today)
    late = Document.objects.filter(
        status=DocumentStatus.EXPIRED,
        valid_until__lt=today - timedelta(days=vetting.GRACE_DAYS),
        provider__status=ProviderStatus.APPROVED,
    )
    done = _each(gone.order_by("pk")[:BATCH], _expire)
    return done + _each(late.select_related("kind", "staff").order_by("pk")[:BATCH], _suspend_for)


def _expire(document: Document) -> bool:
    provider = lock_provider(document.provider_id)
    expired = Document.objects.filter(pk=document.pk, status=DocumentStatus.ACCEPTED).update(
        status=DocumentStatus.EXPIRED
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
    if not any(
        need.is_required and not need.is_met
        for need in read.needs(provider)
        if (need.kind.pk, need.staff.pk if need.staff else None) == (document.kind_id, document.staff_id)
    ):
        return False
    with translation.override(provider.language):
        name = read.kind_names(provider.language)[document.kind_id].name
        text = _("A required document expired and was not renewed in time: %(name)s.") % {"name": name}
    standing.suspend(provider=provider, operator=None, reason=text, document=document)
    return True


def end_suspensions() -> int:
    """End the suspensions whose time is over, by the database's clock; answers how many."""
    return _each(
        Provider.objects.filter(
            status=ProviderStatus.SUSPENDED, suspended_until__lte=clock.DatabaseNow()
        ).order_by("pk")[:BATCH],
        _end,
    )


def _end(provider: Provider) -> bool:
    locked = lock_provider(provider.pk)
    if locked.status != ProviderStatus.SUSPENDED or locked.suspended_until != provider.suspended_until:
        return False
    standing.reinstate_locked(locked, operator=None, message="")
    return True


def _each(rows: Iterable[T], step: Callable[[T], bool]) -> int:
    done = 0
    for row in rows:
        try:
            with transaction.atomic():
                done += step(row)
        except Exception:
            log.exception("%s could not be brought forward", row)
    return done


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
