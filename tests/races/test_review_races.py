"""Authors, businesses and operators at the same review in the same moment."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from bookings.models import Booking
from bookings.selectors.access import Access
from bookings.services import holds
from common import clock
from common.errors import NotFound, TooMany
from common.models import Event, StoredFile
from providers.models import Outlet
from providers.rules.ratings import Stars
from providers.services.affected import guarded
from providers.services.outlets import archive_outlet
from reviews.enums import Reason, Side
from reviews.errors import AlreadyReplied, AlreadyReviewed, NothingToDecide, ReviewHidden, ReviewPhotosTooMany
from reviews.models import QualityCase, QualityThreshold, Review, ReviewReport
from reviews.services import appeals, erasure, moderation, quality, record, replies, reports, writing
from reviews.services.verify import verify
from tests.bookings.conftest import Shop, contact, shop
from tests.factories import PIXEL, make_review, make_service, make_staff, make_user, tomorrow_at
from tests.payments.paying import together

__all__ = ["contact", "shop"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def over(shop: Shop, contact: Callable[..., holds.Contact]) -> Access:
    access = shop.hold(contact=contact())
    take_place(access.booking)
    return shop.again(access)


def take_place(booking: Booking) -> None:
    row = Booking.objects.filter(pk=booking.pk)
    for status in ("confirmed", "checked_in", "started", "completed"):
        row.update(status=status)
    row.update(starts_at=clock.now() - timedelta(hours=2), ends_at=clock.now() - timedelta(hours=1))


@pytest.fixture
def review(over: Access) -> Review:
    return writing.write(access=over, stars=Stars(3, 3, 3), text="", language="en")


def kinds(results: list[object]) -> Counter[type]:
    return Counter(type(result) for result in results)


def numbers(review: Review) -> list[int]:
    """The event numbers of a review, in order."""
    return list(
        Event.objects.filter(subject_type="review", subject_id=review.public_id)
        .order_by("seq")
        .values_list("seq", flat=True)
    )


def test_of_many_reviews_of_one_visit_one_stands(over: Access) -> None:
    results = together(
        *[
            lambda n=n: writing.write(access=over, stars=Stars(n, n, n), text="", language="en")
            for n in (1, 2, 3, 4, 5, 5)
        ]
    )
    assert kinds(results) == {Review: 1, AlreadyReviewed: 5}
    assert verify() == []


def test_edits_at_once_leave_the_rating_of_the_last(over: Access, review: Review) -> None:
    results = together(
        *[
            lambda n=n: writing.edit(access=over, stars=Stars(n, n, n), text=str(n), language="en")
            for n in (1, 2, 3, 4, 5, 1, 2, 5)
        ]
    )
    assert kinds(results) == {Review: 8}
    assert verify() == []
    left = Review.objects.get()
    assert left.text == str(left.rating)
    assert numbers(left) == list(range(1, 10))


def test_without_the_lock_edits_would_spoil_the_rating(
    over: Access, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_looked = threading.Barrier(2, timeout=10)

    def look_and_wait(found: Review) -> Review:
        row = Review.objects.select_related("booking", "outlet").get(pk=found.pk)
        both_looked.wait()
        return row

    monkeypatch.setattr(record, "lock", look_and_wait)
    # Without the lock the event's number is taken twice as well: look at the ratings alone.
    monkeypatch.setattr(record, "tell", lambda *args, **kwargs: None)
    together(
        lambda: writing.edit(access=over, stars=Stars(2, 2, 2), text="", language="en"),
        lambda: writing.edit(access=over, stars=Stars(4, 4, 4), text="", language="en"),
    )
    assert len(verify()) == 2, "each reckoned from the three stars that were there"


def test_of_many_replies_one_stands(shop: Shop, review: Review) -> None:
    results = together(
        *[
            lambda n=n: replies.reply(review=review, text=f"Reply {n}", actor=shop.owner.actor)
            for n in range(6)
        ]
    )
    assert kinds(results) == {Review: 1, AlreadyReplied: 5}
    [won] = [result for result in results if isinstance(result, Review)]
    assert Review.objects.get().reply == won.reply
    assert numbers(review) == [1, 2]


def test_a_report_beside_a_hiding_is_never_left_open(review: Review) -> None:
    operator = make_user(is_operator=True)
    people = [make_user() for _ in range(5)]
    results = together(
        *[lambda by=by: reports.report(review=review, by=by, reason=Reason.SPAM) for by in people],
        lambda: moderation.hide(review=review, reason=Reason.SPAM, operator=operator),
    )
    assert set(kinds(results)) <= {ReviewReport, NotFound, type(results[-1])}
    assert not ReviewReport.objects.filter(decision__isnull=True).exists()
    assert verify() == []
    assert Outlet.objects.get(pk=review.outlet_id).rating_count == 0


def test_of_operators_who_decide_at_once_one_does(review: Review) -> None:
    operators = [make_user(is_operator=True) for _ in range(4)]
    reports.report(review=review, by=make_user(), reason=Reason.SPAM)
    results = together(
        *[lambda by=by: moderation.keep(review=review, operator=by) for by in operators[:2]],
        *[
            lambda by=by: moderation.hide(review=review, reason=Reason.SPAM, operator=by)
            for by in operators[2:]
        ],
    )
    refused = [result for result in results if isinstance(result, NothingToDecide | ReviewHidden)]
    assert review.decisions.filter(kind="hide").count() == 1, "hiding needs no report"
    assert len(refused) == 4 - review.decisions.count()
    assert verify() == []


def test_an_appeal_is_decided_once(review: Review) -> None:
    first, *others = (make_user(is_operator=True) for _ in range(5))
    moderation.hide(review=review, reason=Reason.SPAM, operator=first)
    appeal = appeals.appeal(review=review, side=Side.AUTHOR, text="Why?", actor="guest")
    results = together(
        *[
            lambda by=by, grant=grant: appeals.decide_appeal(appeal=appeal, grant=grant, operator=by)
            for by, grant in zip(others, (True, False, True, False), strict=True)
        ]
    )
    assert kinds(results)[NothingToDecide] == 3
    appeal.refresh_from_db()
    assert Review.objects.get().is_shown == appeal.granted
    assert verify() == []


def test_two_edits_at_once_never_make_five_photos(over: Access, review: Review) -> None:
    def edit() -> Review:
        files = [SimpleUploadedFile("photo.png", PIXEL) for _ in range(3)]
        return writing.edit(access=over, stars=Stars(4, 4, 4), text="", language="en", files=files)

    results = together(edit, edit)
    assert kinds(results) == {Review: 1, ReviewPhotosTooMany: 1}
    assert sorted(review.photos.values_list("position", flat=True)) == [0, 1, 2]
    assert StoredFile.objects.count() == 3, "nothing of the other is kept"


def test_of_many_reviews_with_photos_only_those_of_one_are_kept(over: Access) -> None:
    results = together(
        *[
            lambda: writing.write(
                access=over,
                stars=Stars(4, 4, 4),
                text="",
                language="en",
                files=[SimpleUploadedFile("photo.png", PIXEL)],
            )
        ]
        * 2
    )
    assert kinds(results) == {Review: 1, AlreadyReviewed: 1}
    assert StoredFile.objects.count() == Review.objects.get().photos.count() == 1


def test_of_many_looks_at_once_one_opens_the_case(shop: Shop, over: Access, review: Review) -> None:
    provider = shop.outlet.provider
    QualityThreshold.objects.update_or_create(subject="provider", defaults={"least_reviews": 1})
    writing.edit(access=over, stars=Stars(1, 1, 1), text="", language="en")
    results = together(*[lambda: quality.look(provider=provider)] * 6)
    assert kinds(results) == {QualityCase: 6}
    assert QualityCase.objects.count() == 1
    assert Event.objects.filter(type="quality.case_opened").count() == 1


def somebody_waits() -> bool:
    """Whether a connection to this database waits for another's lock."""
    with connection.cursor() as cursor:
        # Without this a transaction goes on seeing who was there when it first looked.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND cardinality(pg_blocking_pids(pid)) > 0"
        )
        return bool(cursor.fetchone()[0])


