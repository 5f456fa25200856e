"""The tree that search filters by: kept by the operators (and by the demo)."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from common import audit, clock
from providers.models import Category, CategoryName, Offering, StandardStep
from providers.rules import checks
from providers.selectors.categories import forget_tree
from providers.services.listing import refresh_listing


@transaction.atomic
def set_category(
    *,
    slug: str,
    names: dict[str, str],
    actor: str,
    parent: Category | None = None,
    position: int = 0,
) -> Category:
    """Make the category `slug`, or change it; `names` is {BCP 47 tag: name} and holds `en`.

    Raises TextInvalid, TextLanguageUnknown.
    """
    checks.text(names.get("en", ""), field="names", longest=80)
    category, _ = Category.objects.update_or_create(
        slug=slug, defaults={"parent": parent, "position": position}
    )
    for language, name in names.items():
        CategoryName.objects.update_or_create(
            category=category,
            language=checks.language(language),
            defaults={"name": checks.text(name, field="names", longest=80)},
        )
    audit.record(actor=actor, action="category.set", object_type="category", object_id=slug)
    transaction.on_commit(forget_tree)
    return category


@transaction.atomic
def set_standard(*, category: Category, steps: Sequence[Mapping[str, str]], actor: str) -> None:
    """What a visit of the category consists of from now on, in order; each step is {BCP 47 tag: text} with `en`.

    Visits that are booked keep the steps they have. Raises TextInvalid, TextLanguageUnknown.
    """
    clean = []
    for step in steps:
        checks.text(step.get("en", ""), field="standard", longest=160)
        clean.append(
            {
                checks.language(language).lower(): checks.text(text, field="standard", longest=160)
                for language, text in step.items()
            }
        )
    StandardStep.objects.filter(category=category).delete()
    StandardStep.objects.bulk_create(
        [StandardStep(category=category, position=place, words=words) for place, words in enumerate(clean)]
    )
    audit.record(actor=actor, action="category.standard", object_type="category", object_id=category.slug)
    transaction.on_commit(forget_tree)


@transaction.atomic
def archive_category(*, category: Category, actor: str, archived: bool = True) -> None:
    """Take a category out of use, or bring it back: what is sold in it leaves or enters search."""
    category.archived_at = clock.now() if archived else None
    category.save(update_fields=["archived_at"])
    refresh_listing(Offering.objects.filter(service__category=category))
    action = "category.archive" if archived else "category.restore"
    audit.record(actor=actor, action=action, object_type="category", object_id=category.slug)
    transaction.on_commit(forget_tree)
