"""What members see of their business: lists in use, with what a row of each shows. None is guarded here:
the business comes from providers.selectors.access.
"""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import F, Model, Prefetch, QuerySet

from common import clock
from providers.errors import NotOfThisBusiness
from providers.models import (
    Closure,
    HoursOverride,
    HoursRule,
    Membership,
    Offering,
    Outlet,
    Provider,
    Resource,
    ResourceKind,
    ResourceNeed,
    Service,
    ServiceOption,
    Skill,
    StaffMember,
    TimeOff,
)

M = TypeVar("M", bound=Model)


def missing_for_approval(provider: Provider) -> list[str]:
    """What of its own a business still lacks before it can be submitted: business (a name and an address for
    mail), outlet, service, staff, hours. Its papers are in selectors.vetting.
    """
    outlets = Outlet.objects.filter(provider=provider, archived_at__isnull=True)
    found = {
        "business": bool(provider.name and provider.email),
        "outlet": outlets.exists(),
        "service": Offering.objects.filter(outlet__in=outlets, service__archived_at__isnull=True).exists(),
        "staff": outlets.filter(
            assignments__staff__archived_at__isnull=True, assignments__isnull=False
        ).exists(),
        "hours": HoursRule.objects.filter(outlet__in=outlets).exists(),
    }
    return [name for name, there in found.items() if not there]


def outlets(provider: Provider) -> QuerySet[Outlet]:
    """Its outlets in use. One query."""
    return Outlet.objects.filter(provider=provider, archived_at__isnull=True).order_by("name", "pk")


def staff(provider: Provider) -> QuerySet[StaffMember]:
    """Its people in use, by name, with their details. Three queries."""
    found = StaffMember.objects.filter(provider=provider, archived_at__isnull=True)
    return with_staff_details(found).order_by("name", "pk")


def with_staff_details(rows: QuerySet[StaffMember]) -> QuerySet[StaffMember]:
    """The people, each with photo, `live_outlets`, `live_skills` (with their service). Two further queries."""
    skills = Skill.objects.filter(service__archived_at__isnull=True).select_related("service")
    places = Outlet.objects.filter(archived_at__isnull=True).order_by("name", "pk")
    return rows.select_related("photo").prefetch_related(
        Prefetch("outlets", queryset=places, to_attr="live_outlets"),
        Prefetch("skills", queryset=skills.order_by("service__name"), to_attr="live_skills"),
    )


def services(provider: Provider) -> QuerySet[Service]:
    """Its services in use, in their order, with their details. Four queries."""
    found = Service.objects.filter(provider=provider, archived_at__isnull=True)
    return with_service_details(found).order_by("position", "name", "pk")


def with_service_details(rows: QuerySet[Service]) -> QuerySet[Service]:
    """The services, each with `category`, `live_options`, `sold` (offerings with outlet) and `needed`.

    Three further queries.
    """
    options = ServiceOption.objects.filter(archived_at__isnull=True).order_by("position", "pk")
    sold = Offering.objects.filter(outlet__archived_at__isnull=True).select_related("outlet")
    return rows.select_related("category").prefetch_related(
        Prefetch("options", queryset=options, to_attr="live_options"),
        Prefetch("offerings", queryset=sold.order_by("outlet__name"), to_attr="sold"),
        Prefetch("needs", queryset=ResourceNeed.objects.select_related("kind"), to_attr="needed"),
    )


def resource_kinds(provider: Provider) -> QuerySet[ResourceKind]:
    """Its kinds in use, each with `live_units` (with their outlet). Two queries."""
    units = Resource.objects.filter(archived_at__isnull=True).select_related("outlet")
    return (
        ResourceKind.objects.filter(provider=provider, archived_at__isnull=True)
        .prefetch_related(
            Prefetch("units", queryset=units.order_by("outlet__name", "position"), to_attr="live_units")
        )
        .order_by("name", "pk")
    )


def resources(provider: Provider) -> QuerySet[Resource]:
    """Its units in use, each with kind and outlet. One query."""
    return Resource.objects.filter(kind__provider=provider, archived_at__isnull=True).select_related(
        "kind", "outlet"
    )


def members(provider: Provider) -> QuerySet[Membership]:
    """Who belongs to it, oldest first, with user and staff. One query."""
    return Membership.objects.filter(provider=provider).select_related("user", "staff").order_by("pk")


def pick(rows: QuerySet[M], ids: Iterable[str], *, field: str) -> list[M]:
    """The rows with these public ids, in their order. Raises NotOfThisBusiness when one is missing."""
    wanted = list(dict.fromkeys(ids))
    rows = rows.filter(public_id__in=wanted) if wanted else rows.none()
    found = {row.public_id: row for row in rows}  # type: ignore[attr-defined]  # all of ours have one
    if len(found) != len(wanted):
        raise NotOfThisBusiness(field=field)
    return [found[public_id] for public_id in wanted]


def week(outlet: Outlet, staff: StaffMember | None) -> QuerySet[HoursRule]:
    """The weekly rules of an outlet, or of one person there, in order."""
    return HoursRule.objects.filter(outlet=outlet, staff=staff).order_by("weekday", "opens", "valid_from")


def overrides(outlet: Outlet, staff: StaffMember | None = None) -> QuerySet[HoursOverride]:
    """The date overrides from today on of an outlet, or of one person there, in order."""
    today = clock.now().astimezone(outlet.zone).date()
    return HoursOverride.objects.filter(outlet=outlet, staff=staff, date__gte=today).order_by("date", "opens")


def all_overrides(outlet: Outlet) -> QuerySet[HoursOverride]:
    """The date overrides from today on of an outlet and of everybody there, in order."""
    today = clock.now().astimezone(outlet.zone).date()
    return HoursOverride.objects.filter(outlet=outlet, date__gte=today).order_by(
        "date", F("staff").asc(nulls_first=True), "opens"
    )


def closures(outlet: Outlet) -> QuerySet[Closure]:
    """The closures of an outlet that have not ended, in order."""
    return Closure.objects.filter(outlet=outlet, period__endswith__gt=clock.now()).order_by("period")


def time_off(provider: Provider, staff: StaffMember | None = None) -> QuerySet[TimeOff]:
    """The time off that has not ended of everybody in use, or of one person, with the person, in order."""
    found = TimeOff.objects.filter(
        staff__provider=provider, staff__archived_at__isnull=True, period__endswith__gt=clock.now()
    )
    if staff is not None:
        found = found.filter(staff=staff)
    return found.select_related("staff").order_by("period")
