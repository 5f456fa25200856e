"""The kinds of papers and who needs them: kept by operators (and by the demo)."""

from collections.abc import Collection, Mapping

from django.db import transaction

from common import audit
from providers.enums import PaperSubject
from providers.models import (
    Category,
    DocumentKind,
    DocumentKindName,
    DocumentRequirement,
    Offering,
    Provider,
    Service,
    Skill,
    first_binding_day,
)
from providers.rules import checks
from providers.selectors import papers
from providers.services.listing import refresh_listing
from providers.services.training import refresh_held_back


@transaction.atomic
def set_document_kind(
    *,
    slug: str,
    names: Mapping[str, tuple[str, str]],
    actor: str,
    subject: PaperSubject = PaperSubject.BUSINESS,
    asks_number: bool = False,
    asks_until: bool = False,
    is_badge: bool = False,
    position: int = 0,
    needed_by: Mapping[Category, bool] | None = None,
) -> DocumentKind:
    """Make the kind `slug`, or change it; `names` is {BCP 47 tag: (name, description)} and holds `en`.

    `needed_by` says for which categories it is required (true) or welcome (false); None leaves them as they
    are. What becomes required binds who is listed already TERM_DAYS later. `is_badge`: of one about people everybody
    sees that it holds. Raises TextInvalid, TextLanguageUnknown.
    """
    checks.text(names.get("en", ("", ""))[0], field="names", longest=80)
    kind, _ = DocumentKind.objects.update_or_create(
        slug=slug,
        defaults={
            "subject": subject,
            "asks_number": asks_number,
            "asks_until": asks_until,
            "is_badge": is_badge,
            "position": position,
        },
    )
    for language, (name, description) in names.items():
        DocumentKindName.objects.update_or_create(
            kind=kind,
            language=checks.language(language),
            defaults={
                "name": checks.text(name, field="names", longest=80),
                "description": checks.text(description, field="names", longest=300, needed=False),
            },
        )
    if needed_by is not None:
        _set_needed_by(kind, needed_by)
    audit.record(actor=actor, action="document_kind.set", object_type="document_kind", object_id=slug)
    return kind


def _set_needed_by(kind: DocumentKind, needed_by: Mapping[Category, bool]) -> None:
    before = {row.category_id: row for row in DocumentRequirement.objects.filter(kind=kind)}
    wanted = {category.pk: required for category, required in needed_by.items()}
    changed = {pk for pk, row in before.items() if wanted.get(pk) != row.is_required}
    DocumentRequirement.objects.filter(kind=kind).exclude(category__in=list(wanted)).delete()
    DocumentRequirement.objects.bulk_create(
        DocumentRequirement(kind=kind, category_id=pk, is_required=required)
        for pk, required in wanted.items()
        if pk not in before
    )
    for pk in changed & wanted.keys():
        before[pk].is_required = wanted[pk]
        restart_term(before[pk])
    if changed:
        refresh_needing(changed)


def restart_term(requirement: DocumentRequirement) -> None:
    """Ask for it anew: who is listed is told, and has the whole term until it binds. Saves the row."""
    requirement.binds_from, requirement.told_to, requirement.is_bound = first_binding_day(), 0, False
    requirement.save()


def lock_selling(within: Collection[int]) -> None:
    """Lock the businesses that sell in these categories (not below them), in pk order, for the open transaction."""
    selling = Provider.objects.filter(pk__in=Service.objects.filter(category__in=within).values("provider"))
    list(selling.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def refresh_needing(categories: Collection[int]) -> None:
    """What these categories and all below them need is another thing now: hold back, or offer, accordingly.

    Locks the businesses that sell there, in pk order; call it in a transaction.
    """
    within = papers.below(categories)
    lock_selling(within)
    refresh_listing(Offering.objects.filter(service__category__in=within))
    refresh_held_back(Skill.objects.filter(service__category__in=within))
