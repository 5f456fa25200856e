"""Businesses, their outlets and their people."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pgtrigger
from django.conf import settings
from django.contrib.gis.db import models as gis
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from common.models import StoredFile
from common.public_ids import PublicIdField
from geo.enums import TravelMode
from providers.enums import GridAlign, ProviderStatus, Role, StaffChoice
from providers.models.rated import Rated, parts_are_in_range, rating_is_in_range
from providers.rules import vetting

if TYPE_CHECKING:
    from providers.models.catalogue import Service, Skill


class Provider(models.Model):
    """A business that sells services. Nothing of it is public unless it is approved."""

    public_id = PublicIdField(prefix="prv")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    language = models.CharField(max_length=12, default="en", help_text="of the name and description")
    status = models.CharField(max_length=12, choices=ProviderStatus, default=ProviderStatus.DRAFT)
    email = models.EmailField(blank=True, help_text="where news of bookings goes")
    phone = models.CharField(max_length=16, blank=True, help_text="E.164")
    created_at = models.DateTimeField(db_default=Now())
    approved_at = models.DateTimeField(null=True, blank=True)
    # When a suspension ends by itself; none while it is not suspended, or until an operator ends it.
    suspended_until = models.DateTimeField(null=True, blank=True)
    # The number of its newest event; whoever publishes one holds this row's lock.
    last_seq = models.PositiveIntegerField(default=0)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="providers")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=ProviderStatus.values), name="provider_status_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(status=ProviderStatus.APPROVED) | models.Q(approved_at__isnull=False),
                name="approved_provider_says_since_when",
            ),
            models.CheckConstraint(
                condition=models.Q(suspended_until__isnull=True) | models.Q(status=ProviderStatus.SUSPENDED),
                name="only_a_suspension_has_an_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["suspended_until"],
                condition=models.Q(suspended_until__isnull=False),
                name="suspensions_by_end",
            ),
        ]
        triggers = [
            # The state table in the database: a status moves only along it, whoever writes.
            pgtrigger.FSM(
                name="provider_status_moves",
                field="status",
                transitions=sorted({(move.source, move.target) for move in vetting.TABLE}),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """What a user may do in a business. The owner may do everything, staff see and mark their own visits."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role)
    # Who they are on the board, for those who also perform services.
    staff = models.OneToOneField(
        "StaffMember", null=True, blank=True, on_delete=models.SET_NULL, related_name="membership"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "user"], name="one_membership_per_business"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} is {self.role} of {self.provider_id}"


