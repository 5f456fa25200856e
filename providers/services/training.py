"""Quizzes taken, and who may therefore be offered: the one place where that is decided.

`Skill.held_back` says that a person may not be given to a service: its category requires a quiz that they have not
passed, or a paper about them that nobody has accepted. Open time, bookings and pages read that column.
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from providers import events
from providers.errors import IsArchived, QuizLimit, QuizPassed
from providers.models import Badge, QuizAttempt, Skill, StaffMember
from providers.selectors.papers import lacked_by_person
from providers.selectors.training import (
    ATTEMPTS,
    find_training,
    questions_of,
    recent_attempts,
    shuffled,
    usable,
)
from providers.services.record import lock_provider, tell


def refresh_held_back(skills: QuerySet[Skill]) -> int:
    """Set `held_back` of these skills anew; answers how many there were. One statement."""
    asked = usable().filter(is_required=True, category__services__skills=OuterRef("pk"))
    passed = Badge.objects.filter(staff=OuterRef("staff"), category__services__skills=OuterRef("pk"))
    held_back = Exists(asked) & ~Exists(passed)
    for lacked in lacked_by_person():
        held_back |= lacked
    return skills.update(held_back=held_back)


@transaction.atomic
def take_quiz(*, staff: StaffMember, category: str, answers: Mapping[int, int], actor: str) -> QuizAttempt:
    """Take the quiz of a category (slug): `answers` are the place of the chosen answer by the question's place.

    The places are those that `providers.selectors.training.quiz` showed this person. Passed, it is a badge, and what
    the person can do there is offered. Raises NotFound, IsArchived, QuizPassed, QuizLimit.
    """
    provider = lock_provider(staff.provider_id)
    staff = StaffMember.objects.get(pk=staff.pk)
    if staff.archived_at:
        raise IsArchived
    training = find_training(category)
    if Badge.objects.filter(staff=staff, category=training.category_id).exists():
        raise QuizPassed
    if recent_attempts(staff, training) >= ATTEMPTS:
        raise QuizLimit
    questions = questions_of(training)
    right = 0
    for place, question in enumerate(questions):
        choices = shuffled(question, staff)
        chosen = answers.get(place, -1)
        right += 0 <= chosen < len(choices) and choices[chosen].is_right
    passed = right * 100 >= training.pass_percent * len(questions)
    attempt = QuizAttempt.objects.create(
        staff=staff, category_id=training.category_id, asked=len(questions), right=right, passed=passed
    )
    if passed:
        Badge.objects.create(staff=staff, category_id=training.category_id)
        refresh_held_back(Skill.objects.filter(staff=staff))
    tell(
        provider,
        type=events.QUIZ_TAKEN,
        actor=actor,
        action="quiz.take",
        of="staff",
        of_id=staff.public_id,
        outlets=list(staff.outlets.all()) if passed else (),
        category=category,
        passed=passed,
    )
    return attempt
