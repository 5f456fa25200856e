"""Whom a change of a category touches: what was offered before it beside what is offered after it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from providers.enums import PaperSubject
from providers.models import Category, DocumentKind, DocumentRequirement, Offering, Skill
from providers.selectors import papers
from providers.selectors.category_sheets import DOCUMENTS


@dataclass(frozen=True, slots=True)
class Offered:
    """What is offered in a part of the tree now: primary keys of live services with their business, and of people who
    are held back from a service."""

    services: frozenset[tuple[int, int]]
    held_back: frozenset[int]


@dataclass(frozen=True, slots=True)
class Asked:
    """A paper that is asked for from `binds_from` on (a UTC day): how many need it, lack it, and of those have sent it.

    `services` are offered now by who lacks it. `of_people` when it is about people, who are counted then.
    """

    kind: str
    of_people: bool
    needing: int
    lacking: int
    sent: int
    services: int
    binds_from: date


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a change touches, in numbers. Services and businesses: offered in the category and below it, now.

    `withdrawn` and `returned`: services that are no longer, or again, offered from the change on, and of how many
    businesses. `held_back` and `released`: people who are not, or again, offered for something.
    """

    businesses: int
    services: int
    withdrawn: int
    withdrawn_of: int
    returned: int
    returned_of: int
    held_back: int
    released: int
    asked: tuple[Asked, ...]


def offered(within: set[int]) -> Offered:
    """What is offered in these categories. Two queries."""
    live = Offering.objects.filter(service__category__in=within, is_live=True)
    held = Skill.objects.filter(service__category__in=within, held_back=True, staff__archived_at__isnull=True)
    return Offered(
        frozenset(live.values_list("service_id", "service__provider_id").distinct()),
        frozenset(held.values_list("staff_id", flat=True).distinct()),
    )


def between(
    category: Category, within: set[int], was: Offered, *, part: str, before: Any, after: Any
) -> Reach:
    """What the change of the `part` of the category from `before` to `after` did to what `was` offered."""
    now = offered(within)
    gone, came = was.services - now.services, now.services - was.services
    asked: tuple[Asked, ...] = ()
    if part == DOCUMENTS:
        newly = [slug for slug, required in after.items() if required and not before.get(slug)]
        rows = DocumentRequirement.objects.filter(category=category, kind__slug__in=newly)
        asked = tuple(_asked(row, within) for row in rows.select_related("kind").order_by("kind__slug"))
    return Reach(
        businesses=len({provider for _, provider in was.services | now.services}),
        services=len(was.services | now.services),
        withdrawn=len(gone),
        withdrawn_of=len({provider for _, provider in gone}),
        returned=len(came),
        returned_of=len({provider for _, provider in came}),
        held_back=len(now.held_back - was.held_back),
        released=len(was.held_back - now.held_back),
        asked=asked,
    )


def _asked(row: DocumentRequirement, within: set[int]) -> Asked:
    kind: DocumentKind = row.kind
    lacking = papers.lacking(kind, within)
    whose = lacking.values("pk")
    live = Offering.objects.filter(service__category__in=within, is_live=True)
    of_people = kind.subject == PaperSubject.PERSON
    theirs = Q(service__skills__staff__in=whose) if of_people else Q(service__provider__in=whose)
    return Asked(
        kind=kind.slug,
        of_people=of_people,
        needing=papers.needing(kind, within).count(),
        lacking=lacking.count(),
        sent=lacking.filter(waits=True).count(),
        services=live.filter(theirs).values("service").distinct().count(),
        binds_from=row.binds_from,
    )
