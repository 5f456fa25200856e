"""A business from its first name to its approval. Vetting with papers is a later issue."""

from typing import TypedDict, Unpack

from django.db import transaction

from accounts.models import User
from accounts.services.contacts import clean_email, clean_phone
from common import clock
from providers import events
from providers.enums import ProviderStatus, Role
from providers.errors import NotReady, StatusRefused
from providers.models import Membership, Outlet, Provider
from providers.rules import checks
from providers.selectors.catalogue import missing_for_approval
from providers.services.listing import refresh_provider
from providers.services.record import lock_provider, tell

DESCRIPTION_LENGTH = 4000


class ProviderFields(TypedDict, total=False):
    """What may be said about a business. `language` is that of the name and description; `phone` E.164."""

    name: str
    description: str
    language: str
    email: str
    phone: str


@transaction.atomic
def create_provider(*, owner: User, actor: str, **fields: Unpack[ProviderFields]) -> Provider:
    """A new draft business owned by `owner`; `name` is needed.

    Raises TextInvalid, TextLanguageUnknown, EmailInvalid, PhoneInvalid.
    """
    provider = Provider.objects.create(**_checked({"name": "", **fields}))
    Membership.objects.create(provider=provider, user=owner, role=Role.OWNER)
    tell(
        provider,
        type=events.PROVIDER_CREATED,
        actor=actor,
        action="provider.create",
        of="provider",
        of_id=provider.public_id,
        owner=owner.public_id,
    )
    return provider


@transaction.atomic
def update_provider(*, provider: Provider, actor: str, **changes: Unpack[ProviderFields]) -> Provider:
    """Change what is said about a business. Raises as create_provider does."""
    provider = lock_provider(provider.pk)
    clean = _checked(changes)
    for name, value in clean.items():
        setattr(provider, name, value)
    provider.save(update_fields=list(clean))
    _tell(provider, events.PROVIDER_CHANGED, actor, "provider.update", fields=sorted(clean))
    return provider


@transaction.atomic
def submit_provider(*, provider: Provider, actor: str) -> Provider:
    """Ask the operators to approve a draft or rejected business. Raises StatusRefused, NotReady(missing)."""
    provider = lock_provider(provider.pk)
    if provider.status not in (ProviderStatus.DRAFT, ProviderStatus.REJECTED):
        raise StatusRefused(status=provider.status)
    if missing := missing_for_approval(provider):
        raise NotReady(missing=missing)
    return _to(provider, ProviderStatus.SUBMITTED, events.PROVIDER_SUBMITTED, actor, "provider.submit")


@transaction.atomic
def approve_provider(*, provider: Provider, actor: str) -> Provider:
    """Make a submitted (or suspended) business public. For operators. Raises StatusRefused."""
    provider = lock_provider(provider.pk)
    if provider.status not in (ProviderStatus.SUBMITTED, ProviderStatus.SUSPENDED):
        raise StatusRefused(status=provider.status)
    provider.approved_at = provider.approved_at or clock.now()
    return _to(provider, ProviderStatus.APPROVED, events.PROVIDER_APPROVED, actor, "provider.approve")


@transaction.atomic
def reject_provider(*, provider: Provider, actor: str) -> Provider:
    """Send a submitted business back; it may be submitted again. For operators. Raises StatusRefused."""
    provider = lock_provider(provider.pk)
    if provider.status != ProviderStatus.SUBMITTED:
        raise StatusRefused(status=provider.status)
    return _to(provider, ProviderStatus.REJECTED, events.PROVIDER_REJECTED, actor, "provider.reject")


@transaction.atomic
def suspend_provider(*, provider: Provider, actor: str) -> Provider:
    """Take an approved business out of the public's sight; its bookings stay. For operators.

    Raises StatusRefused.
    """
    provider = lock_provider(provider.pk)
    if provider.status != ProviderStatus.APPROVED:
        raise StatusRefused(status=provider.status)
    return _to(provider, ProviderStatus.SUSPENDED, events.PROVIDER_SUSPENDED, actor, "provider.suspend")


def _checked(fields: ProviderFields) -> ProviderFields:
    clean = ProviderFields(**fields)
    if "name" in clean:
        clean["name"] = checks.text(clean["name"], field="name", longest=120)
    if "description" in clean:
        clean["description"] = checks.text(
            clean["description"], field="description", longest=DESCRIPTION_LENGTH, needed=False
        )
    if "language" in clean:
        clean["language"] = checks.language(clean["language"])
    if "email" in clean:
        clean["email"] = clean_email(clean["email"]) or ""
    if "phone" in clean:
        clean["phone"] = clean_phone(clean["phone"]) or ""
    return clean


def _to(provider: Provider, status: ProviderStatus, event: str, actor: str, action: str) -> Provider:
    before, provider.status = provider.status, status
    provider.save(update_fields=["status", "approved_at"])
    refresh_provider(provider.pk)
    _tell(provider, event, actor, action, before=before)
    return provider


def _tell(provider: Provider, event: str, actor: str, action: str, **data: object) -> None:
    tell(
        provider,
        type=event,
        actor=actor,
        action=action,
        of="provider",
        of_id=provider.public_id,
        # All of its outlets: slot pickers of a suspended business have nothing to offer any more.
        outlets=Outlet.objects.filter(provider=provider, archived_at__isnull=True),
        **data,
    )
