"""What an operator looks at before approving a business, by category of what it offers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from providers.models import DocumentKindName, Service, StaffMember
from providers.selectors.categories import by_pk
from providers.selectors.training import untrained
from providers.selectors.vetting import Need


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at; `href` is where on the application's page."""

    words: str
    is_done: bool
    href: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The checks of a category."""

    name: str
    checks: list[Check]


def checklist(
    papers: Sequence[Need],
    names: Mapping[int, DocumentKindName],
    services: Sequence[Service],
    people: Sequence[StaffMember],
) -> list[Part]:
    """By category of the `services`: each paper that it asks for, and who has not passed its quiz. Two queries.

    `papers` in the order of the page, which marks the n-th of them as #paper-n.
    """
    nodes = by_pk(get_language() or "en")
    sold = sorted({service.category_id for service in services})
    waiting = untrained([person.pk for person in people], sold)
    parts = []
    for pk in sold:
        checks = [
            Check(_words(need, names), need.is_met, f"#paper-{place}")
            for place, need in enumerate(papers, start=1)
            if pk in need.binds
        ]
        if pk in waiting:
            left = waiting[pk]
            words = (
                _("Quiz passed by all who do it; not yet by: %(names)s")
                if left
                else _("Quiz passed by all who do it")
            )
            checks.append(Check(words % {"names": ", ".join(left)} if left else words, not left))
        if checks:
            parts.append(Part(nodes[pk].name if pk in nodes else str(pk), checks))
    return parts


def _words(need: Need, names: Mapping[int, DocumentKindName]) -> str:
    name = names[need.kind.pk].name if need.kind.pk in names else need.kind.slug
    return f"{name}, {need.staff.name}" if need.staff else name
