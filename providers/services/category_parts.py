"""Writing one part of what operators keep about a category (providers.selectors.category_sheets), without its record.

Each brings what is offered in step in the same transaction. The caller has locked the category and the businesses that
sell there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from common import clock
from providers.errors import CategoryOrder, QuizInvalid
from providers.models import (
    Category,
    CategoryName,
    DocumentKind,
    DocumentRequirement,
    Offering,
    QuizChoice,
    QuizQuestion,
    Skill,
    StandardStep,
    Training,
)
from providers.rules import checks
from providers.services.listing import refresh_listing
from providers.services.training import refresh_held_back
from providers.services.vetting.kinds import refresh_needing, restart_term

MOST_STEPS, MOST_QUESTIONS, MOST_CHOICES = 20, 30, 6


def words_of(words: Mapping[str, str], *, field: str, longest: int) -> dict[str, str]:
    """A text per language, checked; English is there. Raises TextInvalid, TextLanguageUnknown."""
    checks.text(words.get("en", ""), field=field, longest=longest)
    return {
        checks.language(code).lower(): checks.text(text, field=field, longest=longest)
        for code, text in words.items()
    }


def write_names(category: Category, names: Mapping[str, str], descriptions: Mapping[str, str]) -> None:
    """The names and the lines about it are these from now on. Raises TextInvalid, TextLanguageUnknown."""
    clean = words_of(names, field="names", longest=80)
    CategoryName.objects.filter(category=category).exclude(language__in=clean).delete()
    for code, name in clean.items():
        line = checks.text(descriptions.get(code, ""), field="descriptions", longest=200, needed=False)
        CategoryName.objects.update_or_create(
            category=category, language=code, defaults={"name": name, "description": line}
        )


def write_basics(category: Category, value: Mapping[str, Any]) -> None:
    """Names, place, what is asked, and whether it is in use. Raises TextInvalid, NumberInvalid, CategoryOrder."""
    write_names(category, value["names"], value["descriptions"])
    category.position = checks.number(value["position"], field="position", least=0, most=32767)
    category.asks_vehicle = value["asks_vehicle"]
    was_archived = category.archived_at is not None
    if value["archived"] != was_archived:
        below = category.children.filter(archived_at__isnull=True).exists()
        above = category.parent is not None and category.parent.archived_at is not None
        if below if value["archived"] else above:
            raise CategoryOrder(field="archived")
        category.archived_at = clock.now() if value["archived"] else None
    category.save(update_fields=["position", "asks_vehicle", "archived_at"])
    if value["archived"] != was_archived:
        refresh_listing(Offering.objects.filter(service__category=category))
        # The quiz of a category that is not in use holds nobody back.
        refresh_held_back(Skill.objects.filter(service__category=category))


def write_documents(category: Category, value: Mapping[str, bool]) -> None:
    """It needs the kinds of these slugs, required (true) or welcome; what is asked for anew has its term."""
    before = {row.kind.slug: row for row in category.document_requirements.select_related("kind")}
    kinds = {kind.slug: kind for kind in DocumentKind.objects.filter(slug__in=value)}
    DocumentRequirement.objects.filter(category=category).exclude(kind__slug__in=kinds).delete()
    for slug, kind in kinds.items():
        row = before.get(slug) or DocumentRequirement(category=category, kind=kind)
        if row.pk is None or row.is_required != value[slug]:
            row.is_required = value[slug]
            restart_term(row)
    refresh_needing({category.pk})


def write_standard(category: Category, steps: Sequence[Mapping[str, str]]) -> None:
    """A visit consists of these steps, in order. Raises TextInvalid, TextLanguageUnknown."""
    if len(steps) > MOST_STEPS:
        checks.number(len(steps), field="standard", least=0, most=MOST_STEPS)
    clean = [words_of(step, field="standard", longest=160) for step in steps]
    StandardStep.objects.filter(category=category).delete()
    StandardStep.objects.bulk_create(
        StandardStep(category=category, position=place, words=words) for place, words in enumerate(clean)
    )


def write_quiz(category: Category, value: Mapping[str, Any] | None) -> None:
    """Its note and quiz are these, or it has none. Badges stay. Raises TextInvalid, NumberInvalid, QuizInvalid."""
    Training.objects.filter(category=category).delete()
    if value is not None:
        training = Training.objects.create(
            category=category,
            note=words_of(value["note"], field="note", longest=6000),
            is_required=value["is_required"],
            pass_percent=checks.number(value["pass_percent"], field="pass_percent", least=1, most=100),
        )
        checks.number(len(value["questions"]), field="questions", least=0, most=MOST_QUESTIONS)
        for place, asked in enumerate(value["questions"]):
            _write_question(training, place, asked)
    refresh_held_back(Skill.objects.filter(service__category=category))


def _write_question(training: Training, place: int, asked: Mapping[str, Any]) -> None:
    choices = asked["choices"]
    right = sum(bool(choice["is_right"]) for choice in choices)
    if not 2 <= len(choices) <= MOST_CHOICES or not 0 < right < len(choices):
        raise QuizInvalid(field="questions", question=place + 1)
    question = QuizQuestion.objects.create(
        training=training,
        position=place,
        words=words_of(asked["words"], field="questions", longest=300),
    )
    QuizChoice.objects.bulk_create(
        QuizChoice(
            question=question,
            words=words_of(choice["words"], field="questions", longest=200),
            is_right=choice["is_right"],
        )
        for choice in choices
    )
