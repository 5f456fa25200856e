"""Writing invented businesses: outlets, catalogue, hours, in bulk but as the services would leave them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Point

from accounts.models import User
from common.actors import user_actor
from common.models import AuditEntry, Event
from geo.rules.positions import Position
from geo.selectors import circle
from marketplace.demo import people, signins
from marketplace.demo.catalogue import TAX_PERCENT
from marketplace.demo.load_people import UNUSABLE
from marketplace.demo.plan import BusinessPlan, Shift
from marketplace.demo.seeds import chance, event_uid, public_id
from providers import events
from providers.enums import ProviderStatus
from providers.models import (
    Badge,
    Category,
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
    StaffAssignment,
    StaffMember,
)
from providers.services.training import refresh_held_back

CURRENCY = "EUR"
# What happened to a business before it came to its status, and how many days ago.
_HISTORY: dict[str, tuple[tuple[str, str, int], ...]] = {
    "draft": ((events.PROVIDER_CREATED, "provider.create", 3),),
    "submitted": (
        (events.PROVIDER_CREATED, "provider.create", 4),
        (events.PROVIDER_SUBMITTED, "provider.submit", 2),
    ),
    "revision": (
        (events.PROVIDER_CREATED, "provider.create", 12),
        (events.PROVIDER_SUBMITTED, "provider.submit", 9),
        (events.PROVIDER_REVISION_ASKED, "provider.ask_for_revision", 7),
    ),
    "rejected": (
        (events.PROVIDER_CREATED, "provider.create", 20),
        (events.PROVIDER_SUBMITTED, "provider.submit", 18),
        (events.PROVIDER_REJECTED, "provider.reject", 15),
    ),
    "approved": (
        (events.PROVIDER_CREATED, "provider.create", 200),
        (events.PROVIDER_SUBMITTED, "provider.submit", 199),
        (events.PROVIDER_APPROVED, "provider.approve", 197),
    ),
}
_HISTORY["suspended"] = (*_HISTORY["approved"], (events.PROVIDER_SUSPENDED, "provider.suspend", 30))


def load_businesses(seed: object, plans: Sequence[BusinessPlan], *, at: datetime) -> None:
    """Write whole businesses. `at` is the demo's day, from which their histories count back."""
    categories = {category.slug: category for category in Category.objects.all()}
    providers = _providers(plans, at)
    outlets = _outlets(plans, providers, categories, at)
    services = _services(plans, providers, categories, at)
    _offerings(plans, outlets, services)
    staff = _staff(plans, providers, outlets, services, at)
    _resources(plans, providers, outlets, services)
    _hours(plans, outlets, staff)
    owners = _members(seed, plans, providers, staff, at)
    _histories(plans, providers, owners, at)


def _providers(plans: Sequence[BusinessPlan], at: datetime) -> dict[str, Provider]:
    rows = Provider.objects.bulk_create(
        (
            Provider(
                public_id=p.public_id,
                name=p.name,
                description=p.description,
                language=p.language,
                status=p.status,
                email=p.email,
                phone=p.phone,
                created_at=at - timedelta(days=_HISTORY[p.status][0][2]),
                approved_at=at - timedelta(days=197) if p.status in ("approved", "suspended") else None,
                last_seq=len(_HISTORY[p.status]),
            )
            for p in plans
        ),
        batch_size=2000,
    )
    return {row.public_id: row for row in rows}


def _outlets(
    plans: Sequence[BusinessPlan],
    providers: dict[str, Provider],
    categories: dict[str, Category],
    at: datetime,
) -> dict[str, Outlet]:
    rows = Outlet.objects.bulk_create(
        (
            Outlet(
                public_id=p.outlet_id,
                provider=providers[p.public_id],
                name=p.name,
                description=p.description,
                language=p.language,
                main_category=categories[p.main_category],
                street_line=p.place.street_line,
                postcode=p.place.postcode,
                city=p.place.city,
                country=p.place.country,
                point=Point(p.place.lng, p.place.lat, srid=4326),
                timezone=p.place.timezone,
                currency=CURRENCY,
                phone=p.phone,
                slot_step_min=p.slot_step_min,
                notice_min=p.notice_min,
                service_radius_m=p.service_radius_m,
                service_area=circle(Position(p.place.lat, p.place.lng), p.service_radius_m)
                if p.service_radius_m
                else None,
                created_at=at - timedelta(days=_HISTORY[p.status][0][2]),
            )
            for p in plans
        ),
        batch_size=2000,
    )
    return {row.public_id: row for row in rows}


