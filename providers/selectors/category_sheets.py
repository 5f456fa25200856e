"""All that operators keep about a category, as plain JSON by part: what a change writes, shows and takes back."""

from typing import Any

from django.db.models import Prefetch

from common.errors import NotFound
from providers.models import Category, DocumentRequirement, QuizQuestion, Training
from providers.selectors.standards import standard_of

# What is changed at a time.
BASICS, DOCUMENTS, STANDARD, QUIZ = "basics", "documents", "standard", "quiz"
PARTS = (BASICS, DOCUMENTS, STANDARD, QUIZ)


def find_any_category(slug: str) -> Category:
    """The row of a category, in use or archived. Raises NotFound."""
    found = Category.objects.filter(slug=slug).select_related("parent").first()
    if found is None:
        raise NotFound
    return found


def part_of(category: Category, part: str) -> Any:
    """One part of what is kept about the category.

    basics: names and descriptions by language, place among its neighbours, whether a vehicle is asked for, whether it
    is archived · documents: {slug of the kind: required (true) or welcome} · standard: the steps, each
    {language: text} · quiz: note, whether it is required, per cent to pass, questions with their choices; None without
    one.
    """
    if part == BASICS:
        names = {row.language: row for row in category.names.order_by("language")}
        return {
            "names": {code: row.name for code, row in names.items()},
            "descriptions": {code: row.description for code, row in names.items() if row.description},
            "position": category.position,
            "asks_vehicle": category.asks_vehicle,
            "archived": category.archived_at is not None,
        }
    if part == DOCUMENTS:
        rows = DocumentRequirement.objects.filter(category=category).order_by("kind__slug")
        return dict(rows.values_list("kind__slug", "is_required"))
    if part == STANDARD:
        return standard_of(category.pk)
    return _quiz(category)


def _quiz(category: Category) -> dict[str, Any] | None:
    questions = Prefetch("questions", queryset=QuizQuestion.objects.prefetch_related("choices"))
    training = Training.objects.filter(category=category).prefetch_related(questions).first()
    if training is None:
        return None
    return {
        "note": training.note,
        "is_required": training.is_required,
        "pass_percent": training.pass_percent,
        "questions": [
            {
                "words": question.words,
                "choices": [
                    {"words": choice.words, "is_right": choice.is_right} for choice in question.choices.all()
                ],
            }
            for question in training.questions.all()
        ],
    }
