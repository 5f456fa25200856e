"""The fixed words of providers."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ProviderStatus(TextChoices):
    """Where a business stands in vetting; only an approved one is public."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    SUSPENDED = "suspended", _("Suspended")


class Role(TextChoices):
    """What a member may do in a business."""

    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    STAFF = "staff", _("Staff")


class Place(TextChoices):
    """Where a service is done."""

    OUTLET = "outlet", _("At the shop")
    CUSTOMER = "customer", _("At your place")


class SkillLevel(TextChoices):
    """How well a person does a service."""

    LEARNING = "learning", _("Learning")
    SKILLED = "skilled", _("Skilled")
    EXPERT = "expert", _("Expert")
