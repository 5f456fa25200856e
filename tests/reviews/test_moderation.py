"""Replies, reports, what operators decide, and appeals against it."""

import pytest

from accounts.models import Customer, User
from bookings.models import Booking
from common import clock
from common.errors import NotFound, NotSignedIn, TooMany
from common.models import Event
from providers.enums import Role
from providers.errors import OwnCause
from providers.models import Membership, Outlet
from providers.rules.ratings import Stars
from reviews.enums import Decision, Reason, Side
from reviews.errors import (
    AlreadyReplied,
    AlreadyReported,
    AnotherOperator,
    AppealNotOpen,
    AppealWaits,
    NothingToDecide,
    ReviewHidden,
    ReviewTextInvalid,
)
from reviews.models import Review, ReviewReport
from reviews.selectors.access import access_review, find_shown, reporter
from reviews.selectors.public import breakdown, page_of
from reviews.selectors.standing import standing
from reviews.services import appeals, moderation, replies, reports, writing
from reviews.services.verify import verify
from tests.bookings.conftest import Shop
from tests.factories import make_user
from tests.reviews.conftest import Visit


@pytest.fixture
def review(visit: Visit) -> Review:
    return writing.write(access=visit(), stars=Stars(2, 2, 2), text="Not again.", language="en")


@pytest.fixture
def operator(db: None) -> User:
    return make_user(is_operator=True)


@pytest.fixture
def other(db: None) -> User:
    return make_user(is_operator=True)


def rating(outlet: Outlet) -> tuple[int, int]:
    outlet.refresh_from_db()
    return outlet.rating_count, outlet.rating_sum


def types(review: Review) -> list[str]:
    """The review's events in order; their numbers have no gap."""
    found = list(Event.objects.filter(subject_type="review", subject_id=review.public_id).order_by("seq"))
    assert [event.seq for event in found] == list(range(1, len(found) + 1))
    return [event.type.removeprefix("review.") for event in found]


def test_the_business_replies_once(shop: Shop, review: Review) -> None:
    replied = replies.reply(review=review, text=" Sorry. ", actor=shop.owner.actor)
    assert (replied.reply, replied.replied_at is not None) == ("Sorry.", True)
    with pytest.raises(AlreadyReplied):
        replies.reply(review=review, text="Again.", actor=shop.owner.actor)
    for text in ("", "  ", "a" * 2001):
        with pytest.raises(ReviewTextInvalid):
            replies.reply(review=review, text=text, actor=shop.owner.actor)
    assert types(review) == ["written", "replied"]


def test_a_business_finds_its_own_reviews_only(shop: Shop, review: Review) -> None:
    assert access_review(shop.owner, review.public_id, role=Role.MANAGER) == review
    assert access_review(shop.staff, review.public_id) == review
    for name in (review.public_id[:-1] + "?", "\x00"):
        with pytest.raises(NotFound):
            access_review(shop.owner, name)
    with pytest.raises(NotFound):
        access_review(shop.customer, review.public_id)


def test_users_and_guests_report_once_each(shop: Shop, visit: Visit, review: Review) -> None:
    guest = visit()
    by = reporter(guest.principal)
    assert by == guest.booking
    reports.report(review=review, by=by, reason=Reason.SPAM)
    made = reports.report(review=review, by=make_user(), reason=Reason.ABUSE, text="Look.")
    assert (made.reason, made.text, made.guest_of) == ("abuse", "Look.", None)
    with pytest.raises(AlreadyReported):
        reports.report(review=review, by=by, reason=Reason.OTHER)
    assert types(review) == ["written", "reported", "reported"]
    assert Event.objects.filter(type="review.reported").latest("pk").payload["reason"] == "abuse"


def test_who_is_nobody_or_carries_a_dead_token_does_not_report(shop: Shop, visit: Visit) -> None:
    from accounts.principals import ANONYMOUS

    guest = visit()
    guest.booking.accesses.update(revoked_at=clock.now())
    for principal in (ANONYMOUS, guest.principal):
        with pytest.raises(NotSignedIn):
            reporter(principal)


def test_ten_reports_a_day(visit: Visit) -> None:
    by = make_user()
    written = [writing.write(access=visit(), stars=Stars(3, 3, 3), text="", language="en") for _ in range(11)]
    for review in written[:10]:
        reports.report(review=review, by=by, reason=Reason.SPAM)
    with pytest.raises(TooMany):
        reports.report(review=written[10], by=by, reason=Reason.SPAM)
    assert ReviewReport.objects.count() == 10


def test_a_hidden_review_neither_counts_nor_shows(shop: Shop, review: Review, operator: User) -> None:
    reports.report(review=review, by=make_user(), reason=Reason.ABUSE)

    decision = moderation.hide(review=review, reason=Reason.ABUSE, note="Mind the tone.", operator=operator)

    assert rating(shop.outlet) == (0, 0)
    assert verify() == []
    assert page_of(shop.outlet, limit=10) == ([], None)
    assert sum(row.count for row in breakdown(shop.outlet.pk)) == 0
    assert ReviewReport.objects.get().decision == decision
    with pytest.raises(NotFound):
        find_shown(review.public_id)
    with pytest.raises(NotFound):
        reports.report(review=review, by=make_user(), reason=Reason.SPAM)
    with pytest.raises(ReviewHidden):
        replies.reply(review=review, text="Thanks.", actor=shop.owner.actor)
    with pytest.raises(ReviewHidden):
        moderation.hide(review=review, reason=Reason.SPAM, operator=operator)
    with pytest.raises(NothingToDecide):
        moderation.keep(review=review, operator=operator)
    assert types(review) == ["written", "reported", "hidden"]
    assert Event.objects.latest("pk").payload["reason"] == "abuse"

    moderation.restore(review=review, operator=operator)

    assert rating(shop.outlet) == (1, 2)
    assert [row.pk for row in page_of(shop.outlet, limit=10)[0]] == [review.pk]
    with pytest.raises(NothingToDecide):
        moderation.restore(review=review, operator=operator)


