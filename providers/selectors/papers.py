"""Which papers bind today, and who lacks them: what services.listing and services.training hold back for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from common import clock
from providers.enums import DocumentStatus, PaperSubject, ProviderStatus
from providers.models import (
    Category,
    Document,
    DocumentKind,
    DocumentRequirement,
    Provider,
    Service,
    Skill,
    StaffMember,
)


@dataclass(frozen=True, slots=True)
class Missing:
    """A paper that a listed business, or one of its people, needs from `binds_from` on and does not have.

    `is_sent` when one waits to be checked.
    """

    kind: DocumentKind
    provider: Provider
    staff: StaffMember | None
    binds_from: date
    is_sent: bool


def today() -> date:
    """The day by which papers are valid, and bind: UTC."""
    return clock.now().date()


def below(categories: Iterable[int]) -> set[int]:
    """The primary keys of these categories and of all below them. One query."""
    parents = dict(Category.objects.values_list("pk", "parent_id"))
    wanted = set(categories)
    return {pk for pk in parents if with_parents(pk, parents) & wanted}


def with_parents(category: int, parents: Mapping[int, int | None]) -> set[int]:
    """A category's primary key and those of all above it."""
    found: set[int] = set()
    at: int | None = category
    while at is not None and at not in found:
        found.add(at)
        at = parents.get(at)
    return found


def asked() -> QuerySet[DocumentRequirement]:
    """What is required, whether it binds yet or not."""
    return DocumentRequirement.objects.filter(is_required=True, kind__archived_at__isnull=True)


def lacked_by_business() -> list[Q]:
    """Conditions on an offering, each of which holds it back: a paper about the business. Two queries."""
    return [
        Q(_of_categories(within)) & ~Q(held(kind, staff__isnull=True, provider__services=OuterRef("service")))
        for kind, within in _binding(PaperSubject.BUSINESS)
    ]


def lacked_by_person() -> list[Q]:
    """Conditions on a skill, each of which holds it back: a paper about the person. Two queries."""
    return [
        Q(_of_categories(within)) & ~Q(held(kind, staff=OuterRef("staff")))
        for kind, within in _binding(PaperSubject.PERSON)
    ]


def held(kind: int, **whose: Any) -> Exists:
    """Whether there is a paper of the kind that holds, or that has expired and is put up with."""
    holds = Q(status=DocumentStatus.ACCEPTED) | Q(status=DocumentStatus.EXPIRED, grace_until__gte=today())
    return Exists(Document.objects.filter(holds, kind=kind, **whose))


def missing(*, most: int) -> list[Missing]:
    """What listed businesses do without, what binds first at the top; at most `most` of each requirement.

    Papers that expired and are put up with are not among them. Two queries, and one for each requirement.
    """
    found: dict[tuple[int, int, int | None], Missing] = {}
    for row in asked().select_related("kind").order_by("binds_from", "pk"):
        for item in _lacking(row, below({row.category_id}), most):
            found.setdefault((row.kind_id, item.provider.pk, item.staff.pk if item.staff else None), item)
    return list(found.values())


def needing(kind: DocumentKind, within: set[int]) -> QuerySet[Any]:
    """The listed businesses, or their people, that need a paper of the kind if the categories `within` ask for it."""
    services = Service.objects.filter(
        offerings__isnull=False,
        category__in=within,
        archived_at__isnull=True,
        offerings__outlet__archived_at__isnull=True,
    )
    if kind.subject == PaperSubject.BUSINESS:
        return Provider.objects.filter(
            Exists(services.filter(provider=OuterRef("pk"))), status=ProviderStatus.APPROVED
        )
    return StaffMember.objects.filter(
        Exists(Skill.objects.filter(staff=OuterRef("pk"), service__in=services)),
        archived_at__isnull=True,
        provider__status=ProviderStatus.APPROVED,
    )


def lacking(kind: DocumentKind, within: set[int]) -> QuerySet[Any]:
    """Those of `needing` that have none; `waits` says whether they have sent one that nobody has checked."""
    waiting = Document.objects.filter(kind=kind, status=DocumentStatus.SUBMITTED)
    whose: dict[str, Any] = {"staff": OuterRef("pk")}
    if kind.subject == PaperSubject.BUSINESS:
        whose = {"staff__isnull": True, "provider": OuterRef("pk")}
    rows = needing(kind, within).filter(~held(kind.pk, **whose))
    return rows.annotate(waits=Exists(waiting.filter(**whose)))


def _lacking(row: DocumentRequirement, within: set[int], most: int) -> list[Missing]:
    rows = lacking(row.kind, within).order_by("pk")
    if row.kind.subject == PaperSubject.BUSINESS:
        return [Missing(row.kind, each, None, row.binds_from, each.waits) for each in rows[:most]]
    return [
        Missing(row.kind, each.provider, each, row.binds_from, each.waits)
        for each in rows.select_related("provider")[:most]
    ]


def _of_categories(within: set[int]) -> Exists:
    return Exists(Service.objects.filter(pk=OuterRef("service"), category__in=within))


def _binding(subject: PaperSubject) -> list[tuple[int, set[int]]]:
    """The kinds about `subject` that bind today, each with the categories whose services need it."""
    wanted: dict[int, set[int]] = {}
    rows = asked().filter(kind__subject=subject, binds_from__lte=today())
    for kind, category in rows.values_list("kind", "category"):
        wanted.setdefault(kind, set()).add(category)
    if not wanted:
        return []
    parents = dict(Category.objects.values_list("pk", "parent_id"))
    return [
        (kind, {pk for pk in parents if with_parents(pk, parents) & categories})
        for kind, categories in sorted(wanted.items())
    ]
