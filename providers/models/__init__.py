"""Businesses, what they sell, and when they work."""

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
from providers.models.schedule import Closure, HoursOverride, HoursRule, TimeOff

__all__ = [
    "Category",
    "CategoryName",
    "Closure",
    "HoursOverride",
    "HoursRule",
    "Membership",
    "Offering",
    "Outlet",
    "Provider",
    "Resource",
    "ResourceKind",
    "ResourceNeed",
    "Service",
    "ServiceOption",
    "Skill",
    "StaffAssignment",
    "StaffMember",
    "TimeOff",
]