def test_a_kept_review_stays_and_closes_its_reports(shop: Shop, review: Review, operator: User) -> None:
    with pytest.raises(NothingToDecide):
        moderation.keep(review=review, operator=operator)
    reports.report(review=review, by=make_user(), reason=Reason.UNTRUE)
    decision = moderation.keep(review=review, operator=operator)
    assert decision.kind == Decision.KEEP
    assert rating(shop.outlet) == (1, 2)
    with pytest.raises(NothingToDecide):
        moderation.keep(review=review, operator=operator)


def test_the_author_appeals_once_and_another_operator_decides(
    shop: Shop, review: Review, operator: User, other: User
) -> None:
    with pytest.raises(AppealNotOpen):
        appeals.appeal(review=review, side=Side.AUTHOR, text="Why?", actor="guest")
    moderation.hide(review=review, reason=Reason.UNTRUE, operator=operator)
    with pytest.raises(AppealNotOpen):
        appeals.appeal(review=review, side=Side.PROVIDER, text="Good.", actor=shop.owner.actor)
    appeal = appeals.appeal(review=review, side=Side.AUTHOR, text="It is true.", actor="guest")
    for act in (moderation.restore, moderation.keep):
        with pytest.raises(AppealWaits):
            act(review=review, operator=other)  # type: ignore[operator]
    with pytest.raises(AnotherOperator):
        appeals.decide_appeal(appeal=appeal, grant=True, operator=operator)
    assert not Review.objects.get().is_shown

    appeals.decide_appeal(appeal=appeal, grant=True, note="You were right.", operator=other)

    assert Review.objects.get().is_shown
    assert rating(shop.outlet) == (1, 2)
    with pytest.raises(NothingToDecide):
        appeals.decide_appeal(appeal=appeal, grant=False, operator=other)
    moderation.hide(review=review, reason=Reason.ABUSE, operator=other)
    with pytest.raises(AppealNotOpen):
        appeals.appeal(review=review, side=Side.AUTHOR, text="Again.", actor="guest")
    assert types(review) == ["written", "hidden", "appealed", "appeal_decided", "restored", "hidden"]


def test_a_refused_appeal_leaves_it_hidden(review: Review, operator: User, other: User) -> None:
    moderation.hide(review=review, reason=Reason.UNTRUE, operator=operator)
    appeal = appeals.appeal(review=review, side=Side.AUTHOR, text="It is true.", actor="guest")
    appeals.decide_appeal(appeal=appeal, grant=False, note="It is not.", operator=other)
    assert not Review.objects.get().is_shown
    moderation.restore(review=review, operator=other)
    assert Review.objects.get().is_shown


def test_the_business_appeals_against_keeping(
    shop: Shop, review: Review, operator: User, other: User
) -> None:
    reports.report(review=review, by=shop.owner.require_user(), reason=Reason.UNTRUE)
    moderation.keep(review=review, operator=operator)
    appeal = appeals.appeal(review=review, side=Side.PROVIDER, text="Nobody came.", actor=shop.owner.actor)
    with pytest.raises(AppealWaits):
        moderation.hide(review=review, reason=Reason.UNTRUE, operator=other)
    appeals.decide_appeal(appeal=appeal, grant=True, reason=Reason.UNTRUE, operator=other)
    assert not Review.objects.get().is_shown
    assert rating(shop.outlet) == (0, 0)
    assert review.decisions.latest("pk").reason == "untrue"
    assert standing(Review.objects.get(), Side.AUTHOR).may_appeal, "now it is the author's turn"


def test_pages_go_by_when_it_was_written(shop: Shop, visit: Visit) -> None:
    written = [writing.write(access=visit(), stars=Stars(3, 3, 3), text="", language="en") for _ in range(5)]
    oldest = written[3]
    Review.objects.filter(pk=oldest.pk).update(created_at="2020-01-01T00:00:00Z")
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        rows, cursor = page_of(shop.outlet, limit=2, cursor=cursor)
        seen += [row.pk for row in rows]
    assert seen == [written[n].pk for n in (4, 2, 1, 0, 3)]
    assert Booking.objects.count() == 5


def test_nobody_decides_in_their_own_cause(shop: Shop, review: Review, operator: User, other: User) -> None:
    Membership.objects.create(provider=shop.outlet.provider, user=operator, role=Role.MANAGER)
    Customer.objects.filter(pk=review.booking.customer_id).update(user=other)
    third = make_user(is_operator=True)
    reports.report(review=review, reason=Reason.ABUSE, by=make_user())
    for party in (operator, other):
        with pytest.raises(OwnCause):
            moderation.hide(review=review, reason=Reason.ABUSE, operator=party)
        with pytest.raises(OwnCause):
            moderation.keep(review=review, operator=party)
    moderation.hide(review=review, reason=Reason.ABUSE, operator=third)
    appeal = appeals.appeal(review=review, side=Side.AUTHOR, text="It was so.", actor="user:usr_1")
    for party in (operator, other):
        with pytest.raises(OwnCause):
            appeals.decide_appeal(appeal=appeal, grant=True, operator=party)
        with pytest.raises(OwnCause):
            moderation.restore(review=review, operator=party)
    review.refresh_from_db()
    assert review.hidden_at is not None
