"""Businesses, what they sell, and when they work."""

from providers.models.bank import BankAccount
from providers.models.belonging import Invitation, PastMembership
from providers.models.business import Membership, Outlet, Provider, StaffAssignment, StaffMember
from providers.models.catalogue import (
    Category,
    CategoryName,
    Offering,
    Resource,
    ResourceKind,
    ResourceNeed,
    Service,
    ServiceOption,
    Skill,
)
from providers.models.pictures import OutletPicture
from providers.models.schedule import Closure, HoursOverride, HoursRule, TimeOff
from providers.models.standards import StandardStep
from providers.models.training import Badge, QuizAttempt, QuizChoice, QuizQuestion, Training
from providers.models.vetting import (
    APPEALABLE,
    Appeal,
    Application,
    Document,
    DocumentKind,
    DocumentKindName,
    DocumentRequirement,
    VettingEntry,
    first_binding_day,
)

__all__ = [
    "APPEALABLE",
    "Appeal",
    "Application",
    "Badge",
    "BankAccount",
    "Category",
    "CategoryName",
    "Closure",
    "Document",
    "DocumentKind",
    "DocumentKindName",
    "DocumentRequirement",
    "HoursOverride",
    "HoursRule",
    "Invitation",
    "Membership",
    "Offering",
    "Outlet",
    "OutletPicture",
    "PastMembership",
    "Provider",
    "QuizAttempt",
    "QuizChoice",
    "QuizQuestion",
    "Resource",
    "ResourceKind",
    "ResourceNeed",
    "Service",
    "ServiceOption",
    "Skill",
    "StaffAssignment",
    "StaffMember",
    "StandardStep",
    "TimeOff",
    "Training",
    "VettingEntry",
    "first_binding_day",
]
