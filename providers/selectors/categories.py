"""The category tree, which every page and search needs: kept in each process for half a minute."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Q

from common.words import in_language
from providers.errors import CategoryUnknown
from providers.models import Category, CategoryName, Offering, StandardStep

KEPT_SECONDS = 30.0
FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class CategoryNode:
    """A category in one language. `ids` are the primary keys of it and of all below it.

    `standard` are the steps that a visit consists of.
    """

    pk: int
    slug: str
    name: str
    description: str
    ids: tuple[int, ...]
    children: tuple["CategoryNode", ...] = field(default=())
    standard: tuple[str, ...] = ()


_kept: dict[str, tuple[float, tuple[CategoryNode, ...]]] = {}


def category_tree(language: str) -> tuple[CategoryNode, ...]:
    """The categories in use as a tree, named in `language` (BCP 47), else in English.

    Three queries, or none while the process remembers (30 s).
    """
    kept = _kept.get(language)
    if kept and kept[0] > time.monotonic():
        return kept[1]
    tree = _read(language)
    _kept[language] = (time.monotonic() + KEPT_SECONDS, tree)
    return tree


def forget_tree() -> None:
    """Read the tree anew next time, in this process."""
    _kept.clear()


def outlet_counts(nodes: Sequence[CategoryNode]) -> dict[str, int]:
    """How many outlets sell something live in each of these categories, by slug. One query."""
    counted = Offering.objects.filter(is_live=True).aggregate(
        **{f"n{node.pk}": Count("outlet", filter=Q(category__in=node.ids), distinct=True) for node in nodes}
    )
    return {node.slug: counted[f"n{node.pk}"] for node in nodes}


def find_category(slug: str, language: str = FALLBACK) -> CategoryNode:
    """The category `slug` in the tree. Raises CategoryUnknown."""
    if node := by_slug(language).get(slug):
        return node
    raise CategoryUnknown(field="category")


def require_category(slug: str) -> Category:
    """The row of a category in use. Raises CategoryUnknown."""
    found = Category.objects.filter(slug=slug, archived_at__isnull=True).first()
    if found is None:
        raise CategoryUnknown(field="category")
    return found


def by_slug(language: str) -> dict[str, CategoryNode]:
    """Every category in use by its slug, parents before children."""
    return {node.slug: node for node in _walk(category_tree(language))}


def by_pk(language: str) -> dict[int, CategoryNode]:
    """Every category in use by its primary key, parents before children."""
    return {node.pk: node for node in _walk(category_tree(language))}


def lineage(category_pk: int) -> list[int]:
    """The primary keys of a category and of those above it, the nearest first."""
    above = [node.pk for node in by_pk(FALLBACK).values() if category_pk in node.ids]
    return above[::-1] or [category_pk]


def _walk(nodes: tuple[CategoryNode, ...]) -> list[CategoryNode]:
    found: list[CategoryNode] = []
    for node in nodes:
        found += [node, *_walk(node.children)]
    return found


def _read(language: str) -> tuple[CategoryNode, ...]:
    rows = list(Category.objects.filter(archived_at__isnull=True).order_by("position", "slug"))
    wanted = {FALLBACK, language, language.split("-")[0]}
    names: dict[int, dict[str, CategoryName]] = {}
    for name in CategoryName.objects.filter(language__in=wanted):
        names.setdefault(name.category_id, {})[name.language] = name
    standard: dict[int, list[str]] = {}
    for step in StandardStep.objects.all():
        standard.setdefault(step.category_id, []).append(in_language(step.words, language))

    def node(row: Category) -> CategoryNode:
        known = names.get(row.pk, {})
        name = known.get(language) or known.get(language.split("-")[0]) or known.get(FALLBACK)
        children = tuple(node(child) for child in rows if child.parent_id == row.pk)
        return CategoryNode(
            pk=row.pk,
            slug=row.slug,
            name=name.name if name else row.slug,
            description=name.description if name else "",
            ids=(row.pk, *(pk for child in children for pk in child.ids)),
            children=children,
            standard=tuple(standard.get(row.pk, ())),
        )

    return tuple(node(row) for row in rows if row.parent_id is None)