def _services(
    plans: Sequence[BusinessPlan],
    providers: dict[str, Provider],
    categories: dict[str, Category],
    at: datetime,
) -> dict[str, Service]:
    rows = Service.objects.bulk_create(
        (
            Service(
                public_id=s.public_id,
                provider=providers[p.public_id],
                category=categories[s.category],
                name=s.name,
                description=s.description,
                place=s.place,
                duration_min=s.duration_min,
                buffer_before_min=s.before_min,
                buffer_after_min=s.after_min,
                phases=[phase._asdict() for phase in s.phases],
                price_amount=s.amount,
                currency=CURRENCY,
                tax_percent=TAX_PERCENT,
                needs_acceptance=s.accepts_within_h > 0,
                acceptance_hours=s.accepts_within_h or 24,
                position=position,
                created_at=at - timedelta(days=_HISTORY[p.status][0][2]),
            )
            for p in plans
            for position, s in enumerate(p.services)
        ),
        batch_size=5000,
    )
    services = {row.public_id: row for row in rows}
    ServiceOption.objects.bulk_create(
        (
            ServiceOption(
                public_id=o.public_id,
                service=services[s.public_id],
                name=o.name,
                extra_min=o.extra_min,
                price_amount=o.amount,
                position=position,
            )
            for p in plans
            for s in p.services
            for position, o in enumerate(s.options)
        ),
        batch_size=5000,
    )
    return services


def _offerings(
    plans: Sequence[BusinessPlan], outlets: dict[str, Outlet], services: dict[str, Service]
) -> None:
    Offering.objects.bulk_create(
        (
            Offering(
                outlet=outlets[p.outlet_id],
                service=services[s.public_id],
                price_amount=s.amount,
                category_id=services[s.public_id].category_id,
                place=s.place,
                point=outlets[p.outlet_id].point,
                is_live=p.status == ProviderStatus.APPROVED,
            )
            for p in plans
            for s in p.services
        ),
        batch_size=5000,
    )


def _staff(
    plans: Sequence[BusinessPlan],
    providers: dict[str, Provider],
    outlets: dict[str, Outlet],
    services: dict[str, Service],
    at: datetime,
) -> dict[str, StaffMember]:
    rows = StaffMember.objects.bulk_create(
        (
            StaffMember(
                public_id=m.public_id,
                provider=providers[p.public_id],
                name=m.name,
                title=m.title,
                resume=m.resume,
                speaks=list(m.speaks),
                working_since=m.working_since,
                created_at=at - timedelta(days=_HISTORY[p.status][0][2]),
            )
            for p in plans
            for m in p.staff
        ),
        batch_size=5000,
    )
    staff = {row.public_id: row for row in rows}
    StaffAssignment.objects.bulk_create(
        (
            StaffAssignment(staff=staff[m.public_id], outlet=outlets[p.outlet_id])
            for p in plans
            for m in p.staff
        ),
        batch_size=5000,
    )
    Skill.objects.bulk_create(
        (
            Skill(staff=staff[m.public_id], service=services[service_id], level=level)
            for p in plans
            for m in p.staff
            for service_id, level in m.skills.items()
        ),
        batch_size=5000,
    )
    _badges(list(staff.values()))
    return staff


def _badges(staff: Sequence[StaffMember]) -> None:
    """Whoever needs a quiz has passed it; of the others three in four have taken theirs."""
    does = Skill.objects.filter(staff__in=staff, service__category__training__isnull=False)
    Badge.objects.bulk_create(
        Badge(staff_id=person, category_id=category)
        for person, category, needed in does.order_by("staff", "service__category")
        .values_list("staff", "service__category", "service__category__training__is_required")
        .distinct()
        if needed or person % 4
    )
    refresh_held_back(Skill.objects.filter(staff__in=staff))


