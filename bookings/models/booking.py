"""Bookings, what they take, and who holds a capability to them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pgtrigger
from django.conf import settings
from django.contrib.gis.db import models as gis
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bookings.enums import (
    AllocationKind,
    PaymentState,
    Source,
    Status,
)
from bookings.rules import states
from common import clock
from common.crypto import EncryptedTextField
from common.names import joined
from common.public_ids import PublicIdField, new_booking_ref
from payments.rules.policy import Policy, due_beforehand, is_held_on_card
from providers.enums import Place
from providers.models import StaffMember


class Booking(models.Model):
    """A customer's visit: one or more items, a status that moves along the state table.

    `starts_at` and `ends_at` span the items without buffers; amounts are minor units of `currency`.
    """

    ref = models.CharField(max_length=16, unique=True, default=new_booking_ref, editable=False)
    customer = models.ForeignKey(
        "accounts.Customer", null=True, blank=True, on_delete=models.PROTECT, related_name="bookings"
    )
    outlet = models.ForeignKey("providers.Outlet", on_delete=models.PROTECT, related_name="bookings")
    status = models.CharField(max_length=12, choices=Status, default=Status.HELD)
    source = models.CharField(max_length=8, choices=Source, default=Source.WEB)
    place = models.CharField(max_length=8, choices=Place, default=Place.OUTLET)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # Where its local times are read, as agreed at booking.
    timezone = models.CharField(max_length=64)
    hold_expires_at = models.DateTimeField(null=True, blank=True)
    hold_extended = models.BooleanField(default=False)
    # Who made it, against hoarding: a keyed hash of the guest's network address, blanked with the hold.
    held_from = models.CharField(max_length=64, blank=True)

    currency = models.CharField(max_length=3)
    total_amount = models.PositiveBigIntegerField()
    # Paid online for it; the rest, if any, is to be paid at the counter.
    prepaid_amount = models.PositiveBigIntegerField(default=0, db_default=0)
    payment_state = models.CharField(max_length=10, choices=PaymentState, default=PaymentState.UNPAID)
    # The policy agreed at booking, as payments.rules.policy writes it.
    policy = models.JSONField(default=dict)

    # What the customer says at the counter or the door; four digits, shown to the customer only.
    check_in_code = models.CharField(max_length=4)
    check_in_tries = models.PositiveSmallIntegerField(default=0)
    # Of a no-show that was called from a queue: they were put back, and whether they come is still open.
    waits_again = models.BooleanField(default=False, db_default=False)
    # The customer scanned the outlet's square and said that they are there.
    arrived_at = models.DateTimeField(null=True, blank=True)
    # Home visits: where to go. Encrypted; the point is needed for distances.
    address_line = EncryptedTextField(blank=True, default="")
    address_note = EncryptedTextField(blank=True, default="")
    address_point = gis.PointField(geography=True, srid=4326, null=True, blank=True, spatial_index=False)

    # Whom it is for, when that is not who books, and what who serves should know; the vehicle that is worked on.
    served_name = EncryptedTextField(blank=True, default="")
    served_phone = EncryptedTextField(blank=True, default="", help_text="E.164")
    served_note = EncryptedTextField(blank=True, default="")
    vehicle_plate = EncryptedTextField(blank=True, default="")
    vehicle_about = EncryptedTextField(blank=True, default="", help_text="make, model, size")

    # The number of its newest event: gapless, because whoever publishes holds this row's lock.
    last_seq = models.PositiveIntegerField(default=0)
    # Rises with every change to time, price or policy: a stale preview is refused.
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="closed, cancelled, expired, no-show")
    cancelled_by = models.CharField(max_length=64, blank=True)
    fee_amount = models.PositiveBigIntegerField(default=0, help_text="kept after a late cancel or a no-show")
    # Somebody gave it up on a page, and may still take that back: when, as which actor, and for whom they spoke. The
    # instant decides what it costs; the worker carries it out.
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    cancel_asked_by = models.CharField(max_length=64, blank=True, default="", db_default="")
    cancel_asked_as = models.CharField(max_length=8, blank=True, default="", db_default="")
    # What goes back then goes into the customer's wallet, as they chose.
    cancel_to_wallet = models.BooleanField(default=False, db_default=False)
    reminded_at = models.DateTimeField(null=True, blank=True)
    # As agreed at booking: the hours in which the provider accepts it or not. Null: it is confirmed at once.
    acceptance_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    # Until when a request is to be answered; stays once it is. Null: nobody had to be asked.
    accept_by = models.DateTimeField(null=True, blank=True)
    # What the provider told the customer when declining: words of a person, to be blanked with them.
    decline_reason = models.CharField(max_length=500, blank=True)
    # Somebody objects to the visit: its timers stand still, and its money stays (see Objection).
    objection_open = models.BooleanField(default=False)
    # An objection was withdrawn then: the timers run again from here, whole.
    timers_from = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=sorted(states.STATUSES)), name="booking_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="booking_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~Q(status="held") | Q(hold_expires_at__isnull=False), name="hold_has_an_end"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["held", "expired", "cancelled"]) | Q(customer__isnull=False),
                name="confirmed_booking_has_a_customer",
            ),
            models.CheckConstraint(
                condition=~Q(status="requested") | Q(accept_by__isnull=False), name="request_has_its_due"
            ),
            models.CheckConstraint(
                condition=Q(cancel_asked_at__isnull=True, cancel_asked_by="", cancel_asked_as="")
                | (
                    Q(cancel_asked_at__isnull=False, cancel_asked_as__in=["customer", "staff"])
                    & ~Q(cancel_asked_by="")
                ),
                name="booking_cancel_is_asked_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(arrived_at__isnull=True) | Q(place="outlet"), name="booking_arrives_at_an_outlet"
            ),
            models.CheckConstraint(
                condition=Q(prepaid_amount__lte=F("total_amount")), name="booking_is_not_overpaid"
            ),
            models.CheckConstraint(
                condition=Q(fee_amount__lte=F("total_amount")), name="booking_fee_is_at_most_its_total"
            ),
            models.CheckConstraint(
                condition=~Q(vehicle_plate="") | Q(vehicle_about=""), name="booking_vehicle_has_a_plate"
            ),
        ]
        indexes = [
            models.Index(fields=["outlet", "starts_at"], name="booking_of_an_outlet_day"),
            models.Index(fields=["customer", "-starts_at"], name="booking_of_a_customer"),
            models.Index(fields=["hold_expires_at"], condition=Q(status="held"), name="booking_open_holds"),
            models.Index(
                fields=["ends_at"],
                condition=Q(status__in=["confirmed", "checked_in", "on_the_way", "started"]),
                name="booking_to_complete",
            ),
            models.Index(fields=["completed_at"], condition=Q(status="completed"), name="booking_to_close"),
            models.Index(
                fields=["cancel_asked_at"],
                condition=Q(cancel_asked_at__isnull=False),
                name="booking_to_cancel",
            ),
            models.Index(fields=["accept_by"], condition=Q(status="requested"), name="booking_to_answer"),
        ]
        triggers = [
            # The state table in the database: a status moves only along it, whoever writes.
            pgtrigger.FSM(
                name="status_follows_the_table",
                field="status",
                transitions=sorted({(move.source, move.target) for move in states.TABLE}),
            ),
            pgtrigger.Protect(
                name="hold_is_extended_once",
                operation=pgtrigger.UpdateOf("hold_expires_at", "hold_extended"),
                condition=pgtrigger.Q(old__hold_extended=True)
                & (
                    pgtrigger.Q(new__hold_extended=False)
                    | pgtrigger.Q(new__hold_expires_at__gt=pgtrigger.F("old__hold_expires_at"))
                ),
            ),
            # What was agreed costs what was agreed, or what both agreed on after: the newest approved change says so.
            pgtrigger.Trigger(
                name="price_changes_as_approved",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("total_amount"),
                condition=pgtrigger.Q(old__total_amount__df=pgtrigger.F("new__total_amount"))
                & ~pgtrigger.Q(old__status="held"),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM (
                            SELECT before_amount, after_amount FROM bookings_pricechange
                            WHERE booking_id = NEW.id AND state = 'approved' ORDER BY id DESC LIMIT 1
                        ) newest WHERE before_amount = OLD.total_amount AND after_amount = NEW.total_amount
                    ) THEN
                        RAISE EXCEPTION 'the price of an agreed visit changes by an approved price change only'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.status}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def local_start(self) -> datetime:
        return self.starts_at.astimezone(self.zone)

    @property
    def terms(self) -> Policy:
        """The policy agreed at booking."""
        return Policy.from_dict(self.policy)

    @property
    def asked_beforehand(self) -> int:
        """How much of the price is paid online, or held on a card, before it counts, in minor units."""
        return due_beforehand(self.terms, self.total_amount)

    @property
    def is_held_on_card(self) -> bool:
        """Whether, booked now, its price would be held on a card and not taken before it is done."""
        return is_held_on_card(self.terms, ends_at=self.ends_at, at=clock.now())

    @property
    def due_at_counter(self) -> int:
        """What the customer still pays there, in minor units."""
        return self.total_amount - self.prepaid_amount if self.payment_state == PaymentState.COUNTER else 0

    @property
    def service_names(self) -> str:
        """What it is, in one line: the services in order, each once."""
        return ", ".join(dict.fromkeys(item.name for item in self.items.all()))

    @property
    def staff_names(self) -> str:
        """Who does it, in one line, each once."""
        return joined(dict.fromkeys(person.name for item in self.items.all() for person in item.people))

    @property
    def has_several(self) -> bool:
        """Whether it is a visit of several services."""
        return len(self.items.all()) > 1

    @property
    def has_guests(self) -> bool:
        """Whether it is for more than one guest."""
        return any(item.guest > 1 for item in self.items.all())

    @property
    def seats(self) -> int:
        """How many seats it has in group sessions; 0 when it is a visit of one's own."""
        return next((item.seats for item in self.items.all() if item.session_id), 0)

    @property
    def is_course(self) -> bool:
        """Whether it is of several sessions that are booked as one."""
        return self.has_several and self.seats > 0

    @property
    def was_agreed(self) -> bool:
        """It was more than a hold: confirmed, or asked of the provider."""
        return self.confirmed_at is not None or self.accept_by is not None


