"""Mails about reviews: who is told what, once, in their language, and never a review's own words."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import Customer
from bookings.models import Booking
from common import clock
from common.events import handler_named, publish
from common.models import Event, OutboxMessage
from notifications.letters.reviews import REASONS
from notifications.models import Message
from providers.rules.ratings import Stars
from reviews.enums import Reason, Side
from reviews.models import ReviewInvitation
from reviews.services import appeals, invitations, moderation, replies, reports, writing
from tests.bookings.conftest import Shop
from tests.factories import make_user
from tests.notifications.conftest import Deliver
from tests.reviews.conftest import Visit, contact, visit

__all__ = ["contact", "visit"]

pytestmark = pytest.mark.django_db


def subjects(mails: list[EmailMultiAlternatives]) -> list[str]:
    return [mail.subject for mail in mails]


def close(booking: Booking, deliver: Deliver) -> None:
    """The news of its closing reaches reviews, twice, as it may."""
    event = Event.objects.create(
        subject_type="booking", subject_id=booking.ref, seq=99, type="booking.closed", actor="system"
    )
    handler = handler_named("reviews.handlers.on_closed")
    assert handler is not None
    for _ in range(2):
        handler(event)


def test_a_customer_is_asked_once_some_hours_after_in_their_language(visit: Visit, deliver: Deliver) -> None:
    access = visit()
    Customer.objects.filter(pk=access.booking.customer_id).update(language="zh-hans")
    deliver()
    close(access.booking, deliver)
    assert invitations.invite_due() == 0, "not at once"

    with clock.at(clock.now() + timedelta(hours=4)):
        assert invitations.invite_due() == 1
        assert invitations.invite_due() == 0
        [mail] = deliver()

    assert mail.to == ["helmi@example.com"]
    with translation.override("zh-hans"):
        assert "感觉如何" in mail.subject
    assert f"/b/{access.booking.ref}/review?key=" in str(mail.body)
    assert Message.objects.filter(kind="review_invited").count() == 1
    assert ReviewInvitation.objects.get().done_at is not None


def test_one_who_cannot_be_asked_keeps_nobody_else_waiting(visit: Visit, deliver: Deliver) -> None:
    first, second = visit(), visit(email="second@example.com")
    for access in (first, second):
        close(access.booking, deliver)
    # The number of the event that would ask the first is taken.
    publish(
        subject_type="review_invitation",
        subject_id=first.booking.ref,
        seq=1,
        type="review.invited",
        actor="system",
        payload={"booking_ref": "HA-GONE0-GONE0"},
    )
    deliver()

    with clock.at(clock.now() + timedelta(hours=4)):
        invitations.invite_due()
        mails = deliver()

    assert [mail.to for mail in mails] == [["second@example.com"]]
    assert list(ReviewInvitation.objects.filter(done_at__isnull=True).values_list("booking", flat=True)) == [
        first.booking.pk
    ]


def test_who_has_written_already_is_not_asked(visit: Visit, deliver: Deliver) -> None:
    access = visit()
    close(access.booking, deliver)
    writing.write(access=access, stars=Stars(5, 5, 5), text="", language="en")
    deliver()
    with clock.at(clock.now() + timedelta(hours=4)):
        assert invitations.invite_due() == 1
        assert deliver() == []


def test_the_business_hears_of_a_review_and_the_author_of_the_reply(
    shop: Shop, visit: Visit, deliver: Deliver
) -> None:
    access = visit()
    deliver()
    review = writing.write(access=access, stars=Stars(4, 4, 5), text="Secret words.", language="en")
    [to_shop] = deliver()
    assert (to_shop.to, to_shop.subject) == (["shop@example.com"], "A new review: 4 of 5")
    assert f"/provider/{shop.outlet.provider.public_id}/reviews/" in str(to_shop.body)
    assert "Secret words." not in str(to_shop.body)

    replies.reply(review=review, text="Kiitos!", actor="system")
    [to_author] = deliver()
    assert (to_author.to, "replied to your review" in to_author.subject) == (["helmi@example.com"], True)
    assert "Kiitos!" not in str(to_author.body)


def test_both_sides_hear_that_it_is_hidden_and_why_and_that_it_is_back(
    shop: Shop, visit: Visit, deliver: Deliver
) -> None:
    access, first, second = visit(), make_user(is_operator=True), make_user(is_operator=True)
    review = writing.write(access=access, stars=Stars(1, 1, 1), text="Bad.", language="en")
    deliver()
    moderation.hide(review=review, reason=Reason.PRIVATE, note="A street is named.", operator=first)
    mails = deliver()
    assert sorted(mail.to[0] for mail in mails) == ["helmi@example.com", "shop@example.com"]
    assert all("It tells something private about a person" in str(mail.body) for mail in mails)
    assert not any("A street is named." in str(mail.body) for mail in mails)

    appeal = appeals.appeal(review=review, side=Side.AUTHOR, text="No.", actor="guest")
    assert deliver() == []
    appeals.decide_appeal(appeal=appeal, grant=True, operator=second)
    assert sorted("shown again" in subject for subject in subjects(deliver())) == [True, True]


def test_whoever_appeals_in_vain_is_told(visit: Visit, deliver: Deliver) -> None:
    access, first, second = visit(), make_user(is_operator=True), make_user(is_operator=True)
    review = writing.write(access=access, stars=Stars(1, 1, 1), text="Bad.", language="en")
    moderation.hide(review=review, reason=Reason.ABUSE, operator=first)
    appeal = appeals.appeal(review=review, side=Side.AUTHOR, text="No.", actor="guest")
    deliver()
    appeals.decide_appeal(appeal=appeal, grant=False, operator=second)
    [mail] = deliver()
    assert (mail.to, "stays hidden" in mail.subject) == (["helmi@example.com"], True)


def test_letters_and_reviews_have_the_same_words_for_the_reasons() -> None:
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert {code: str(words) for code, words in REASONS.items()} == {
                str(code): str(words) for code, words in Reason.choices
            }


def test_nothing_waits_for_handlers_that_are_not_there(
    visit: Visit, deliver: Callable[[], list[EmailMultiAlternatives]]
) -> None:
    writing.write(access=visit(), stars=Stars(1, 1, 1), text="Bad.", language="en")
    assert all(handler_named(message.handler) for message in OutboxMessage.objects.all())


@pytest.mark.parametrize("kept", [True, False])
def test_whoever_reported_a_review_is_told_what_became_of_it(
    shop: Shop, visit: Visit, deliver: Deliver, kept: bool
) -> None:
    review = writing.write(access=visit(), stars=Stars(1, 1, 1), text="Canary", language="en")
    chinese, gone = make_user(language="zh-hans"), make_user(email=None, phone="+358401234567")
    guest = visit(email="witness@example.com")
    for by in (chinese, gone, guest.booking):
        reports.report(review=review, by=by, reason=Reason.UNTRUE)
    deliver()
    operator = make_user(is_operator=True)

    if kept:
        moderation.keep(review=review, operator=operator)
    else:
        moderation.hide(review=review, reason=Reason.UNTRUE, operator=operator)
    mails = {mail.to[0]: mail for mail in deliver()}

    told = mails["witness@example.com"]
    assert ("It stays." if kept else "It is hidden now.") in told.body
    assert shop.outlet.name in told.subject
    assert not [word for word in ("Canary", review.booking.ref, "Helmi") if word in told.body]
    with translation.override("zh-hans"):
        assert gettext("Your report about a review of %(outlet)s") % {"outlet": shop.outlet.name} == (
            mails[chinese.email].subject
        )
    assert "举报" in mails[chinese.email].subject
    assert Message.objects.filter(kind="report_decided").count() == 2
    others = {"helmi@example.com", "shop@example.com"}
    assert set(mails) == {"witness@example.com", chinese.email} | (set() if kept else others)
