"""Messages between a business and the operators: lines of the same thread."""

from django.db import transaction

from accounts.models import User
from providers import events
from providers.enums import EntryKind, Side
from providers.models import Provider, VettingEntry
from providers.services.parties import refuse_if_party
from providers.services.record import lock_provider
from providers.services.vetting.record import about, actor_of, reason, write_entry


@transaction.atomic
def write(*, provider: Provider, user: User, message: str, as_operator: bool = False) -> VettingEntry:
    """Write to the other side. Raises ReasonMissing, TextInvalid, OwnCause."""
    message = reason(message, field="message")
    provider = lock_provider(provider.pk)
    if as_operator:
        refuse_if_party(operator=user, provider=provider)
    entry = write_entry(
        provider,
        kind=EntryKind.MESSAGE,
        side=Side.OPERATOR if as_operator else Side.PROVIDER,
        user=user,
        message=message,
    )
    about(
        provider,
        type=events.PROVIDER_WRITTEN,
        actor=actor_of(user),
        action="provider.write",
        entry=entry,
        side=str(entry.side),
    )
    return entry