class BookingItem(models.Model):
    """One service within a booking: a snapshot of what was agreed, whatever the catalogue says later."""

    public_id = PublicIdField(prefix="itm")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(default=0)
    service = models.ForeignKey("providers.Service", on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey("providers.StaffMember", on_delete=models.PROTECT, related_name="booking_items")
    # The customer asked for this person; otherwise anyone able may do it.
    staff_was_chosen = models.BooleanField(default=False)
    # For which of the guests of the visit: 1, 2, …
    guest = models.PositiveSmallIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=12)
    duration_min = models.PositiveSmallIntegerField()
    buffer_before_min = models.PositiveSmallIntegerField()
    buffer_after_min = models.PositiveSmallIntegerField()
    # [{"kind": "active" or "processing", "minutes"}], together `duration_min`.
    phases = models.JSONField(default=list)
    # [{"option": public id or null, "name", "minutes", "amount"}], the service itself first.
    lines = models.JSONField(default=list)
    price_amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    tax_percent = models.DecimalField(max_digits=5, decimal_places=2)
    # The service standard of the category: [{"words": {language: text}, "at": RFC 3339 or null, "by": actor or ""}].
    standard = models.JSONField(default=list)
    # Seats in a group session, which has the time of the person and the units; the item itself takes none.
    session = models.ForeignKey(
        "GroupSession", null=True, blank=True, on_delete=models.PROTECT, related_name="items"
    )
    seats = models.PositiveSmallIntegerField(default=1)
    # Who does it together with `staff`.
    helpers = models.ManyToManyField(
        "providers.StaffMember", through="ItemHelper", related_name="helped_items"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "position"], name="item_position_is_unique"),
            models.CheckConstraint(
                condition=Q(seats=1) | Q(session__isnull=False, seats__gte=1),
                name="only_sessions_have_several_seats",
            ),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="item_ends_after_it_starts"),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.booking_id}/{self.position} {self.name}"

    @property
    def people(self) -> list[StaffMember]:
        """Everybody who does it, who leads first."""
        return [self.staff, *sorted(self.helpers.all(), key=lambda person: person.pk)]

    @property
    def staff_names(self) -> str:
        """Who does it, in one line."""
        return joined(person.name for person in self.people)


