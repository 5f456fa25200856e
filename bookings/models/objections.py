"""What one side has against how a visit went, and what both say of it: docs/states.md."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bookings.enums import ObjectionKind, ObjectionState, Side
from bookings.models.booking import Booking
from common.public_ids import PublicIdField


class Objection(models.Model):
    """One side does not agree with how a visit went: nothing of it closes, and no money moves, until an operator
    decides or that side takes it back. Each side objects once at most. Written with the booking's row locked, whose
    `objection_open` says the same.
    """

    public_id = PublicIdField(prefix="obj")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="objections")
    by = models.CharField(max_length=8, choices=Side)
    kind = models.CharField(
        max_length=8,
        choices=ObjectionKind,
        default=ObjectionKind.VISIT,
        db_default=ObjectionKind.VISIT,
    )
    actor = models.CharField(max_length=64)
    state = models.CharField(max_length=9, choices=ObjectionState, default=ObjectionState.OPEN)
    opened_at = models.DateTimeField(db_default=Now())
    # Nobody came: until when the business may say otherwise. After that it counts.
    answer_by = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=64, blank=True)
    # The operator's words to both sides, and what went back of what was held (minor units of the booking's currency).
    decision = models.TextField(blank=True)
    refund_amount = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="not_come", by="customer", answer_by__isnull=False)
                | (Q(kind="visit", answer_by__isnull=True) & ~Q(state="missed")),
                name="objection_that_nobody_came_has_its_due",
            ),
            models.UniqueConstraint(
                fields=["booking"], condition=Q(state="open"), name="one_open_objection_per_booking"
            ),
            models.UniqueConstraint(fields=["booking", "by"], name="each_side_objects_once"),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True)
                | ~Q(state="open") & Q(ended_at__isnull=False),
                name="objection_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(refund_amount=0) & ~Q(state="refunded")
                | Q(refund_amount__gt=0, state="refunded")
                | Q(state="missed"),
                name="objection_refund_is_its_decision",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], condition=Q(state="open"), name="objections_to_decide"),
            models.Index(
                fields=["answer_by"],
                condition=Q(state="open", kind="not_come"),
                name="objections_to_answer",
            ),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"


class ObjectionStatement(models.Model):
    """What one side says about an objection, once. Words of a person: to be blanked with them."""

    objection = models.ForeignKey(Objection, on_delete=models.CASCADE, related_name="statements")
    by = models.CharField(max_length=8, choices=Side)
    actor = models.CharField(max_length=64)
    text = models.TextField(blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["objection", "by"], name="each_side_says_it_once"),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.by} on {self.objection_id}"
