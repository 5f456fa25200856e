"""People who perform services: who they are, where they work, what they can do."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from common import clock, uploads
from common.models import StoredFile
from geo.enums import TravelMode
from providers import events
from providers.enums import SkillLevel
from providers.errors import IsArchived, NotOfThisBusiness, NumberInvalid
from providers.models import Outlet, Provider, Service, Skill, StaffAssignment, StaffMember
from providers.rules import checks
from providers.services.businesses import DESCRIPTION_LENGTH
from providers.services.record import lock_provider, tell
from providers.services.training import refresh_held_back

# Shown as a circle of 56 px, and larger on their own card.
PHOTO_PX = 640


class StaffFields(TypedDict, total=False):
    """What may be said about a person. `speaks` are BCP 47 tags, `working_since` a year, `travel_mode` how they get
    from one place to another (geo.enums.TravelMode; "" or None: as the outlet says)."""

    name: str
    title: str
    resume: str
    language: str
    speaks: list[str]
    working_since: int | None
    travel_mode: str | None


@transaction.atomic
def create_staff(
    *,
    provider: Provider,
    actor: str,
    outlets: Sequence[Outlet] = (),
    skills: Mapping[Service, SkillLevel] | None = None,
    **fields: Unpack[StaffFields],
) -> StaffMember:
    """A new person, who works at `outlets` and can do `skills`. `name` is needed.

    Raises TextInvalid, TextLanguageUnknown, NumberInvalid, NotOfThisBusiness, IsArchived.
    """
    provider = lock_provider(provider.pk)
    staff = StaffMember.objects.create(provider=provider, **_checked({"name": "", **fields}))
    _set_outlets(staff, outlets)
    _set_skills(staff, skills or {})
    _tell(staff, provider, actor, "staff.create", outlets)
    return staff


@transaction.atomic
def update_staff(
    *,
    staff: StaffMember,
    actor: str,
    outlets: Sequence[Outlet] | None = None,
    skills: Mapping[Service, SkillLevel] | None = None,
    **changes: Unpack[StaffFields],
) -> StaffMember:
    """Change a person; `outlets` and `skills`, when given, replace all that were there.

    At an outlet they no longer work at, their own hours go; their bookings there stay. Raises as
    create_staff.
    """
    provider = lock_provider(staff.provider_id)
    staff = StaffMember.objects.get(pk=staff.pk)
    if staff.archived_at:
        raise IsArchived
    clean = _checked(changes)
    for name, value in clean.items():
        setattr(staff, name, value)
    if clean:
        staff.save(update_fields=list(clean))
    touched = {outlet.pk: outlet for outlet in staff.outlets.all()}
    if outlets is not None:
        _set_outlets(staff, outlets)
        touched |= {outlet.pk: outlet for outlet in outlets}
    if skills is not None:
        _set_skills(staff, skills)
    _tell(staff, provider, actor, "staff.update", list(touched.values()))
    return staff


def take_photo(*, staff: StaffMember, file: UploadedFile, actor: str) -> None:
    """Look the file through, then show it. Raises UploadRefused and its kinds, IsArchived."""
    set_photo(staff=staff, photo=uploads.take_picture(file, longest_px=PHOTO_PX, by=actor), actor=actor)


@transaction.atomic
def set_photo(*, staff: StaffMember, photo: StoredFile | None, actor: str) -> None:
    """Show `photo` (of common.uploads.take_picture) from now on, or none; the one before is removed.

    Raises IsArchived.
    """
    provider = lock_provider(staff.provider_id)
    current = StaffMember.objects.select_related("photo").get(pk=staff.pk)
    if current.archived_at:
        raise IsArchived
    before, current.photo = current.photo, photo
    current.save(update_fields=["photo"])
    if before is not None and before != photo:
        uploads.delete(before)
    staff.photo = photo
    _tell(current, provider, actor, "staff.photo", list(current.outlets.all()))


@transaction.atomic
def archive_staff(*, staff: StaffMember, actor: str) -> None:
    """The person no longer works here: nothing new can be booked with them. Raises IsArchived."""
    provider = lock_provider(staff.provider_id)
    now = clock.now()
    if not StaffMember.objects.filter(pk=staff.pk, archived_at__isnull=True).update(archived_at=now):
        raise IsArchived
    staff.archived_at = now
    _tell(staff, provider, actor, "staff.archive", list(staff.outlets.all()))


def _checked(fields: StaffFields) -> dict[str, Any]:
    clean: dict[str, Any] = dict(fields)
    if "name" in clean:
        clean["name"] = checks.text(clean["name"], field="name", longest=120)
    for name, longest in {"title": 120, "resume": DESCRIPTION_LENGTH}.items():
        if name in clean:
            clean[name] = checks.text(clean[name], field=name, longest=longest, needed=False)
    if "language" in clean:
        clean["language"] = checks.language(clean["language"])
    if "speaks" in clean:
        if len(clean["speaks"]) > 20:
            raise NumberInvalid(field="speaks", min=0, max=20)
        clean["speaks"] = list(dict.fromkeys(checks.language(tag) for tag in clean["speaks"]))
    if "travel_mode" in clean:
        clean["travel_mode"] = checks.one_of(
            clean["travel_mode"] or "", ["", *TravelMode], field="travel_mode"
        )
    if clean.get("working_since") is not None:
        this_year = clock.now().year
        checks.number(clean["working_since"], field="working_since", least=1930, most=this_year)
    return clean


def _set_outlets(staff: StaffMember, outlets: Sequence[Outlet]) -> None:
    for outlet in outlets:
        if outlet.provider_id != staff.provider_id:
            raise NotOfThisBusiness(field="outlets")
        if outlet.archived_at:
            raise IsArchived(field="outlets")
    kept = {outlet.pk for outlet in outlets}
    StaffAssignment.objects.filter(staff=staff).exclude(outlet__in=kept).delete()
    staff.hours_rules.exclude(outlet__in=kept).delete()
    staff.hours_overrides.exclude(outlet__in=kept).delete()
    StaffAssignment.objects.bulk_create(
        [StaffAssignment(staff=staff, outlet_id=pk) for pk in sorted(kept)], ignore_conflicts=True
    )


def _set_skills(staff: StaffMember, skills: Mapping[Service, SkillLevel]) -> None:
    for service in skills:
        if service.provider_id != staff.provider_id:
            raise NotOfThisBusiness(field="skills")
    Skill.objects.filter(staff=staff).exclude(service__in=list(skills)).delete()
    Skill.objects.bulk_create(
        [Skill(staff=staff, service=service, level=SkillLevel(level)) for service, level in skills.items()],
        update_conflicts=True,
        unique_fields=["service", "staff"],
        update_fields=["level"],
    )
    refresh_held_back(Skill.objects.filter(staff=staff))


def _tell(staff: StaffMember, provider: Provider, actor: str, action: str, outlets: Sequence[Outlet]) -> None:
    tell(
        provider,
        type=events.CATALOGUE_CHANGED,
        actor=actor,
        action=action,
        of="staff",
        of_id=staff.public_id,
        outlets=outlets,
    )