def close_the_shop_beside(other: Callable[[], object], outlet: Outlet) -> list[object]:
    """Archive the outlet, as a desk does, when `other` has come to wait for its people; both results."""
    locked = threading.Event()

    def close() -> None:
        with guarded(outlet.provider_id):
            locked.set()
            until = time.monotonic() + 20
            while not somebody_waits() and time.monotonic() < until:
                time.sleep(0.02)
            archive_outlet(outlet=outlet, actor="user:x")

    def then() -> object:
        assert locked.wait(20)
        return other()

    return together(close, then)


def test_a_shop_that_closes_and_a_rating_that_moves_wait_for_each_other_in_one_order(
    over: Access, review: Review
) -> None:
    outlet = Outlet.objects.get(pk=review.outlet_id)

    closed, edited = close_the_shop_beside(
        lambda: writing.edit(access=over, stars=Stars(5, 5, 5), text="", language="en"), outlet
    )

    assert closed is None
    assert isinstance(edited, Review)
    assert Outlet.objects.get(pk=outlet.pk).archived_at is not None
    assert verify() == []


def test_a_shop_that_closes_beside_an_erasure_of_several_reviews(
    shop: Shop, over: Access, contact: Callable[..., holds.Contact]
) -> None:
    """Each person's rating has moved before any outlet's, not one review after the other."""
    other = make_staff(shop.outlet)
    make_review(over.booking)
    second = shop.hold(service=make_service(shop.outlet, staff=[other]), contact=contact()).booking
    take_place(second)
    make_review(second)

    closed, erased = close_the_shop_beside(
        lambda: erasure.erase(bookings=[over.booking.pk, second.pk]), Outlet.objects.get(pk=shop.outlet.pk)
    )

    assert (closed, erased) == (None, 2)
    assert verify() == []


def test_reports_of_several_reviews_at_once_count_each_other(shop: Shop) -> None:
    by = make_user()
    written = [
        make_review(shop.hold(tomorrow_at(10, days=1 + n)).booking) for n in range(reports.MOST_A_DAY + 4)
    ]
    for review in written[:6]:
        reports.report(review=review, by=by, reason=Reason.SPAM)

    results = together(
        *[
            lambda review=review: reports.report(review=review, by=by, reason=Reason.SPAM)
            for review in written[6:]
        ]
    )

    assert kinds(results) == {ReviewReport: 4, TooMany: 4}
    assert ReviewReport.objects.count() == reports.MOST_A_DAY
