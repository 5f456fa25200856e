"""What operators keep about categories: whom a change touches is seen first, and it can be taken back."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from common.models import AuditEntry, Event
from providers.errors import CategoryOrder, CategoryStale
from providers.models import Category, DocumentRequirement, Offering, Skill
from providers.selectors.category_sheets import BASICS, DOCUMENTS, QUIZ, STANDARD, part_of
from providers.services.categories import change_category
from tests.factories import keep, make_category, make_quiz
from tests.signing_in import make_operator, sign_in
from tests.vetting.conftest import Vetting, make_kind, today, world

pytestmark = pytest.mark.django_db
HAIR = "/desk/categories/hair/"


@pytest.fixture
def desk() -> Client:
    return sign_in(Client(), make_operator(name="Outi Salo"))


@pytest.fixture
def listed() -> Vetting:
    case = world()
    case.approve()
    return case


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def hidden(page: str, name: str) -> str:
    found = re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    return found[0] if found else ""


def filled(page: str) -> dict[str, str]:
    """The version, and what was seen, as the page's form would send them."""
    return {"version": hidden(page, "version"), "seen": hidden(page, "seen")}


def test_a_document_is_asked_for_after_it_is_seen_of_whom(desk: Client, listed: Vetting) -> None:
    make_kind("insurance")
    path = f"{HAIR}documents/"
    form = {"kind_licence": "required", "kind_insurance": "required"}

    seen = desk.post(path, {**form, **filled(text(desk.get(path)))})

    day = today() + timedelta(days=30)
    assert "Insurance is asked of 1 business; 1 lack it (0 sent and not yet checked)." in text(seen)
    assert f"have until {day.day} {day:%B %Y}: from then on, without it, 1 service that" in text(seen)
    assert not DocumentRequirement.objects.filter(kind__slug="insurance").exists()

    desk.post(path, {**form, **filled(text(seen))})

    assert DocumentRequirement.objects.get(kind__slug="insurance").binds_from == day
    assert Offering.objects.get().is_live
    entry = AuditEntry.objects.get(action="category.documents")
    assert entry.data == {"before": {"licence": True}, "after": {"insurance": True, "licence": True}}
    event = Event.objects.get(type="category.changed")
    assert (event.subject_type, event.subject_id, event.payload) == (
        "category",
        "hair",
        {"part": "documents"},
    )


def test_who_was_shown_something_else_is_shown_anew(desk: Client, listed: Vetting) -> None:
    make_kind("insurance")
    path, form = f"{HAIR}documents/", {"kind_licence": "required", "kind_insurance": "required"}
    seen = desk.post(path, {**form, **filled(text(desk.get(path)))})
    world().approve()

    again = desk.post(path, {**form, **filled(text(seen))})

    assert "Insurance is asked of 2 businesses; 2 lack it" in text(again)
    assert not DocumentRequirement.objects.filter(kind__slug="insurance").exists()


def test_archiving_says_what_is_no_longer_offered_and_is_taken_back(desk: Client, listed: Vetting) -> None:
    path = f"{HAIR}basics/"
    form = {"name_en": "Hair", "position": "0", "archived": "on"}
    seen = desk.post(path, {**form, **filled(text(desk.get(path)))})
    assert "1 service (businesses: 1) is no longer offered, from now on." in text(seen)
    assert Offering.objects.get().is_live
    desk.post(path, {**form, **filled(text(seen))})
    assert not Offering.objects.get().is_live

    [back] = re.findall(r'href="(/desk/categories/hair/basics/\?back=\d+)"', text(desk.get(HAIR)))
    page = text(desk.get(back))
    assert "The form shows how it was before" in page
    assert re.search(r'name="archived" id="id_archived"(?! checked)', page)
    form.pop("archived")
    seen = desk.post(back, {**form, **filled(page)})
    assert "1 service (businesses: 1) is offered again, from now on." in text(seen)
    desk.post(back, {**form, **filled(text(seen))})
    assert Offering.objects.get().is_live


def test_a_stale_page_is_refused(desk: Client, listed: Vetting) -> None:
    path = f"{HAIR}standard/"
    stale = filled(text(desk.get(path)))
    keep(listed.category, STANDARD, value=[{"en": "Ask."}])

    answer = desk.post(path, {"steps_en": "Cut.", **stale})

    assert answer.status_code == 422
    assert "This category has been changed meanwhile." in text(answer)
    assert part_of(listed.category, STANDARD) == [{"en": "Ask."}]
    with pytest.raises(CategoryStale):
        change_category(category=listed.category, part=STANDARD, value=[], version=0, seen="", actor="system")


