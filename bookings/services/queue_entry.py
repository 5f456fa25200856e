"""What every change of a place in a queue has in common: the lock, the event and the audit row."""

from typing import Any

from bookings.enums import QueueState
from bookings.errors import QueueMoved
from bookings.models import QueueEntry
from common import audit
from common.errors import NotFound
from common.events import publish


def lock(entry: str) -> QueueEntry:
    """The place (public id), locked until the transaction ends. Raises NotFound."""
    try:
        return (
            QueueEntry.objects.select_for_update(of=("self",))
            .select_related("outlet__provider", "service", "staff", "booking")
            .get(public_id=entry)
        )
    except QueueEntry.DoesNotExist:
        raise NotFound from None


def require(entry: QueueEntry, *where: QueueState) -> None:
    """Raises QueueMoved unless the locked place stands in one of these states."""
    if entry.state not in where:
        raise QueueMoved(state=entry.state)


def change(entry: QueueEntry, event: str, *, actor: str, fields: dict[str, Any], **payload: Any) -> None:
    """Write `fields` of the locked entry, the event that says so and the audit row, in the open transaction."""
    fields = {**fields, "last_seq": entry.last_seq + 1}
    for name, value in fields.items():
        setattr(entry, name, value)
    entry.save(update_fields=list(fields))
    publish(
        subject_type="queue",
        subject_id=entry.public_id,
        seq=entry.last_seq,
        type=event,
        actor=actor,
        outlet_id=entry.outlet.public_id,
        payload={"state": str(entry.state), **payload},
    )
    audit.record(actor=actor, action=event, object_type="queue", object_id=entry.public_id, **payload)
