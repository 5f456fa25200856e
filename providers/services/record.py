"""How every change of a business is made: under the business's lock, with an audit row and an event."""

from collections.abc import Iterable
from typing import Any

from common import audit, events
from providers.models import Outlet, Provider


def lock_provider(provider_id: int) -> Provider:
    """The business, locked until the transaction ends: changes of it and its catalogue go one at a time.

    Not a key lock: rows that point at the business may still be inserted elsewhere.
    """
    return Provider.objects.select_for_update(no_key=True).get(pk=provider_id)


def tell(
    provider: Provider,
    *,
    type: str,
    actor: str,
    action: str,
    of: str,
    of_id: str,
    outlets: Iterable[Outlet] = (),
    chained: bool = False,
    **data: Any,
) -> None:
    """Write the audit row of `action` on the object `of`/`of_id`, and publish the event `type`.

    The event is published once per outlet of `outlets` (their boards look again), or once without any. The
    caller holds the business's lock. A decision on the business is `chained` in the audit trail. `data` is JSON
    without personal data.
    """
    audit.record(actor=actor, action=action, object_type=of, object_id=of_id, chained=chained, **data)
    for outlet_id in sorted({outlet.public_id for outlet in outlets}) or [""]:
        provider.last_seq += 1
        events.publish(
            subject_type="provider",
            subject_id=provider.public_id,
            seq=provider.last_seq,
            type=type,
            actor=actor,
            outlet_id=outlet_id,
            payload={"action": action, "object": of, "id": of_id, **data},
        )
    provider.save(update_fields=["last_seq"])
