"""What a person leaves behind is all handed out, and is all gone when they are erased."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from bookings.models import Booking
from common import privacy
from common.models import Event
from common.privacy import registry
from payments import services as payments
from reviews.enums import Reason
from reviews.models import Review
from reviews.services import verify as ratings
from reviews.services.reports import report
from tests.bookings.conftest import Shop
from tests.factories import make_customer, make_review, tomorrow_at
from tests.privacy.person import Traced, everything_about
from tests.privacy.scan import found
from tests.signing_in import make_operator, sign_in

pytestmark = pytest.mark.django_db


def subject_of(traced: Traced, **more: object) -> privacy.Subject:
    return privacy.find(privacy.Subject(user_pk=traced.user.pk, **more))  # type: ignore[arg-type]


Erase = Callable[[], None]


@pytest.fixture
def erase(traced: Traced, django_capture_on_commit_callbacks: Any) -> Erase:
    """Erase them; files go once that is committed."""

    def run() -> None:
        subject = subject_of(traced, asked_to_forget=frozenset({"reviews"}))
        assert privacy.obstacles(subject) == []
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            privacy.erase(subject)

    return run


def test_the_person_left_every_canary_somewhere(traced: Traced) -> None:
    """Else the test below shows nothing."""
    assert set(found(traced.canaries)) == set(traced.canaries)


def test_nothing_of_the_person_is_left_after_they_are_erased(traced: Traced, erase: Erase) -> None:
    erase()

    assert found(traced.canaries) == {}
    assert not Booking.objects.filter(address_point__isnull=False).exists()
    assert payments.verify() == []
    assert ratings.verify() == []
    for ref in (booking.ref for booking in traced.bookings):
        seqs = list(Event.objects.filter(subject_id=ref).order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, len(seqs) + 1))


Asked = Callable[[str], str]


@pytest.fixture
def asked() -> dict[str, Asked]:
    """Ways of looking for somebody: each answers the page that a text finds, without the text itself."""
    desk = sign_in(Client(), make_operator())

    def at_the_desk(text: str) -> str:
        return desk.post("/desk/find/", {"q": text}).content.decode().split('role="search"')[1]

    def in_public(text: str) -> str:
        answer = Client().get("/search", {"q": text[:90], "lat": "60.17", "lng": "24.94"})
        assert answer.status_code == 200
        return answer.content.decode()

    def through_the_api(text: str) -> str:
        answer = Client().get("/api/v1/search", {"q": text[:90], "lat": "60.17", "lng": "24.94"})
        assert answer.status_code == 200
        return answer.content.decode()

    return {"desk": at_the_desk, "pages": in_public, "api": through_the_api}


def test_no_search_finds_the_person_after_they_are_erased(
    traced: Traced, erase: Erase, asked: dict[str, Asked]
) -> None:
    ids = {traced.user.public_id, traced.staff.public_id, *(b.ref for b in traced.bookings)}
    sought = list(traced.canaries.values())

    def found_by(way: str) -> set[str]:
        return {text for text in sought if any(each in asked[way](text) for each in ids)}

    # Else what is found afterwards shows nothing.
    assert {traced.canaries[name] for name in ("name", "email", "phone", "guest name")} <= found_by("desk")

    erase()

    assert {way: found_by(way) for way in asked} == {"desk": set(), "pages": set(), "api": set()}


def test_no_page_that_showed_the_person_does_so_after_they_are_erased(traced: Traced, erase: Erase) -> None:
    desk = sign_in(Client(), make_operator())
    shop, place = traced.bookings[1].outlet, traced.staff.outlets.get()
    review = Review.objects.get()
    # A review that was hidden shows its author at the desk alone.
    pages = [
        (desk, f"/desk/reviews/{review.public_id}/"),
        (desk, f"/desk/people/{traced.staff.public_id}/"),
        (desk, f"/desk/bookings/{traced.bookings[0].ref}/"),
        (desk, f"/desk/bookings/{traced.bookings[1].ref}/"),
        (Client(), f"/o/{place.public_id}"),
        (Client(), f"/o/{shop.public_id}"),
    ]

    def shown() -> set[str]:
        text = "".join(client.get(path, follow=True).content.decode() for client, path in pages)
        return {name for name, canary in traced.canaries.items() if canary in text}

    assert {"name", "guest name", "review"} <= shown()

    erase()

    assert shown() == set()


def test_no_log_tells_of_the_person(
    db: None, settings: Any, tmp_path: Any, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    """Their whole life and their end, with every logger listening."""
    caplog.set_level(logging.DEBUG)
    traced: Traced = request.getfixturevalue("traced")
    request.getfixturevalue("erase")()
    told = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    # The database's own log of statements is a debugger's, and off wherever DEBUG is.
    assert {name for name, text in traced.canaries.items() if text in told} == set()


def test_erasing_twice_changes_nothing_more(traced: Traced, erase: Erase) -> None:
    erase()
    events = Event.objects.count()

    erase()

    assert Event.objects.count() == events
    assert found(traced.canaries) == {}


def test_all_about_the_person_is_handed_out(traced: Traced) -> None:
    told = everything_about(privacy.export(subject_of(traced)))

    # The search is the session's for as long as it lasts, and the paper is a file; all else is told.
    assert {name for name, text in traced.canaries.items() if text not in told} == {"near", "paper"}
    files = [file.read() for file in registry.files(subject_of(traced))]
    assert files == [traced.canaries["paper"].encode()]


def test_a_guest_is_handed_nothing_of_another_guests(shop: Shop) -> None:
    """Neither guest has a user: what belongs to "no user" belongs to neither because of that."""
    reviewed = make_review(shop.hold(tomorrow_at(9)).booking)
    subjects = []
    for hour, canary in ((10, "the first canary"), (12, "the second canary")):
        visit = shop.hold(tomorrow_at(hour)).booking
        visit.customer = make_customer(name=canary)
        visit.save(update_fields=["customer"])
        report(review=reviewed, by=visit, reason=Reason.OTHER, text=f"{canary} complains")
        subjects.append(privacy.find(privacy.Subject(customer_pks={visit.customer.pk})))

    first, second = (everything_about(privacy.export(subject)) for subject in subjects)

    assert "the first canary complains" in first
    assert "the second canary complains" in second
    assert "the second canary" not in first
    assert "the first canary" not in second