class Allocation(models.Model):
    """A period, buffers included, that an item, a group session or a block takes from one person or one unit.

    No two live ones of the same person or unit overlap: the database refuses it. Moving a booking marks its
    rows dead and inserts new ones in one transaction.
    """

    kind = models.CharField(max_length=8, choices=AllocationKind, default=AllocationKind.ITEM)
    item = models.ForeignKey(
        BookingItem, null=True, blank=True, on_delete=models.CASCADE, related_name="allocations"
    )
    session = models.ForeignKey(
        "GroupSession", null=True, blank=True, on_delete=models.CASCADE, related_name="allocations"
    )
    staff = models.ForeignKey(
        "providers.StaffMember", null=True, blank=True, on_delete=models.PROTECT, related_name="allocations"
    )
    resource = models.ForeignKey(
        "providers.Resource", null=True, blank=True, on_delete=models.PROTECT, related_name="allocations"
    )
    period = DateTimeRangeField()
    live = models.BooleanField(default=True)
    # A member with the permission put it over another; it says who.
    overbooked = models.BooleanField(default=False)
    overbooked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=120, blank=True, help_text="why a block")

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="staff_is_never_double_booked",
                expressions=[("staff", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(live=True, overbooked=False, staff__isnull=False),
            ),
            ExclusionConstraint(
                name="resource_is_never_double_booked",
                expressions=[("resource", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(live=True, overbooked=False, resource__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(staff__isnull=False, resource__isnull=True)
                | Q(staff__isnull=True, resource__isnull=False),
                name="allocation_takes_one_person_or_one_unit",
            ),
            models.CheckConstraint(
                condition=Q(kind="item", item__isnull=False, session__isnull=True)
                | Q(kind="session", item__isnull=True, session__isnull=False)
                | Q(kind="block", item__isnull=True, session__isnull=True),
                name="allocation_belongs_to_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(overbooked=False) | Q(overbooked_by__isnull=False),
                name="overbooking_says_who_did_it",
            ),
            models.CheckConstraint(condition=Q(period__isempty=False), name="allocation_is_not_empty"),
        ]
        indexes = [
            # The exclusion constraints' indexes leave these few out; open time looks for them, too.
            GistIndex(
                fields=["period"], condition=Q(live=True, overbooked=True), name="allocation_overbooked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id or self.resource_id} {self.period}"


class BookingAccess(models.Model):
    """A scoped, revocable capability to one booking: a guest's token or a link in a mail. Only its hash is kept."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="accesses")
    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=16, default="guest", help_text="guest or mail")
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.purpose} access to {self.booking_id}"


class VisitMessage(models.Model):
    """A message on a visit, from its customer, or from who serves it or a manager. `read_at`: the other side saw it.

    The text is personal data: encrypted, and blanked with the customer.
    """

    public_id = PublicIdField(prefix="msg")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_customer = models.BooleanField(default=False)
    text = EncryptedTextField()
    sent_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["booking"], condition=Q(read_at__isnull=True), name="messages_not_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} about {self.booking_id}"

    @property
    def is_hidden(self) -> bool:
        """Whether operators have hidden its text from both sides (with its `report`)."""
        return bool(hasattr(self, "report") and self.report.hidden)
