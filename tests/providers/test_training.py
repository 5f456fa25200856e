"""Quizzes: taken by the person themselves, a badge when passed, and who has not is not offered where it is asked."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from bookings.errors import StaffNotAble
from bookings.selectors.slots import slots_for
from bookings.services import holds
from common import clock
from common.errors import NotFound
from common.models import AuditEntry, Event
from providers.enums import Role
from providers.errors import QuizLimit, QuizPassed
from providers.models import Badge, QuizAttempt, QuizChoice, Skill, Training
from providers.selectors import training as read
from providers.selectors.category_sheets import QUIZ
from providers.services.catalogue import update_service
from providers.services.staff import update_staff
from providers.services.training import refresh_held_back, take_quiz
from tests.factories import keep, make_category, make_member, make_quiz, make_service, tomorrow_at
from tests.providers.conftest import Business

pytestmark = pytest.mark.django_db


def answers(business: Business, *, right: int, slug: str = "hair") -> dict[int, int]:
    """The places of so many right answers and otherwise wrong ones, as this person sees them."""
    asked = read.quiz(slug, business.person, "en").questions
    return {
        place: question.choices.index("Yes" if place < right else "No")
        for place, question in enumerate(asked)
    }


def take(business: Business, *, right: int) -> QuizAttempt:
    return take_quiz(
        staff=business.person, category="hair", answers=answers(business, right=right), actor="user:usr_1"
    )


def require(business: Business) -> Training:
    training = make_quiz(business.category, is_required=True)
    refresh_held_back(Skill.objects.all())
    return training


def offered(business: Business) -> list[str]:
    """Who can be booked for the service tomorrow."""
    found = slots_for(
        outlet=business.outlet.public_id,
        items=[holds.ItemRequest(business.service.public_id)],
        start=tomorrow_at(0),
        end=tomorrow_at(23),
    )
    return sorted({person for slot in found.slots for person in slot.staff})


def test_enough_right_answers_are_a_badge(business: Business) -> None:
    make_quiz(business.category, questions=5)

    attempt = take(business, right=4)

    assert (attempt.right, attempt.asked, attempt.passed) == (4, 5, True)
    assert Badge.objects.get().staff == business.person
    event = Event.objects.filter(type="provider.quiz_taken").get()
    assert event.payload["category"] == "hair"
    assert event.payload["passed"] is True
    assert AuditEntry.objects.filter(action="quiz.take").get().object_id == business.person.public_id


def test_too_few_are_none_and_are_kept(business: Business) -> None:
    make_quiz(business.category, questions=5)

    attempt = take(business, right=3)

    assert not attempt.passed
    assert not Badge.objects.exists()
    assert QuizAttempt.objects.get().right == 3


def test_what_is_not_answered_or_out_of_range_is_wrong(business: Business) -> None:
    make_quiz(business.category)

    attempt = take_quiz(staff=business.person, category="hair", answers={0: 99, 7: 0, 1: -1}, actor="system")

    assert (attempt.right, attempt.asked) == (0, 2)


def test_three_tries_a_day(business: Business) -> None:
    make_quiz(business.category)
    for _ in range(3):
        take(business, right=0)

    with pytest.raises(QuizLimit):
        take(business, right=2)

    QuizAttempt.objects.update(at=clock.now() - timedelta(hours=25))
    assert take(business, right=2).passed


def test_a_quiz_is_passed_once(business: Business) -> None:
    make_quiz(business.category)
    take(business, right=2)

    with pytest.raises(QuizPassed):
        take(business, right=2)


def test_a_quiz_without_a_right_answer_asks_nothing_of_anybody(business: Business) -> None:
    require(business)
    QuizChoice.objects.update(is_right=False)
    refresh_held_back(Skill.objects.all())

    assert offered(business) == [business.person.public_id]
    with pytest.raises(NotFound):
        take_quiz(staff=business.person, category="hair", answers={}, actor="system")


def test_who_has_not_passed_what_is_required_is_not_offered_until_they_have(business: Business) -> None:
    assert offered(business) == [business.person.public_id]
    require(business)
    assert offered(business) == []
    with pytest.raises(StaffNotAble):
        holds.hold(
            principal=holds.Principal(user=business.owner),
            outlet=business.outlet.public_id,
            items=[holds.ItemRequest(business.service.public_id, staff=business.person.public_id)],
            start=tomorrow_at(10),
        )

    take(business, right=2)

    assert offered(business) == [business.person.public_id]


def test_a_new_skill_and_a_new_category_are_held_back_too(business: Business) -> None:
    nails = make_category("nails")
    make_quiz(nails, is_required=True)
    other = make_service(business.outlet, staff=[], category=nails)
    update_staff(
        staff=business.person,
        skills={other: "skilled", business.service: "skilled"},  # type: ignore[dict-item]
        actor="system",
    )
    assert Skill.objects.get(service=other).held_back
    assert not Skill.objects.get(service=business.service).held_back

    update_service(service=business.service, category=nails, actor="system")

    assert Skill.objects.get(service=business.service).held_back


def browser_of(business: Business) -> Client:
    browser = Client()
    browser.force_login(make_member(business.provider, Role.STAFF, staff=business.person))
    return browser


def quiz_page(business: Business) -> str:
    return f"/provider/{business.provider.public_id}/training/hair/"


def test_the_page_does_not_tell_which_answer_is_right(business: Business) -> None:
    make_quiz(business.category)
    browser = browser_of(business)

    page = browser.get(quiz_page(business)).content.decode()

    radios = re.findall(r'<input class="tick" type="radio"([^>]*)>', page)
    assert radios == [
        f' name="q{place}" value="{choice}" required' for place in (0, 1) for choice in range(3)
    ]
    assert "Know this." in page
    assert "is_right" not in page
    orders = {
        tuple(choice.words["en"] for choice in read.shuffled(question, business.person))
        for question in read.questions_of(Training.objects.get())
    }
    assert all(sorted(order) == ["No", "Perhaps", "Yes"] for order in orders)


def test_somebody_takes_the_quiz_on_the_page_and_everybody_sees_the_badge(business: Business) -> None:
    make_quiz(business.category)
    browser = browser_of(business)
    fields: dict[str, Any] = {f"q{k}": v for k, v in answers(business, right=0).items()}

    failed = browser.post(quiz_page(business), {**fields, "key": str(uuid4())}, follow=True).content.decode()
    assert "0 of 2 right: not enough yet." in failed
    assert "2 tries left today." in failed
    fields = {f"q{k}": v for k, v in answers(business, right=2).items()}
    passed = browser.post(quiz_page(business), {**fields, "key": str(uuid4())}, follow=True).content.decode()

    assert "Passed: 2 of 2 right." in passed
    outlet = Client().get(f"/o/{business.outlet.public_id}", follow=True).content.decode()
    assert "Trained and tested: Hair" in outlet
    staff = Client().get(f"/api/v1/outlets/{business.outlet.public_id}").json()["staff"]
    assert staff[0]["passed"] == ["hair"]


def test_a_form_sent_twice_is_one_try(business: Business) -> None:
    make_quiz(business.category)
    browser = browser_of(business)
    fields = {**{f"q{k}": v for k, v in answers(business, right=0).items()}, "key": str(uuid4())}

    for _ in range(2):
        browser.post(quiz_page(business), fields)

    assert QuizAttempt.objects.count() == 1


def test_an_operator_who_requires_a_quiz_holds_back_whoever_has_not_passed(business: Business) -> None:
    training = make_quiz(business.category)

    found = keep(training.category, QUIZ, is_required=True)

    assert found.held_back == 1
    assert offered(business) == []
    assert AuditEntry.objects.filter(action="category.quiz").exists()


def test_only_quizzes_of_what_the_business_sells_are_shown(business: Business) -> None:
    make_quiz(business.category)
    make_quiz(make_category("nails"))
    browser = browser_of(business)

    page = browser.get(f"/provider/{business.provider.public_id}/training/").content.decode()

    assert "/training/hair/" in page
    assert "/training/nails/" not in page
    assert browser.get(f"/provider/{business.provider.public_id}/training/nails/").status_code == 404
