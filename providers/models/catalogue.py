"""What is sold: categories, services, options, who can do them, and what they need."""

import pgtrigger
from django.contrib.gis.db import models as gis
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models.functions import Now

from common.public_ids import PublicIdField
from providers.enums import Place, SkillLevel


class Category(models.Model):
    """What search filters by: a tree under housekeeping, beauty and car care."""

    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    slug = models.SlugField(max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    # Who books is asked which vehicle it is for.
    asks_vehicle = models.BooleanField(default=False, db_default=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    # The number of its newest event: a change names the one that its maker had seen.
    last_seq = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        verbose_name_plural = "categories"
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.slug


class CategoryName(models.Model):
    """A category's name and one line about it in one language; English is always there."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="names")
    language = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "language"], name="one_category_name_per_language"),
        ]

    def __str__(self) -> str:
        return self.name


# The most people who do a service together.
MOST_IN_A_TEAM = 8


class Service(models.Model):
    """What is sold. Times are minutes; the price is in minor units of the currency and includes VAT."""

    public_id = PublicIdField(prefix="svc")
    provider = models.ForeignKey("Provider", on_delete=models.PROTECT, related_name="services")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="services")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    language = models.CharField(max_length=12, default="en", help_text="of the name and description")
    place = models.CharField(max_length=8, choices=Place, default=Place.OUTLET)
    duration_min = models.PositiveSmallIntegerField()
    buffer_before_min = models.PositiveSmallIntegerField(default=0)
    buffer_after_min = models.PositiveSmallIntegerField(default=0)
    # [{"kind": "active" or "processing", "minutes"}], as long as the service; none: its person is at it throughout.
    phases = models.JSONField(default=list, blank=True)
    price_amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    tax_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    capacity = models.PositiveSmallIntegerField(default=1)
    # So many people do it together, all of them throughout.
    team_size = models.PositiveSmallIntegerField(default=1)
    # The provider accepts each booking first, within so many hours; else it is confirmed at once.
    needs_acceptance = models.BooleanField(default=False)
    acceptance_hours = models.PositiveSmallIntegerField(default=24, help_text="to answer a request")
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(duration_min__gte=5, duration_min__lte=1440),
                name="service_duration_is_5_to_1440_minutes",
            ),
            models.CheckConstraint(
                condition=models.Q(buffer_before_min__lte=480, buffer_after_min__lte=480),
                name="service_buffers_are_at_most_480_minutes",
            ),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="service_currency_is_iso_4217"
            ),
            models.CheckConstraint(
                condition=models.Q(tax_percent__gte=0, tax_percent__lt=100),
                name="service_tax_is_a_percentage",
            ),
            models.CheckConstraint(condition=models.Q(capacity__gte=1), name="service_has_capacity"),
            models.CheckConstraint(
                condition=models.Q(team_size__gte=1, team_size__lte=MOST_IN_A_TEAM),
                name="service_is_done_by_1_to_8_people",
            ),
            models.CheckConstraint(
                condition=models.Q(team_size=1) | models.Q(capacity=1), name="group_is_led_by_one_person"
            ),
            models.CheckConstraint(
                condition=models.Q(acceptance_hours__gte=1, acceptance_hours__lte=72),
                name="service_is_accepted_within_72_hours",
            ),
            models.CheckConstraint(condition=models.Q(place__in=Place.values), name="service_place_is_known"),
        ]
        triggers = [
            # A check constraint may not add up the members of a list.
            pgtrigger.Trigger(
                name="phases_are_as_long_as_the_service",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("phases", "duration_min"),
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__phases__isnull=False) & ~pgtrigger.Q(new__phases=[]),
                func="""
                    IF (SELECT sum((phase->>'minutes')::int) FROM jsonb_array_elements(NEW.phases) AS phase)
                        IS DISTINCT FROM NEW.duration_min THEN
                        RAISE EXCEPTION 'phases_are_as_long_as_the_service' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceOption(models.Model):
    """A paid add-on or variant: it adds minutes and minor units (in the service's currency, VAT included)."""

    public_id = PublicIdField(prefix="opt")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="options")
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=12, default="en", help_text="of the name")
    extra_min = models.PositiveSmallIntegerField(default=0)
    price_amount = models.PositiveBigIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(extra_min__lte=480), name="option_adds_at_most_480_minutes"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Offering(models.Model):
    """A service sold at an outlet, at the outlet's price: the row that search walks.

    `category`, `point` and `is_live` repeat what the service, the outlet and the provider say, so that one
    partial index finds the nearest live offerings of a category; providers.services.listing keeps them.
    """

    outlet = models.ForeignKey("Outlet", on_delete=models.CASCADE, related_name="offerings")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="offerings")
    price_amount = models.PositiveBigIntegerField(help_text="minor units of the outlet's currency, with VAT")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=8, choices=Place)
    point = gis.PointField(geography=True, srid=4326, spatial_index=False)
    is_live = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outlet", "service"], name="one_offering_per_outlet"),
        ]
        indexes = [
            # The category stays bigint here and in the parameter, or the index is not used.
            GistIndex(
                fields=["category", "point"], condition=models.Q(is_live=True), name="offering_nearest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} at {self.outlet_id}"


class Skill(models.Model):
    """A person can do a service."""

    staff = models.ForeignKey("StaffMember", on_delete=models.CASCADE, related_name="skills")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="skills")
    level = models.CharField(max_length=8, choices=SkillLevel, default=SkillLevel.SKILLED)
    # Not offered: a quiz not passed, or a paper about the person missing (providers.services.training keeps it).
    held_back = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "staff"], name="one_skill_per_service"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} does {self.service_id}"


class ResourceKind(models.Model):
    """A kind of thing that services need, such as a bay, a room or a chair."""

    public_id = PublicIdField(prefix="knd")
    provider = models.ForeignKey("Provider", on_delete=models.PROTECT, related_name="resource_kinds")
    name = models.CharField(max_length=80)
    archived_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Resource(models.Model):
    """One unit of a kind at an outlet, such as Bay 2."""

    public_id = PublicIdField(prefix="res")
    kind = models.ForeignKey(ResourceKind, on_delete=models.PROTECT, related_name="units")
    outlet = models.ForeignKey("Outlet", on_delete=models.PROTECT, related_name="resources")
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class ResourceNeed(models.Model):
    """A service takes so many units of a kind while it lasts."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="needs")
    kind = models.ForeignKey(ResourceKind, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "kind"], name="one_need_per_kind"),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="need_is_at_least_one"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} needs {self.quantity} of {self.kind_id}"
