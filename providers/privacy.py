"""What businesses hold about a person: that they belong to one, and who they are as its staff."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import privacy, uploads
from common.actors import SYSTEM
from common.clock import rfc3339
from common.privacy import ExportedFile, Obstacle, Subject
from providers.enums import Role
from providers.models import (
    BankAccount,
    Document,
    HoursOverride,
    Membership,
    PastMembership,
    Provider,
    StaffMember,
    TimeOff,
)
from providers.selectors.invitations import invitations_to
from providers.services.bank import forget_accounts_of
from providers.services.closing import close_business, drop_papers, may_be_closed
from providers.services.invitations import forget_invitations
from providers.services.members import remove_member
from providers.services.staff import archive_staff

PUBLISHED = "what the business says in public"
BUSINESS = "the business's own"
OPERATORS = "the operators' own words"
# What a person who is erased is called where they served.
FORMER = "Former staff member"


@privacy.finder("providers")
def _find(subject: Subject) -> None:
    if subject.user_pk:
        subject.staff_pks |= set(
            Membership.objects.filter(user_id=subject.user_pk, staff__isnull=False).values_list(
                "staff_id", flat=True
            )
        )


def _export(subject: Subject) -> dict[str, Any] | None:
    memberships = Membership.objects.filter(user_id=subject.user_pk).select_related("provider").order_by("pk")
    people = (
        StaffMember.objects.filter(pk__in=subject.staff_pks)
        .select_related("provider")
        .prefetch_related("time_off", "skills__service", "outlets")
        .order_by("pk")
    )
    past = PastMembership.objects.filter(user_id=subject.user_pk).select_related("provider").order_by("pk")
    invited = list(invitations_to(User.objects.filter(pk=subject.user_pk).first())) if subject.user_pk else []
    accounts = BankAccount.objects.filter(_may_see_whole(subject)).select_related("provider").order_by("pk")
    if not any((memberships, people, past, invited, accounts)):
        return None
    return {
        "memberships": [
            {
                "business": membership.provider.name,
                "id": membership.provider.public_id,
                "role": membership.role,
                "since": rfc3339(membership.created_at),
            }
            for membership in memberships
        ],
        "past_memberships": [
            {
                "business": each.provider.name,
                "id": each.provider.public_id,
                "role": each.role,
                "since": rfc3339(each.since),
                "until": rfc3339(each.until),
            }
            for each in past
        ],
        "invitations": [
            {
                "business": each.provider.name,
                "id": each.public_id,
                "email": each.email,
                "role": each.role,
                "at": rfc3339(each.created_at),
            }
            for each in invited
        ],
        "as_staff": [_person(person) for person in people],
        "bank_accounts": [
            {
                "business": account.provider.name,
                "id": account.provider.public_id,
                "holder": account.holder,
                "country": account.country,
                "bank": account.bank,
                "number": account.number,
                "changed_at": rfc3339(account.changed_at),
            }
            for account in accounts
        ],
    }


def _may_see_whole(subject: Subject) -> Q:
    """The accounts of businesses that they own, and those that they entered."""
    owned = Membership.objects.filter(user_id=subject.user_pk, role=Role.OWNER)
    return Q(provider__in=owned.values("provider")) | Q(changed_by_id=subject.user_pk)


def _person(person: StaffMember) -> dict[str, Any]:
    return {
        "id": person.public_id,
        "business": person.provider.name,
        "name": person.name,
        "title": person.title,
        "resume": person.resume,
        "speaks": person.speaks,
        "working_since": person.working_since,
        "travel_mode": person.travel_mode,
        "works_at": [outlet.name for outlet in person.outlets.all()],
        "can_do": [{"service": skill.service.name, "level": skill.level} for skill in person.skills.all()],
        "quizzes": [
            {
                "category": attempt.category.slug,
                "at": rfc3339(attempt.at),
                "right": attempt.right,
                "asked": attempt.asked,
                "passed": attempt.passed,
            }
            for attempt in person.quiz_attempts.select_related("category").order_by("at")
        ],
        "time_off": [
            {
                "from": rfc3339(off.period.lower),
                "until": rfc3339(off.period.upper),
                "reason": off.reason,
            }
            for off in person.time_off.all()
        ],
        "documents": [
            {
                "id": document.public_id,
                "kind": document.kind.slug,
                "number": document.number,
                "status": document.status,
                "valid_until": document.valid_until.isoformat() if document.valid_until else None,
            }
            for document in Document.objects.filter(staff=person).select_related("kind").order_by("pk")
        ],
        "dates": [
            {"date": each.date.isoformat(), "note": each.note}
            for each in HoursOverride.objects.filter(staff=person).order_by("date", "pk")
        ],
    }


def _erase(subject: Subject) -> None:
    """They leave their businesses; who served stays as a row without a name, for its bookings."""
    forget_accounts_of(subject.user_pk)
    for person in StaffMember.objects.filter(pk__in=subject.staff_pks).select_related("photo").order_by("pk"):
        if person.photo is not None:
            uploads.delete(person.photo)
        if person.archived_at is None:
            archive_staff(staff=person, actor=SYSTEM)
    forget_invitations(emails=subject.emails)
    for provider in _owned_alone(subject):
        close_business(provider=provider, actor=SYSTEM, who="system")
    for membership in Membership.objects.filter(user_id=subject.user_pk).order_by("provider_id"):
        remove_member(membership=membership, actor=SYSTEM)
    StaffMember.objects.filter(pk__in=subject.staff_pks).update(
        name=FORMER, title="", resume="", language="en", speaks=[], working_since=None, travel_mode=""
    )
    drop_papers(Document.objects.filter(staff_id__in=subject.staff_pks))
    TimeOff.objects.filter(staff_id__in=subject.staff_pks).update(reason="")
    HoursOverride.objects.filter(staff_id__in=subject.staff_pks).update(note="")
    LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(StaffMember),
        object_id__in=[str(pk) for pk in subject.staff_pks],
    ).update(object_repr="", change_message="")


def _files(subject: Subject) -> Iterator[ExportedFile]:
    people = StaffMember.objects.filter(pk__in=subject.staff_pks, photo__isnull=False).select_related("photo")
    for person in people.order_by("pk"):
        if person.photo is not None:
            name = f"photos/{person.photo.public_id}.jpg"
            yield ExportedFile(name, partial(uploads.read, person.photo))
    papers = Document.objects.filter(staff_id__in=subject.staff_pks, file__isnull=False)
    for paper in papers.select_related("file").order_by("pk"):
        if paper.file is not None:
            ending = "pdf" if paper.file.mime == "application/pdf" else "jpg"
            yield ExportedFile(f"documents/{paper.public_id}.{ending}", partial(uploads.read, paper.file))


def _obstacles(subject: Subject) -> Iterator[Obstacle]:
    """Whom they alone own is handed over or settled first, unless it can be closed with them."""
    for provider in _owned_alone(subject):
        if not may_be_closed(provider, "system"):
            yield Obstacle("only_owner", provider.public_id, provider.name)


def _owned_alone(subject: Subject) -> list[Provider]:
    owned = Membership.objects.filter(user_id=subject.user_pk, role=Role.OWNER)
    others = Membership.objects.filter(role=Role.OWNER).exclude(user_id=subject.user_pk)
    return list(
        Provider.objects.filter(pk__in=owned.values("provider"))
        .exclude(pk__in=others.values("provider"))
        .order_by("pk")
    )


privacy.area(
    "businesses",
    app="providers",
    title=_("Businesses that you belong to"),
    export=_export,
    erase=_erase,
    files=_files,
    obstacles=_obstacles,
)
privacy.personal(
    "providers.StaffMember",
    area="businesses",
    blanked="name title resume language speaks travel_mode",
    reason="blanked; the row stays for the visits they did",
)
privacy.personal(
    "providers.BankAccount",
    area="businesses",
    blanked="holder number bank last4",
    reason="the row is deleted when whoever entered it is erased; the other owners are told",
)
privacy.impersonal("providers.BankAccount", {"the bank's country": "country"})
privacy.personal(
    "providers.Document",
    area="businesses",
    blanked="number note",
    kept={"names who sent it by id": "submitted_by"},
    reason="of documents about a person, with their files; those about the business stay with it",
)
privacy.impersonal(
    "providers.VettingEntry",
    {"decisions on a business and what was written about them: never changed": "message points"},
)
privacy.impersonal(
    "providers.Appeal", {"decisions on a business and what was written about them": "text answer"}
)
privacy.impersonal("providers.Application", {"names who sent it by id": "submitted_by"})
privacy.impersonal("providers.DocumentKind", {OPERATORS: "slug"})
privacy.impersonal("providers.DocumentKindName", {OPERATORS: "language name description"})
privacy.personal(
    "providers.Invitation",
    area="businesses",
    blanked="email",
    reason="held while the invitation is open, 14 days at most; whoever is erased is no longer invited",
)
privacy.personal("providers.TimeOff", area="businesses", blanked="reason")
privacy.personal("providers.HoursOverride", area="businesses", blanked="note")
privacy.impersonal(
    "providers.Provider",
    {PUBLISHED: "name description language", "where the business, not its owner, is reached": "email phone"},
)
privacy.impersonal(
    "providers.Outlet",
    {
        PUBLISHED: "name description language street_line postcode city country point timezone currency phone "
        "service_area holiday_region",
        BUSINESS: "travel_mode",
    },
)
privacy.impersonal("providers.OutletPicture", {PUBLISHED: "alt"})
privacy.impersonal("providers.Closure", {BUSINESS: "reason"})
privacy.impersonal("providers.Category", {PUBLISHED: "slug"})
privacy.impersonal("providers.CategoryName", {PUBLISHED: "language name description"})
privacy.impersonal("providers.Training", {PUBLISHED: "note"})
privacy.impersonal("providers.QuizQuestion", {PUBLISHED: "words"})
privacy.impersonal("providers.QuizChoice", {PUBLISHED: "words"})
privacy.impersonal("providers.StandardStep", {PUBLISHED: "words"})
privacy.impersonal("providers.Service", {PUBLISHED: "name description language currency phases"})
privacy.impersonal("providers.ServiceOption", {PUBLISHED: "name language"})
privacy.impersonal("providers.Offering", {PUBLISHED: "point"})
privacy.impersonal("providers.ResourceKind", {BUSINESS: "name"})
privacy.impersonal("providers.Resource", {BUSINESS: "name"})
