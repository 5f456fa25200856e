"""The walk-in queue of an outlet: who waits there today, and the links by which they follow their turn."""

from typing import ClassVar

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bookings.enums import QueueState
from bookings.models.booking import Booking
from common.crypto import EncryptedTextField
from common.public_ids import PublicIdField
from providers.models import Outlet, Service, StaffMember

MOST_TOGETHER = 6
_S = QueueState


class QueueEntry(models.Model):
    """Somebody, or a party of up to six, who waits at an outlet for one service. The order is that of joining.

    It holds who they are only until the outlet closes that day: what is left names nobody. Whoever is called has a
    visit, which says how it goes on; the entry does not repeat it.
    """

    public_id = PublicIdField(prefix="que")
    outlet = models.ForeignKey(Outlet, on_delete=models.PROTECT, related_name="queue")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    # Whom they want; null is anyone.
    staff = models.ForeignKey(StaffMember, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    party = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_TOGETHER)]
    )
    name = EncryptedTextField(blank=True, default="", help_text="a name or a nickname")
    phone = EncryptedTextField(blank=True, default="", help_text="E.164")
    email = EncryptedTextField(blank=True, default="")
    language = models.CharField(max_length=12, default="en")
    state = models.CharField(max_length=7, choices=QueueState, default=QueueState.WAITING)
    joined_at = models.DateTimeField(db_default=Now())
    # When the outlet closes that day: then it ends by itself, and forgets who it was.
    closes_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True, blank=True)
    called_by = models.CharField(max_length=64, blank=True, default="")
    # Called before somebody who had come earlier.
    out_of_turn = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    booking = models.OneToOneField(
        Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="queue_entry"
    )
    last_seq = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(party__gte=1, party__lte=MOST_TOGETHER), name="queue_party_is_bounded"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[_S.CALLED, _S.NO_SHOW], booking__isnull=False, called_at__isnull=False)
                | Q(state__in=[_S.WAITING, _S.LEFT, _S.CLOSED], booking__isnull=True),
                name="queue_called_has_a_visit",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[_S.WAITING, _S.CALLED], ended_at__isnull=True)
                | Q(state__in=[_S.NO_SHOW, _S.LEFT, _S.CLOSED], ended_at__isnull=False),
                name="queue_ended_says_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["outlet", "closes_at"], name="queue_of_an_outlet"),
            models.Index(fields=["closes_at"], condition=Q(state=_S.WAITING), name="queue_to_close"),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="queue_moves_along_its_table",
                field="state",
                transitions=[
                    (_S.WAITING, _S.CALLED),
                    (_S.WAITING, _S.LEFT),
                    (_S.WAITING, _S.CLOSED),
                    (_S.CALLED, _S.NO_SHOW),
                    # Put back by staff.
                    (_S.CALLED, _S.WAITING),
                    (_S.NO_SHOW, _S.WAITING),
                    (_S.LEFT, _S.WAITING),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"


class QueueLink(models.Model):
    """A scoped, revocable capability: whoever has it sees one place in a queue, and may leave it. Nothing else.
    Only its hash is kept; it goes with the names, when the outlet closes."""

    entry = models.ForeignKey(QueueEntry, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"link to {self.entry_id}"
