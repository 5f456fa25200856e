"""Quizzes as the people who take them see them: never which answer is right."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from common import clock
from common.errors import NotFound
from common.words import in_language
from providers.models import (
    Badge,
    Provider,
    QuizAttempt,
    QuizChoice,
    QuizQuestion,
    Service,
    Skill,
    StaffMember,
    Training,
)
from providers.selectors.categories import by_pk

# So often may somebody take one quiz within PER.
ATTEMPTS, PER = 3, timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class State:
    """How a person stands with the quiz of a category. `is_due`: it holds them back from what they could do."""

    slug: str
    name: str
    is_required: bool
    is_due: bool
    passed_at: datetime | None
    left: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its choices in this person's own order."""

    text: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quiz:
    """A category's note, in paragraphs, and its questions; `state` is None for who performs no services."""

    slug: str
    name: str
    paragraphs: tuple[str, ...]
    pass_percent: int
    questions: tuple[Question, ...]
    state: State | None


def usable() -> QuerySet[Training]:
    """The trainings of categories in use that can be passed: with a question that has a right choice."""
    right = QuizChoice.objects.filter(is_right=True, question__training=OuterRef("pk"))
    return Training.objects.filter(Exists(right), category__archived_at__isnull=True)


def questions_of(training: Training) -> Sequence[QuizQuestion]:
    """The questions that have a right choice, in order, each with its choices. Two queries."""
    right = QuizChoice.objects.filter(is_right=True, question=OuterRef("pk"))
    return list(training.questions.filter(Exists(right)).prefetch_related("choices"))


def shuffled(question: QuizQuestion, staff: StaffMember | None) -> list[QuizChoice]:
    """The choices in an order that is this person's own, the same each time."""
    salt = staff.public_id if staff else ""
    return sorted(
        question.choices.all(), key=lambda each: hashlib.sha256(f"{salt}:{each.pk}".encode()).digest()
    )


def states(staff: StaffMember, language: str) -> list[State]:
    """The quizzes of what their business sells, those of what the person does first. Four queries."""
    names = by_pk(language)
    theirs = set(staff.skills.values_list("service__category_id", flat=True))
    passed = dict(Badge.objects.filter(staff=staff).values_list("category_id", "passed_at"))
    taken = list(_recent(staff).values_list("category_id", flat=True))
    found = [
        State(
            slug=names[each.category_id].slug,
            name=names[each.category_id].name,
            is_required=each.is_required,
            is_due=each.is_required and each.category_id in theirs and each.category_id not in passed,
            passed_at=passed.get(each.category_id),
            left=max(0, ATTEMPTS - taken.count(each.category_id)),
        )
        for each in sold_by(staff.provider)
        if each.category_id in names
    ]
    mine = {names[pk].slug for pk in theirs if pk in names}
    return sorted(found, key=lambda state: state.slug not in mine)


def sold_by(provider: Provider) -> QuerySet[Training]:
    """Those of what the business sells, in the tree's order."""
    sold = Service.objects.filter(provider=provider, archived_at__isnull=True)
    found = usable().filter(category__in=sold.values("category"))
    return found.select_related("category").order_by("category__position", "pk")


def untrained(people: Sequence[int], categories: Sequence[int]) -> dict[int, list[str]]:
    """Of the categories whose quiz is required: who of these people does something there and has not passed, by name.

    Two queries.
    """
    asked = usable().filter(category__in=categories, is_required=True).values_list("category_id", flat=True)
    found: dict[int, list[str]] = {pk: [] for pk in asked}
    passed = Badge.objects.filter(staff=OuterRef("staff"), category=OuterRef("service__category"))
    rows = Skill.objects.filter(
        ~Exists(passed), staff__in=people, service__category__in=found, service__archived_at__isnull=True
    )
    for category, name in (
        rows.values_list("service__category_id", "staff__name").distinct().order_by("staff__name")
    ):
        found[category].append(name)
    return found


def find_training(slug: str) -> Training:
    """The training of the category `slug`, with the category. Raises NotFound when nobody can take it."""
    found = usable().select_related("category").filter(category__slug=slug).first()
    if found is None:
        raise NotFound
    return found


def quiz(slug: str, staff: StaffMember | None, language: str) -> Quiz:
    """The quiz as `staff` is asked it. Raises NotFound."""
    training = find_training(slug)
    node = by_pk(language).get(training.category_id)
    return Quiz(
        slug=slug,
        name=node.name if node else slug,
        paragraphs=tuple(
            part.strip() for part in in_language(training.note, language).split("\n\n") if part.strip()
        ),
        pass_percent=training.pass_percent,
        questions=tuple(
            Question(
                in_language(question.words, language),
                tuple(in_language(choice.words, language) for choice in shuffled(question, staff)),
            )
            for question in questions_of(training)
        ),
        state=next((each for each in states(staff, language) if each.slug == slug), None) if staff else None,
    )


def recent_attempts(staff: StaffMember, training: Training) -> int:
    """How often the person has taken it within PER."""
    return _recent(staff).filter(category=training.category_id).count()


def _recent(staff: StaffMember) -> QuerySet[QuizAttempt]:
    return QuizAttempt.objects.filter(staff=staff, at__gt=clock.now() - PER)
