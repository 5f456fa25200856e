"""Reviews as people meet them: written, shown, answered, reported, decided, appealed."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client

from accounts.models import User
from accounts.selectors import GUEST_COOKIE, GUEST_COOKIE_SALT
from bookings.selectors.access import Access
from providers.models import Provider
from providers.rules.ratings import Stars
from reviews.enums import Reason
from reviews.models import Review, ReviewReport
from reviews.services import moderation, replies, reports, writing
from tests.bookings.conftest import Shop
from tests.factories import make_user
from tests.reviews.conftest import Visit, contact, shop, visit
from tests.signing_in import make_operator, sign_in

__all__ = ["contact", "shop", "visit"]

pytestmark = pytest.mark.django_db

GOOD = {"service": "5", "punctuality": "4", "value": "5", "text": "Just right."}


def as_guest(access: Access) -> Client:
    client = Client()
    hashes = sorted(access.principal.capabilities)
    client.cookies[GUEST_COOKIE] = signing.dumps(hashes, salt=GUEST_COOKIE_SALT)
    return client


def as_user(user: User | None) -> Client:
    assert user is not None
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def key() -> str:
    return str(uuid4())


def written(access: Access, stars: int = 2, words: str = "Not again.") -> Review:
    return writing.write(access=access, stars=Stars(stars, stars, stars), text=words, language="en")


def test_a_guest_writes_changes_and_sees_it(visit: Visit) -> None:
    access = visit()
    client, path = as_guest(access), f"/b/{access.booking.ref}/review"
    assert f'href="{path}"' in client.get(f"/b/{access.booking.ref}").content.decode()
    page = client.get(path)
    # Three groups of five radios: they work by keyboard and without script.
    assert page.content.decode().count('type="radio"') == 15
    assert "How was it at" in text(page)

    sent = {**GOOD, "key": page.context["key"]}
    for _ in range(2):
        answer = client.post(path, sent)
        assert (answer.status_code, answer["Location"]) == (302, path)

    review = Review.objects.get()
    assert (review.service_stars, review.punctuality_stars, review.value_stars) == (5, 4, 5)
    shown = client.get(path)
    assert "Thank you." in text(shown)
    assert "Just right." in text(shown)
    assert 'value="4" id="id_punctuality_3" checked' in client.get(f"{path}?change=1").content.decode()
    client.post(path, {**GOOD, "value": "1", "text": "Dear.", "key": key()})
    review.refresh_from_db()
    assert (review.value_stars, review.rating, review.text) == (1, 3, "Dear.")
    assert "Your review" in text(client.get(f"/b/{access.booking.ref}"))


@pytest.fixture
def operators(db: None) -> tuple[Client, Client]:
    """Two operators at their desks."""
    return sign_in(Client(), make_operator()), sign_in(Client(), make_operator())


def test_a_form_without_stars_says_what_is_missing_and_keeps_the_words(visit: Visit) -> None:
    access = visit()
    answer = as_guest(access).post(
        f"/b/{access.booking.ref}/review", {"service": "5", "value": "9", "text": "Words.", "key": key()}
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"punctuality", "value"}
    assert "Words." in text(answer)
    assert not Review.objects.exists()


def test_a_form_that_would_be_refused_is_not_shown(shop: Shop, visit: Visit) -> None:
    late = visit(days_ago=61)
    page = as_guest(late).get(f"/b/{late.booking.ref}/review")
    assert "The time for this is over." in text(page)
    assert 'type="radio"' not in page.content.decode()
    assert (
        f"/b/{late.booking.ref}/review" not in as_guest(late).get(f"/b/{late.booking.ref}").content.decode()
    )
    member = visit(email=str(shop.staff.require_user().email))
    assert "You belong to this business" in text(as_guest(member).get(f"/b/{member.booking.ref}/review"))


def test_the_outlets_page_shows_parts_and_pages(shop: Shop, visit: Visit) -> None:
    for n in range(22):
        written(visit(), 4, f"Visit number {n}.")
    hidden = Review.objects.earliest("pk")
    moderation.hide(review=hidden, reason=Reason.SPAM, operator=make_user(is_operator=True))
    page = Client().get(f"/o/{shop.outlet.public_id}", follow=True)
    assert "All 21 reviews" in text(page)
    assert page.content.decode().count('class="review"') == 5
    first = Client().get(f"/o/{shop.outlet.public_id}/reviews")
    second = Client().get(f"/o/{shop.outlet.public_id}/reviews?cursor={first.context['next_cursor']}")
    assert [len(each.context["reviews"]) for each in (first, second)] == [20, 1]
    assert second.context["next_cursor"] is None
    both = text(first) + text(second)
    assert all(f"Visit number {n}." in both for n in range(1, 22))
    assert "Visit number 0." not in both
    assert Client().get(f"/o/{shop.outlet.public_id}/reviews?cursor=x").status_code == 422


def test_anybody_signed_in_reports_and_nobody_is_asked_to_sign_in(shop: Shop, visit: Visit) -> None:
    review = written(visit())
    path = f"/reviews/{review.public_id}/report"
    assert Client().get(path)["Location"].startswith("/account/login/?next=")
    client = as_user(make_user())
    assert client.get(path).status_code == 200
    assert client.post(path, {"key": key()}).status_code == 422
    answer = client.post(path, {"reason": "untrue", "text": "I was there.", "key": key()})
    assert answer["Location"] == f"/o/{shop.outlet.public_id}/reviews"
    assert ReviewReport.objects.get().reason == "untrue"
    again = client.post(path, {"reason": "untrue", "key": key()})
    assert (again.status_code, "already" in text(again)) == (422, True)
    Provider.objects.filter(pk=shop.outlet.provider_id).update(status="suspended")
    assert client.get(path).status_code == 404, "nothing of a business that is not public is shown"


def test_the_business_reads_replies_and_appeals(shop: Shop, visit: Visit) -> None:
    review = written(visit())
    client = as_user(shop.owner.user)
    listing = f"/provider/{shop.outlet.provider.public_id}/reviews/"
    path = f"{listing}{review.public_id}/"
    assert "Not again." in text(client.get(listing))
    answer = client.post(path, {"do": "reply", "text": "We are sorry.", "key": key()})
    assert answer.status_code == 302
    assert "We are sorry." in text(client.get(path))
    assert "Every review has its reply." in text(client.get(f"{listing}?show=unanswered"))
    again = client.post(path, {"do": "reply", "text": "Again.", "key": key()})
    assert (again.status_code, "replied already" in text(again)) == (422, True)
    assert client.post(path, {"do": "nothing", "key": key()}).status_code == 404

    reports.report(review=review, by=shop.owner.require_user(), reason=Reason.UNTRUE)
    moderation.keep(review=review, note="It reads like a visit.", operator=make_user(is_operator=True))
    assert "It was reported, and stays. It reads like a visit." in text(client.get(path))
    client.post(path, {"do": "appeal", "text": "Nobody came.", "key": key()})
    assert "You appealed." in text(client.get(path))
    assert review.appeals.get().side == "provider"


def test_staff_read_and_do_not_reply(shop: Shop, visit: Visit) -> None:
    review = written(visit())
    client = as_user(shop.staff.user)
    path = f"/provider/{shop.outlet.provider.public_id}/reviews/{review.public_id}/"
    assert "Publish the reply" not in text(client.get(path))
    assert client.post(path, {"do": "reply", "text": "Hello.", "key": key()}).status_code == 403
    other = as_user(make_user()).get(path)
    assert other.status_code == 404


def test_from_a_report_to_the_decision_to_the_appeal(shop: Shop, visit: Visit, operators: Any) -> None:
    access = visit()
    review = written(access)
    reports.report(review=review, by=make_user(), reason=Reason.ABUSE, text="It insults Aino.")
    first, second = operators
    queue = first.get("/desk/reviews/")
    assert review.public_id in queue.content.decode()
    assert "It insults or threatens somebody" in text(queue)
    path = f"/desk/reviews/{review.public_id}/"
    page = first.get(path)
    for part in ("It insults Aino.", "Not again.", access.booking.ref):
        assert part in text(page)

    assert first.post(path, {"do": "hide", "note": "No.", "key": key()}).status_code == 422
    done = first.post(path, {"do": "hide", "reason": "abuse", "note": "Mind the tone.", "key": key()})
    assert done["Location"] == "/desk/reviews/"
    late = second.post(path, {"do": "keep", "key": key()})
    assert (late.status_code, "decided already" in text(late)) == (422, True)
    assert "Nothing waits" in text(first.get("/desk/reviews/"))

    author = as_guest(access)
    own = f"/b/{access.booking.ref}/review"
    assert "Your review is hidden" in text(author.get(f"/b/{access.booking.ref}"))
    assert "It insults or threatens somebody. Mind the tone." in text(author.get(own))
    author.post(own, {"do": "appeal", "text": "It does not.", "key": key()})
    assert "You appealed." in text(author.get(own))

    assert "another operator decides" in text(first.get(path))
    assert first.post(path, {"do": "grant", "key": key()}).status_code == 422
    assert second.post(path, {"do": "grant", "note": "It does not.", "key": key()}).status_code == 302
    review.refresh_from_db()
    assert review.is_shown
    assert "You appealed, and were right." in text(author.get(own))
    assert "granted" in text(first.get(path))


def test_a_reply_is_not_markup(shop: Shop, visit: Visit) -> None:
    review = written(visit(), words="<script>alert(1)</script>")
    replies.reply(review=review, text="<b>bold</b>", actor="system")
    page = Client().get(f"/o/{shop.outlet.public_id}/reviews").content.decode()
    assert "<script>alert(1)" not in page
    assert "<b>bold</b>" not in page
    assert settings.SITE_NAME in page