def test_a_standard_is_written_a_step_a_line(desk: Client, listed: Vetting) -> None:
    path = f"{HAIR}standard/"
    form = {"steps_en": "Ask what is wanted\n\nClean tools\n", "steps_zh-hans": "\r\n\r\n工具干净"}

    seen = desk.post(path, {**form, **filled(text(desk.get(path)))})
    assert "Visits that are booked keep the steps they have." in text(seen)
    desk.post(path, {**form, **filled(text(seen))})

    assert part_of(listed.category, STANDARD) == [
        {"en": "Ask what is wanted"},
        {"en": "Clean tools", "zh-hans": "工具干净"},
    ]
    more = desk.post(path, {"steps_en": "One", "steps_zh-hans": "一\n二", "version": "1"})
    assert "A line here has no step in English beside it." in text(more)


def test_a_required_quiz_says_how_many_it_holds_back(desk: Client, listed: Vetting) -> None:
    path = f"{HAIR}quiz/"
    form = {
        "note_en": "Know this.",
        "is_required": "on",
        "pass_percent": "80",
        "asked": "2",
        "q0_en": "Clean?",
        "q0a0_en": "Yes",
        "q0a0_right": "on",
        "q0a1_en": "No",
    }

    seen = desk.post(path, {**form, **filled(text(desk.get(path)))})
    assert "1 person is no longer offered for what they do here." in text(seen)
    assert not Skill.objects.filter(held_back=True).exists()
    desk.post(path, {**form, **filled(text(seen))})

    assert Skill.objects.filter(held_back=True).count() == 1
    assert part_of(listed.category, QUIZ) == {
        "note": {"en": "Know this."},
        "is_required": True,
        "pass_percent": 80,
        "questions": [
            {
                "words": {"en": "Clean?"},
                "choices": [
                    {"words": {"en": "Yes"}, "is_right": True},
                    {"words": {"en": "No"}, "is_right": False},
                ],
            }
        ],
    }
    assert keep(listed.category, QUIZ, value=None).released == 1


def test_a_question_has_a_right_and_a_wrong_answer(desk: Client, listed: Vetting) -> None:
    path = f"{HAIR}quiz/"
    form = {"note_en": "Know this.", "pass_percent": "80", "asked": "1", "q0_en": "Clean?", "q0a0_en": "Yes"}

    answer = desk.post(path, {**form, **filled(text(desk.get(path)))})

    assert answer.status_code == 422
    assert "Each question needs two to six answers" in text(answer)
    assert part_of(listed.category, QUIZ) is None


def test_a_quiz_that_is_there_fills_the_form(desk: Client, listed: Vetting) -> None:
    make_quiz(listed.category)
    page = text(desk.get(f"{HAIR}quiz/"))
    for expected in ("Question 0?", "Question 1?", "Perhaps", "Know this."):
        assert expected in page


def test_what_is_below_is_archived_first(listed: Vetting) -> None:
    below = make_category("curls", listed.category)
    with pytest.raises(CategoryOrder):
        keep(listed.category, BASICS, archived=True)
    keep(below, BASICS, archived=True)
    keep(listed.category, BASICS, archived=True)
    with pytest.raises(CategoryOrder):
        keep(below, BASICS, archived=False)


def test_what_a_category_above_asks_for_is_shown_below(desk: Client, listed: Vetting) -> None:
    make_category("curls", listed.category)
    for path in ("", "documents/"):
        assert "from Hair" in text(desk.get(f"/desk/categories/curls/{path}"))


def test_a_category_is_added_once(desk: Client, listed: Vetting) -> None:
    form = {"name": "Curls", "slug": "curls", "parent": "hair"}
    assert desk.post("/desk/categories/", form).status_code == 302
    made = Category.objects.get(slug="curls")
    assert (made.parent, made.last_seq) == (listed.category, 1)
    again = desk.post("/desk/categories/", form)
    assert "There is a category of this name already." in text(again)


def test_nothing_is_written_where_nothing_changes(listed: Vetting) -> None:
    keep(listed.category, DOCUMENTS)
    assert not AuditEntry.objects.filter(action="category.documents").exists()
    assert not Event.objects.filter(type="category.changed").exists()


@pytest.mark.parametrize("path", ["none/", "hair/none/", "hair/basics/?back=1", "hair/basics/?back=x"])
def test_what_is_not_there_is_not_found(desk: Client, listed: Vetting, path: str) -> None:
    assert desk.get(f"/desk/categories/{path}").status_code == 404
