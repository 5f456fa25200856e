"""What a visit came to cost once it was agreed, and the links by which somebody in the shop pays the rest."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bookings.enums import PriceChangeState
from bookings.models.booking import Booking, BookingItem
from common.crypto import EncryptedTextField
from common.public_ids import PublicIdField

_S = PriceChangeState
# The columns of what was proposed.
_SAYS = [
    "booking_id",
    "item_id",
    "option",
    "name",
    "amount",
    "minutes",
    "before_amount",
    "after_amount",
    "currency",
]


class PriceChange(models.Model):
    """One line that is to be added to the price of a visit: an extra, a thing of its own, or another price.

    Only an approved one counts, and the price of an agreed visit changes by nothing else: a trigger on the booking asks
    for it. What it says never changes; its state does once. `amount` is in minor units and includes VAT; below zero it
    lowers the price, which the business may do alone. Written with the booking's row locked.
    """

    public_id = PublicIdField(prefix="prc")
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="price_changes")
    # Whose price line it becomes: its VAT is the item's.
    item = models.ForeignKey(BookingItem, on_delete=models.PROTECT, related_name="price_changes")
    # The catalogue's extra (public id); empty when it is none of them.
    option = models.CharField(max_length=24, blank=True)
    name = models.CharField(max_length=120)
    # Why, in the business's words to the customer: to be blanked with them.
    reason = EncryptedTextField(blank=True, default="")
    amount = models.BigIntegerField()
    # What it takes of the calendar after the visit, once it is approved; 0: no extra time.
    minutes = models.PositiveSmallIntegerField(default=0, db_default=0)
    before_amount = models.PositiveBigIntegerField()
    after_amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=9, choices=PriceChangeState, default=PriceChangeState.OPEN)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    # Who ended it, and for whom they spoke: customer, staff or system.
    ended_by = models.CharField(max_length=64, blank=True)
    ended_as = models.CharField(max_length=8, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="price_change_changes_something"),
            models.CheckConstraint(
                condition=Q(minutes=0) | Q(minutes__lte=480, amount__gt=0),
                name="price_change_takes_time_for_more_only",
            ),
            models.CheckConstraint(
                condition=Q(after_amount=F("before_amount") + F("amount")), name="price_change_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(state=_S.OPEN, ended_at__isnull=True, ended_as="", ended_by="")
                | (
                    ~Q(state=_S.OPEN)
                    & Q(ended_at__isnull=False, ended_as__in=["customer", "staff", "system"])
                    & ~Q(ended_by="")
                ),
                name="price_change_says_who_ended_it",
            ),
            models.CheckConstraint(
                condition=Q(amount__lt=0) | ~Q(state=_S.APPROVED) | Q(ended_as="customer"),
                name="price_is_raised_by_the_customer_only",
            ),
            models.UniqueConstraint(
                fields=["booking"], condition=Q(state=_S.OPEN), name="price_change_one_open_per_booking"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="price_change_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="price_change_says_the_same",
                operation=pgtrigger.UpdateOf(*_SAYS),
            ),
            pgtrigger.FSM(
                name="price_change_ends_once",
                field="state",
                transitions=[(_S.OPEN, end) for end in (_S.APPROVED, _S.DECLINED, _S.WITHDRAWN, _S.EXPIRED)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"


class PayLink(models.Model):
    """A scoped, revocable capability: whoever scans the shop's screen sees what is left to pay of one visit, pays it,
    and answers a price change where the customer has no page of their own. Nothing else. Only its hash is kept."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="pay_links")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"pay link of {self.booking_id}"
