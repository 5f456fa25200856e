"""The tree that search filters by, and what a category asks for: operators change it when they see whom it touches."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from common import audit, events
from providers.errors import CategoryStale, SlugTaken
from providers.events import CATEGORY_CHANGED
from providers.models import Category
from providers.rules import checks
from providers.selectors import category_reach as reach
from providers.selectors import papers
from providers.selectors.categories import forget_tree
from providers.selectors.category_reach import Reach
from providers.selectors.category_sheets import BASICS, DOCUMENTS, QUIZ, STANDARD, part_of
from providers.services import category_parts as parts
from providers.services.vetting.kinds import lock_selling

_WRITE: Mapping[str, Callable[[Category, Any], None]] = {
    BASICS: parts.write_basics,
    DOCUMENTS: parts.write_documents,
    STANDARD: parts.write_standard,
    QUIZ: parts.write_quiz,
}


@dataclass(frozen=True, slots=True)
class Weighed:
    """A change, and whom it touches. `token` names exactly that; `is_done` when it was made."""

    reach: Reach
    token: str
    is_done: bool


@transaction.atomic
def add_category(
    *, slug: str, names: Mapping[str, str], actor: str, parent: Category | None = None, position: int = 0
) -> Category:
    """Make the category `slug` below `parent`; `names` is {BCP 47 tag: name} and holds `en`.

    Raises TextInvalid, TextLanguageUnknown, NumberInvalid, SlugTaken.
    """
    checks.number(position, field="position", least=0, most=32767)
    category, is_new = Category.objects.get_or_create(
        slug=slug, defaults={"parent": parent, "position": position}
    )
    if not is_new:
        raise SlugTaken(field="slug")
    parts.write_names(category, names, {})
    _tell(category, actor=actor, action="category.add", parent=parent.slug if parent else None)
    return category


@transaction.atomic
def set_standard(*, category: Category, steps: Sequence[Mapping[str, str]], actor: str) -> None:
    """What a visit of the category consists of from now on, in order; each step is {BCP 47 tag: text} with `en`.

    Visits that are booked keep the steps they have. Raises TextInvalid, TextLanguageUnknown.
    """
    category = _locked(category)
    before = part_of(category, STANDARD)
    parts.write_standard(category, steps)
    _changed(category, STANDARD, before, part_of(category, STANDARD), actor)


def change_category(
    *, category: Category, part: str, value: Any, version: int, seen: str, actor: str
) -> Weighed:
    """Make `part` of what is kept about the category `value`, if its maker has `seen` whom that touches.

    It is made, looked at, and taken back unless `seen` is the token of exactly what it does: whoever asks first with ""
    is shown, and whoever was shown something else is shown anew. `version` is the category's `last_seq` that the maker
    read. `value` is as `part_of` answers. Raises CategoryStale, and what the parts raise.
    """
    with transaction.atomic():
        category = _locked(category)
        if category.last_seq != version:
            raise CategoryStale
        within = papers.below({category.pk})
        lock_selling(within)
        before, offered = part_of(category, part), reach.offered(within)
        _WRITE[part](category, value)
        after = part_of(category, part)
        found = reach.between(category, within, offered, before=before, after=after, part=part)
        token = _token(category, part, after, found)
        done = seen == token
        if not done:
            transaction.set_rollback(True)
        elif before != after:
            _changed(category, part, before, after, actor)
    return Weighed(found, token, done)


def _locked(category: Category) -> Category:
    rows = Category.objects.select_for_update(no_key=True, of=("self",)).select_related("parent")
    return rows.get(pk=category.pk)


def _token(category: Category, part: str, after: Any, found: Reach) -> str:
    told = [category.pk, category.last_seq, part, after, asdict(found)]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _changed(category: Category, part: str, before: Any, after: Any, actor: str) -> None:
    audit.record(
        actor=actor,
        action=f"category.{part}",
        object_type="category",
        object_id=category.slug,
        before=before,
        after=after,
    )
    _publish(category, actor, part=part)


def _tell(category: Category, *, actor: str, action: str, **data: Any) -> None:
    audit.record(actor=actor, action=action, object_type="category", object_id=category.slug, **data)
    _publish(category, actor, part=BASICS)


def _publish(category: Category, actor: str, *, part: str) -> None:
    category.last_seq += 1
    category.save(update_fields=["last_seq"])
    events.publish(
        subject_type="category",
        subject_id=category.slug,
        seq=category.last_seq,
        type=CATEGORY_CHANGED,
        actor=actor,
        payload={"part": part},
    )
    transaction.on_commit(forget_tree)
