"""A business and what is said about it. Its way to approval is in services.vetting."""

from typing import Any, TypedDict, Unpack

from django.db import transaction

from accounts.models import User
from accounts.services.contacts import clean_email, clean_phone
from providers import events
from providers.enums import Role
from providers.models import Membership, Outlet, Provider
from providers.rules import checks
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


def _tell(provider: Provider, event: str, actor: str, action: str, **data: Any) -> None:
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
