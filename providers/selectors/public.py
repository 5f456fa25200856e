"""What everybody may see: approved businesses, outlets in use, what is live there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q, QuerySet

from common import clock
from common.errors import NotFound
from geo.rules.positions import Position
from geo.selectors import nearest
from providers.enums import DocumentStatus, ProviderStatus
from providers.models import (
    Closure,
    Document,
    HoursOverride,
    HoursRule,
    Offering,
    Outlet,
    OutletPicture,
    ServiceOption,
    Skill,
    StaffMember,
)
from providers.rules.holidays import public_holidays
from providers.selectors.categories import CategoryNode, by_pk
from providers.selectors.pictures import pictures_of

# How far ahead an outlet's page tells of changed hours and closures.
NEWS_DAYS = 30


@dataclass(frozen=True, slots=True)
class OfferingGroup:
    """What an outlet sells in one category; each offering has its `service` with `live_options`."""

    category: CategoryNode
    offerings: tuple[Offering, ...]


@dataclass(frozen=True, slots=True)
class PublicOutlet:
    """All that an outlet's page shows of its business.

    `week`, `overrides` and `closures` are the outlet's own, those of its people are not shown. `holidays` are
    the dates on which it is closed for one, with its name. `staff` are the people who work there, each with
    `live_skills` (with their service). `pictures` are in their order, each with its file.
    """

    outlet: Outlet
    groups: tuple[OfferingGroup, ...]
    staff: tuple[StaffMember, ...]
    week: tuple[HoursRule, ...]
    overrides: tuple[HoursOverride, ...]
    closures: tuple[Closure, ...]
    holidays: Mapping[date, str]
    pictures: tuple[OutletPicture, ...] = ()


def public_outlets() -> QuerySet[Outlet]:
    """The outlets in use of approved businesses, with their business."""
    return Outlet.objects.filter(
        archived_at__isnull=True, provider__status=ProviderStatus.APPROVED
    ).select_related("provider")


def find_public_outlet(public_id: str) -> Outlet:
    """The outlet with its business, if it is public. One query. Raises NotFound."""
    found = public_outlets().filter(public_id=public_id).first() if "\x00" not in public_id else None
    if found is None:
        raise NotFound
    return found


def zone_near(place: Position) -> ZoneInfo | None:
    """The zone of the public outlet nearest to a place: what "today" means there. One query."""
    found = nearest(public_outlets(), place).values_list("timezone", flat=True).first()
    return ZoneInfo(found) if found else None


def live_offerings(outlet: Outlet) -> QuerySet[Offering]:
    """What is sold at an outlet now, each with its `service` and that with `live_options`. Two queries."""
    options = ServiceOption.objects.filter(archived_at__isnull=True).order_by("position", "pk")
    return (
        Offering.objects.filter(outlet=outlet, is_live=True)
        .select_related("service")
        .prefetch_related(Prefetch("service__options", queryset=options, to_attr="live_options"))
        .order_by("service__position", "service__name", "pk")
    )


def outlet_staff(outlet: Outlet) -> QuerySet[StaffMember]:
    """The people who work at an outlet, each with `live_skills` (with their service), `badges` and `certificates`: the
    papers that hold today, of kinds that are badges, without their content. Four queries."""
    today = clock.now().date()
    certificates = (
        Document.objects.filter(status=DocumentStatus.ACCEPTED, kind__is_badge=True, kind__archived_at=None)
        .filter(
            Q(valid_from=None) | Q(valid_from__lte=today), Q(valid_until=None) | Q(valid_until__gte=today)
        )
        .select_related("kind")
        .only("staff_id", "kind_id", "kind__slug")
        .order_by("kind__position", "kind__slug")
    )
    skills = (
        Skill.objects.filter(service__archived_at__isnull=True, held_back=False)
        .select_related("service")
        .order_by("service__position", "service__name", "pk")
    )
    return (
        StaffMember.objects.filter(assignments__outlet=outlet, archived_at__isnull=True)
        .select_related("photo")
        .prefetch_related(Prefetch("skills", queryset=skills, to_attr="live_skills"), "badges")
        .prefetch_related(Prefetch("documents", queryset=certificates, to_attr="certificates"))
        .order_by("name", "pk")
    )


def public_outlet(public_id: str, *, language: str) -> PublicOutlet:
    """All of an outlet's page, categories named in `language`: 11 queries, and 3 when the tree is read anew.

    Raises NotFound.
    """
    outlet = find_public_outlet(public_id)
    now = clock.now()
    today = now.astimezone(outlet.zone).date()
    until = now + timedelta(days=NEWS_DAYS)
    dated = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    overrides = tuple(
        HoursOverride.objects.filter(
            outlet=outlet, staff__isnull=True, date__gte=today, date__lte=until.date()
        ).order_by("date", "opens")
    )
    changed = {row.date for row in overrides}
    country = outlet.holiday_country
    region = outlet.holiday_region
    holidays = public_holidays(country, region, today, until.date(), language=language) if country else {}
    return PublicOutlet(
        outlet=outlet,
        groups=grouped(list(live_offerings(outlet)), language=language),
        staff=tuple(outlet_staff(outlet)),
        week=tuple(
            HoursRule.objects.filter(dated, outlet=outlet, staff__isnull=True).order_by("weekday", "opens")
        ),
        overrides=overrides,
        closures=tuple(
            Closure.objects.filter(outlet=outlet, period__overlap=(now, until)).order_by("period")
        ),
        holidays={day: name for day, name in holidays.items() if day not in changed},
        pictures=tuple(pictures_of(outlet)),
    )


def grouped(offerings: Sequence[Offering], *, language: str) -> tuple[OfferingGroup, ...]:
    """The offerings by category, in the tree's order."""
    return tuple(
        OfferingGroup(category=node, offerings=found)
        for pk, node in by_pk(language).items()
        if (found := tuple(offering for offering in offerings if offering.category_id == pk))
    )
