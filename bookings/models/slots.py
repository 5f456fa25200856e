"""What tells a remembered slot list that it may be out of date: docs/availability.md."""

from typing import Any

from django.db import models
from django.db.models.functions import Now


class TransactionField(models.Field):
    """The number of the transaction that writes a row, as PostgreSQL's xid8; it never comes again."""

    def db_type(self, connection: Any) -> str:
        return "xid8"


class SlotChange(models.Model):
    """Slots of an outlet may have changed: triggers write a row with every change of what is taken, of hours, people,
    services, resources or the outlet, in the change's own transaction.

    Whether a transaction's changes were seen by an earlier look at the database is told by its number and that look's
    snapshot (`pg_visible_in_snapshot`). Rows are only ever added, so that nobody waits for anybody; the worker deletes
    those that no remembered list is older than.
    """

    outlet = models.ForeignKey(
        "providers.Outlet", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    xid = TransactionField(db_default=models.Func(function="pg_current_xact_id"))
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["outlet", "xid"], name="slot_changes_of_an_outlet")]

    def __str__(self) -> str:
        return f"{self.outlet_id} at {self.made_at}"