def _resources(
    plans: Sequence[BusinessPlan],
    providers: dict[str, Provider],
    outlets: dict[str, Outlet],
    services: dict[str, Service],
) -> None:
    rows = ResourceKind.objects.bulk_create(
        ResourceKind(public_id=kind_id, provider=providers[p.public_id], name=name)
        for p in plans
        for kind_id, name in p.kinds.items()
    )
    kinds = {row.public_id: row for row in rows}
    Resource.objects.bulk_create(
        Resource(
            public_id=u.public_id,
            kind=kinds[u.kind],
            outlet=outlets[p.outlet_id],
            name=u.name,
            position=position,
        )
        for p in plans
        for position, u in enumerate(p.units)
    )
    ResourceNeed.objects.bulk_create(
        ResourceNeed(service=services[s.public_id], kind=kinds[s.needs])
        for p in plans
        for s in p.services
        if s.needs
    )


def _hours(plans: Sequence[BusinessPlan], outlets: dict[str, Outlet], staff: dict[str, StaffMember]) -> None:
    def rules(outlet: Outlet, member: StaffMember | None, shifts: Sequence[Shift]) -> list[HoursRule]:
        return [
            HoursRule(outlet=outlet, staff=member, weekday=s.weekday, opens=s.opens, closes=s.closes)
            for s in shifts
        ]

    rows = []
    for p in plans:
        rows += rules(outlets[p.outlet_id], None, p.hours)
        for m in p.staff:
            rows += rules(outlets[p.outlet_id], staff[m.public_id], m.shifts)
    HoursRule.objects.bulk_create(rows, batch_size=5000)


def _members(
    seed: object,
    plans: Sequence[BusinessPlan],
    providers: dict[str, Provider],
    staff: dict[str, StaffMember],
    at: datetime,
) -> dict[str, User]:
    """Memberships; a business without a demo owner gets one who never signs in. Answers the owners."""
    demo = {user.email: user for user in User.objects.filter(email__in=[s.email for s in signins.SIGN_INS])}
    made = {
        p.public_id: User(
            public_id=public_id("usr", seed, p.public_id),
            email=f"owner.{p.public_id.removeprefix('prv_')}@demo.example",
            name=people.person_name(chance(seed, "owner", p.public_id))[0],
            password=UNUSABLE,
            date_joined=at - timedelta(days=_HISTORY[p.status][0][2]),
        )
        for p in plans
        if not any(m.role == "owner" for m in p.members)
    }
    User.objects.bulk_create(made.values(), batch_size=5000)
    rows = []
    owners = dict(made)
    for p in plans:
        provider = providers[p.public_id]
        if owner := made.get(p.public_id):
            rows.append(Membership(provider=provider, user=owner, role="owner"))
        for m in p.members:
            rows.append(
                Membership(provider=provider, user=demo[m.email], role=m.role, staff=staff.get(m.staff))
            )
            if m.role == "owner":
                owners[p.public_id] = demo[m.email]
    Membership.objects.bulk_create(rows, batch_size=5000)
    return owners


def _histories(
    plans: Sequence[BusinessPlan], providers: dict[str, Provider], owners: dict[str, User], at: datetime
) -> None:
    """The events and audit rows of how each business came to its status."""
    operator = User.objects.filter(email=signins.OPERATOR).first()
    rows, audit = [], []
    for p in plans:
        owner = user_actor(owners[p.public_id].public_id)
        for seq, (type_, action, days_ago) in enumerate(_HISTORY[p.status], start=1):
            by_owner = type_ in (events.PROVIDER_CREATED, events.PROVIDER_SUBMITTED)
            actor = owner if by_owner or operator is None else user_actor(operator.public_id)
            when = at - timedelta(days=days_ago)
            payload: dict[str, Any] = {"action": action, "object": "provider", "id": p.public_id}
            rows.append(
                Event(
                    uid=event_uid(p.public_id, seq),
                    subject_type="provider",
                    subject_id=p.public_id,
                    seq=seq,
                    type=type_,
                    actor=actor,
                    at=when,
                    outlet_id="" if seq == 1 else p.outlet_id,
                    payload=payload,
                )
            )
            audit.append(
                AuditEntry(at=when, actor=actor, action=action, object_type="provider", object_id=p.public_id)
            )
    Event.objects.bulk_create(rows, batch_size=5000)
    AuditEntry.objects.bulk_create(audit, batch_size=5000)
