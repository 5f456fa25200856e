"""Papers: sent by members, opened by those who may, accepted or refused by operators."""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import User
from accounts.principals import Principal
from common import audit, clock, uploads
from common.errors import NotFound
from providers import events
from providers.enums import DocumentStatus, EntryKind, PaperSubject, ProviderStatus, Role, Side
from providers.errors import (
    AlreadyDecided,
    ApplicationClaimed,
    DocumentIncomplete,
    DocumentKindUnknown,
    NotOfThisBusiness,
)
from providers.models import Application, Document, DocumentKind, Provider, StaffMember, VettingEntry
from providers.rules import checks, vetting
from providers.selectors import vetting as read
from providers.selectors.access import has_role, role_of
from providers.services.listing import refresh_provider
from providers.services.parties import refuse_if_party
from providers.services.record import lock_provider, tell
from providers.services.vetting import standing
from providers.services.vetting.record import actor_of, reason, still_open, write_entry

NUMBER_LENGTH = 80


def submit_document(
    *,
    provider: Provider,
    kind: str,
    upload: UploadedFile,
    user: User,
    staff: StaffMember | None = None,
    number: str = "",
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Document:
    """Send a paper of `kind` (slug) about the business, or about `staff`; it replaces one that waits.

    What holds stays until the new one is accepted. Call it outside a transaction: the file is stored first.
    Raises DocumentKindUnknown, DocumentIncomplete, NotOfThisBusiness, TextInvalid, and what
    common.uploads.take_document raises.
    """
    found = DocumentKind.objects.filter(slug=kind, archived_at__isnull=True).first()
    if found is None or (found.subject == PaperSubject.PERSON) != (staff is not None):
        raise DocumentKindUnknown(field="kind")
    if staff is not None and staff.provider_id != provider.pk:
        raise NotOfThisBusiness(field="staff")
    number = checks.text(number, field="number", longest=NUMBER_LENGTH, needed=False)
    _check_dates(found, number, valid_from, valid_until)
    file = uploads.take_document(upload, by=actor_of(user))
    try:
        with transaction.atomic():
            provider = lock_provider(provider.pk)
            Document.objects.filter(
                provider=provider, staff=staff, kind=found, status=DocumentStatus.SUBMITTED
            ).update(status=DocumentStatus.REPLACED, replaced_at=clock.now())
            document = Document.objects.create(
                provider=provider,
                staff=staff,
                kind=found,
                file=file,
                number=number,
                valid_from=valid_from,
                valid_until=valid_until,
                submitted_by=actor_of(user),
            )
            _tell(document, provider, user, events.DOCUMENT_SUBMITTED, "document.submit")
    except BaseException:
        uploads.delete(file)
        raise
    return document


def _check_dates(kind: DocumentKind, number: str, valid_from: date | None, valid_until: date | None) -> None:
    if kind.asks_number and not number:
        raise DocumentIncomplete(field="number")
    if kind.asks_until and valid_until is None:
        raise DocumentIncomplete(field="valid_until")
    for field, day in (("valid_from", valid_from), ("valid_until", valid_until)):
        if day is not None and not checks.EARLIEST <= day <= checks.LATEST:
            raise DocumentIncomplete(field=field)
    if valid_until is not None and (
        valid_until < read.today() or (valid_from is not None and valid_until < valid_from)
    ):
        raise DocumentIncomplete(field="valid_until")


@transaction.atomic
def open_document(*, principal: Principal, document_id: str) -> Document:
    """A paper whose file the caller is about to see: each opening is in the audit trail.

    For managers and owners of its business and for operators; everybody else is told that there is none.
    Raises NotSignedIn, NotFound.
    """
    user = principal.require_user()
    document = read.find_document(document_id)
    role = role_of(user, document.provider)
    if not principal.is_operator and not (role and has_role(role, Role.MANAGER)):
        raise NotFound
    principal.require_scope("catalogue:read")
    audit.record(
        actor=principal.actor,
        action="document.open",
        object_type="document",
        object_id=document.public_id,
        provider=document.provider.public_id,
    )
    return document


@transaction.atomic
def accept_document(*, document: Document, operator: User) -> Document:
    """It holds from now on, and replaces the one before; what was held back or suspended for want of it is public.

    Raises AlreadyDecided, ApplicationClaimed, OwnCause, DocumentIncomplete when its last day has passed meanwhile.
    """
    provider = lock_provider(document.provider_id)
    _require_free(provider, operator)
    if vetting.has_expired(document.valid_until, read.today()):
        raise DocumentIncomplete(field="valid_until")
    Document.objects.filter(
        provider=provider,
        staff_id=document.staff_id,
        kind_id=document.kind_id,
        status__in=[DocumentStatus.ACCEPTED, DocumentStatus.EXPIRED, DocumentStatus.REFUSED],
    ).exclude(pk=document.pk).update(status=DocumentStatus.REPLACED, replaced_at=clock.now())
    document = _decide(document, operator, DocumentStatus.ACCEPTED)
    refresh_provider(provider.pk)
    _tell(document, provider, operator, events.DOCUMENT_ACCEPTED, "document.accept")
    _end_want_of_papers(provider)
    return document


@transaction.atomic
def refuse_document(*, document: Document, operator: User, reason: str) -> Document:
    """Say why it does not do; the business reads it and may send another. What held before still does.

    Raises AlreadyDecided, ApplicationClaimed, OwnCause, ReasonMissing, TextInvalid.
    """
    note = _reason(reason)
    provider = lock_provider(document.provider_id)
    _require_free(provider, operator)
    document = _decide(document, operator, DocumentStatus.REFUSED, note=note)
    entry = write_entry(
        provider,
        kind=EntryKind.DOCUMENT_REFUSED,
        side=Side.OPERATOR,
        user=operator,
        message=note,
        document=document,
        staff=document.staff,
    )
    _tell(
        document,
        provider,
        operator,
        events.DOCUMENT_REFUSED,
        "document.refuse",
        entry=entry.public_id,
    )
    return document


_reason = reason


def _require_free(provider: Provider, operator: User) -> None:
    """Raises OwnCause, and ApplicationClaimed while another operator has the business's application in hand."""
    refuse_if_party(operator=operator, provider=provider)
    others = Application.objects.filter(provider=provider, decision="", claimed_until__gt=clock.now())
    if others.exclude(claimed_by=operator).exists():
        raise ApplicationClaimed


def _decide(document: Document, operator: User, status: DocumentStatus, note: str = "") -> Document:
    still_open(
        Document.objects.filter(pk=document.pk, status=DocumentStatus.SUBMITTED).update(
            status=status, decided_by=operator, decided_at=clock.now(), note=note
        ),
        AlreadyDecided,
    )
    return read.find_document(document.public_id)


def _end_want_of_papers(provider: Provider) -> None:
    """A business that the worker suspended for want of papers is public again once they are there."""
    if provider.status != ProviderStatus.SUSPENDED:
        return
    why = VettingEntry.objects.filter(provider=provider, kind=EntryKind.SUSPENDED).order_by("-pk").first()
    if why is None or why.side != Side.SYSTEM:
        return
    if all(need.is_met for need in read.needs(provider) if need.is_required):
        standing.reinstate_locked(provider, operator=None, message="")


def _tell(document: Document, provider: Provider, user: User, event: str, action: str, **data: Any) -> None:
    tell(
        provider,
        type=event,
        actor=actor_of(user),
        action=action,
        of="document",
        of_id=document.public_id,
        chained=event != events.DOCUMENT_SUBMITTED,
        kind=document.kind.slug,
        **data,
    )