class Outlet(Rated):
    """A place a provider works from: customers come to it, or staff go out within its service area."""

    public_id = PublicIdField(prefix="out")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="outlets")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    language = models.CharField(max_length=12, default="en", help_text="of the name and description")
    main_category = models.ForeignKey(
        "Category", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    street_line = models.CharField(max_length=200)
    postcode = models.CharField(max_length=16, blank=True)
    city = models.CharField(max_length=80)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2")
    point = gis.PointField(geography=True, srid=4326)
    timezone = models.CharField(max_length=64, help_text="IANA zone, such as Europe/Helsinki")
    currency = models.CharField(max_length=3, help_text="ISO 4217")
    phone = models.CharField(max_length=16, blank=True, help_text="E.164")
    # Customers may start every so many minutes, from the offset on, counted from what `grid_align` says.
    slot_step_min = models.PositiveSmallIntegerField(default=15)
    grid_align = models.CharField(max_length=8, choices=GridAlign, default=GridAlign.CLOCK)
    grid_offset_min = models.PositiveSmallIntegerField(default=0)
    notice_min = models.PositiveIntegerField(default=0, help_text="least minutes between booking and start")
    window_days = models.PositiveSmallIntegerField(default=60, help_text="how far ahead one may book")
    window_until = models.DateField(null=True, blank=True, help_text="the last local day that may be booked")
    # Buffers need working time, too; else they may lie outside hours.
    buffers_in_hours = models.BooleanField(default=False)
    staff_choice = models.CharField(max_length=10, choices=StaffChoice, default=StaffChoice.FAIR_SHARE)
    # In a visit of several services a guest waits at most so many minutes for the next one.
    max_wait_min = models.PositiveSmallIntegerField(default=30)
    # Closed on the public holidays of its country and, of ISO 3166-2, region.
    keeps_holidays = models.BooleanField(default=False)
    holiday_region = models.CharField(max_length=40, blank=True)
    # Where home visits go: drawn, or a circle of service_radius_m (metres) around the point.
    service_radius_m = models.PositiveIntegerField(null=True, blank=True)
    service_area = gis.MultiPolygonField(geography=True, srid=4326, null=True, blank=True)
    # How its people get from one place to another, unless a person says otherwise.
    travel_mode = models.CharField(max_length=8, choices=TravelMode, default=TravelMode.CAR)
    created_at = models.DateTimeField(db_default=Now())
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(slot_step_min__gte=5, slot_step_min__lte=240),
                name="outlet_slot_step_is_5_to_240_minutes",
            ),
            models.CheckConstraint(
                condition=models.Q(grid_align__in=GridAlign.values), name="outlet_grid_align_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(grid_offset_min__lt=models.F("slot_step_min")),
                name="outlet_grid_offset_is_within_a_step",
            ),
            models.CheckConstraint(
                condition=models.Q(max_wait_min__lte=240), name="outlet_wait_is_at_most_240_minutes"
            ),
            models.CheckConstraint(
                condition=models.Q(staff_choice__in=StaffChoice.values), name="outlet_staff_choice_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(window_days__gte=1, window_days__lte=366),
                name="outlet_window_is_1_to_366_days",
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="outlet_currency_is_iso_4217"
            ),
            models.CheckConstraint(
                condition=models.Q(country__regex=r"^[A-Z]{2}$"), name="outlet_country_is_iso_3166"
            ),
            # Where home visits go is known as an area whenever it is known as a radius.
            models.CheckConstraint(
                condition=models.Q(service_radius_m__isnull=True) | models.Q(service_area__isnull=False),
                name="outlet_radius_has_its_area",
            ),
            models.CheckConstraint(
                condition=models.Q(travel_mode__in=TravelMode.values), name="outlet_travel_mode_is_known"
            ),
            rating_is_in_range("outlet_rating_is_1_to_5"),
            parts_are_in_range("outlet_parts_are_at_most_5"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def holiday_country(self) -> str:
        """The country whose holidays it keeps, "" for none."""
        return self.country if self.keeps_holidays else ""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class StaffMember(Rated):
    """A person who performs services."""

    public_id = PublicIdField(prefix="stf")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="staff")
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=120, blank=True)
    resume = models.TextField(blank=True)
    language = models.CharField(max_length=12, default="en", help_text="of the title and résumé")
    speaks = ArrayField(models.CharField(max_length=12), default=list, blank=True, help_text="BCP 47 tags")
    working_since = models.PositiveSmallIntegerField(null=True, blank=True, help_text="year")
    photo = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="public"
    )
    # How they get from one place to another; "" as the outlet says.
    travel_mode = models.CharField(max_length=8, choices=TravelMode, blank=True, default="")
    # Visits done, counted by bookings in the transaction that completes one.
    served_count = models.PositiveIntegerField(default=0)
    outlets = models.ManyToManyField(Outlet, through="StaffAssignment", related_name="staff")
    services: "models.ManyToManyField[Service, Skill]" = models.ManyToManyField(
        "Service", through="Skill", related_name="staff"
    )
    created_at = models.DateTimeField(db_default=Now())
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(travel_mode__in=["", *TravelMode.values]),
                name="staff_travel_mode_is_known",
            ),
            rating_is_in_range("staff_rating_is_1_to_5"),
            parts_are_in_range("staff_parts_are_at_most_5"),
        ]

    def __str__(self) -> str:
        return self.name


class StaffAssignment(models.Model):
    """A person works at an outlet: in hours of their own there, or whenever it is open."""

    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="assignments")
    outlet = models.ForeignKey(Outlet, on_delete=models.CASCADE, related_name="assignments")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outlet", "staff"], name="one_assignment_per_outlet"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} at {self.outlet_id}"
