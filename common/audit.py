"""The audit trail: one append-only table, written in the transaction of the change."""

from typing import Any

from common.models import AuditEntry


def record(*, actor: str, action: str, object_type: str, object_id: str, **data: Any) -> None:
    """Write that `actor` did `action`. `data` is JSON without personal data."""
    AuditEntry.objects.create(
        actor=actor, action=action, object_type=object_type, object_id=object_id, data=data
    )
