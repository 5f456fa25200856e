"""Quality watch: cases open by themselves, once, with their evidence; operators close them, with or without an act."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from bookings.models import Booking, ItemHelper, Objection
from bookings.selectors.access import Access
from bookings.services import objections
from common import clock
from common.errors import InvalidInput
from common.events import handler_named
from common.models import AuditEntry, Event
from providers.enums import EntryKind, Role
from providers.errors import OwnCause, ReasonMissing
from providers.models import Membership, Provider, VettingEntry
from providers.rules.ratings import Stars
from providers.services import vetting
from reviews.enums import Outcome, Reason
from reviews.errors import NothingToDecide
from reviews.models import QualityCase, QualityThreshold, Review
from reviews.selectors import quality as selectors
from reviews.services import moderation, quality, writing
from reviews.tasks import watch_quality
from tests.bookings.conftest import Shop
from tests.bookings.test_changes import capture
from tests.bookings.test_requests import payment_of
from tests.factories import make_due, make_member, make_staff, make_user, tomorrow_at
from tests.reviews.conftest import Visit
from tests.signing_in import as_operator, make_operator, sign_in


@pytest.fixture
def operator(db: None) -> User:
    return make_user(is_operator=True)


def disappoint(visit: Visit, times: int = 5, stars: int = 2) -> list[Review]:
    return [
        writing.write(access=visit(), stars=Stars(stars, stars, stars), text="Meh.", language="en")
        for _ in range(times)
    ]


def test_a_case_opens_at_the_threshold_for_the_business_and_the_person(shop: Shop, visit: Visit) -> None:
    disappoint(visit, 4)
    assert quality.look(provider=shop.outlet.provider) is None
    written = disappoint(visit, 1)
    for _ in range(2):
        quality.look_after(booking_ref=written[0].booking.ref)

    of_shop, of_person = QualityCase.objects.order_by("pk")
    assert (of_shop.staff, of_person.staff) == (None, shop.person)
    assert of_shop.evidence["causes"] == ["rating"]
    assert of_shop.evidence["mean"] == 2.0
    assert of_shop.evidence["visits"] == 5
    assert set(of_shop.evidence["reviews"]) == set(Review.objects.values_list("public_id", flat=True))
    event = Event.objects.get(subject_id=of_person.public_id)
    assert (event.type, event.payload["staff"]) == ("quality.case_opened", shop.person.public_id)


def test_whoever_helped_answers_for_it_too(shop: Shop, visit: Visit) -> None:
    helper = make_staff(shop.outlet)
    for _ in range(5):
        access = visit()
        ItemHelper.objects.create(item=access.booking.items.get(), staff=helper)
        writing.write(access=access, stars=Stars(2, 2, 2), text="", language="en")

    assert (shop.outlet.provider_id, helper.pk) in selectors.to_look_at()
    quality.look_after(booking_ref=access.booking.ref)

    cases = QualityCase.objects.filter(staff__isnull=False).order_by("staff")
    assert [case.staff_id for case in cases] == [shop.person.pk, helper.pk]


def test_the_news_of_a_review_is_what_opens_it(shop: Shop, visit: Visit) -> None:
    disappoint(visit)
    handler = handler_named("reviews.handlers.on_quality")
    assert handler is not None
    for _ in range(2):
        handler(Event.objects.filter(type="review.written").latest("pk"))
    assert QualityCase.objects.count() == 2


def test_hidden_and_old_reviews_do_not_count(shop: Shop, visit: Visit, operator: User) -> None:
    hidden, old, *_ = disappoint(visit, 6)
    moderation.hide(review=hidden, reason=Reason.SPAM, operator=operator)
    Review.objects.filter(pk=old.pk).update(created_at=clock.now() - timedelta(days=91))
    assert quality.look(provider=shop.outlet.provider) is None


def test_visits_that_the_business_gave_up_count(shop: Shop, visit: Visit) -> None:
    visits = [visit(status="confirmed", days_ago=n + 1).booking for n in range(10)]
    for booking in visits[:2]:
        Booking.objects.filter(pk=booking.pk).update(status="cancelled", cancelled_by="staff")
    for booking in visits[3:5]:
        Booking.objects.filter(pk=booking.pk).update(status="no_show")
    assert quality.look(provider=shop.outlet.provider) is None
    Booking.objects.filter(pk=visits[2].pk).update(status="cancelled", cancelled_by="staff")
    case = quality.look(provider=shop.outlet.provider)
    assert case is not None
    assert case.evidence["causes"] == ["breaches"]
    assert [case.evidence[name] for name in ("visits", "cancelled", "declined", "no_shows")] == [10, 3, 0, 2]


def test_thresholds_are_data(shop: Shop, visit: Visit) -> None:
    disappoint(visit, 5, stars=4)
    assert quality.look(provider=shop.outlet.provider) is None
    QualityThreshold.objects.update_or_create(subject="provider", defaults={"rating_below": "4.50"})
    assert quality.look(provider=shop.outlet.provider) is not None
    assert quality.look(provider=shop.outlet.provider, staff=shop.person) is None


def test_one_open_case_per_subject(shop: Shop) -> None:
    provider = shop.outlet.provider
    QualityCase.objects.create(provider=provider)
    QualityCase.objects.create(provider=provider, staff=shop.person)
    for staff in (None, shop.person):
        with pytest.raises(IntegrityError), transaction.atomic():
            QualityCase.objects.create(provider=provider, staff=staff)


def test_a_notice_stands_in_the_thread_and_can_be_appealed_and_the_window_begins_anew(
    shop: Shop, visit: Visit, operator: User
) -> None:
    disappoint(visit)
    case = quality.look(provider=shop.outlet.provider)
    assert case is not None
    with pytest.raises(ReasonMissing):
        quality.close(case=case, operator=operator, outcome=Outcome.NOTICE, reason=" ")
    assert QualityCase.objects.get().closed_at is None

    closed = quality.close(
        case=case, operator=operator, outcome=Outcome.NOTICE, reason="Five people were let down."
    )

    entry = VettingEntry.objects.get()
    assert (closed.entry, entry.kind, entry.message) == (
        entry,
        EntryKind.WARNED,
        "Five people were let down.",
    )
    assert AuditEntry.objects.get(action="quality.case_closed").chained
    with pytest.raises(NothingToDecide):
        quality.close(case=case, operator=operator, outcome=Outcome.NOTHING)
    assert vetting.appeal(entry=entry, user=shop.owner.require_user(), text="It was the flu.").pk
    assert quality.look(provider=shop.outlet.provider) is None, "what was decided upon does not count again"
    disappoint(visit)
    assert quality.look(provider=shop.outlet.provider) is not None


def test_a_business_is_suspended_and_a_person_is_not(shop: Shop, operator: User) -> None:
    provider = shop.outlet.provider
    of_person = QualityCase.objects.create(provider=provider, staff=shop.person)
    with pytest.raises(InvalidInput):
        quality.close(case=of_person, operator=operator, outcome=Outcome.SUSPENSION, reason="No.")
    quality.close(case=of_person, operator=operator, outcome=Outcome.RETRAINING, reason="Learn.")
    entry = VettingEntry.objects.get()
    assert (entry.kind, entry.staff) == (EntryKind.RETRAINING, shop.person)

    case = QualityCase.objects.create(provider=provider)
    until = clock.now() + timedelta(days=7)
    quality.close(case=case, operator=operator, outcome=Outcome.SUSPENSION, reason="Enough.", until=until)
    provider.refresh_from_db()
    assert (provider.status, provider.suspended_until) == ("suspended", until)


def test_operators_see_the_evidence_and_the_person_reads_what_concerns_them(shop: Shop, visit: Visit) -> None:
    reviews = disappoint(visit)
    quality.look(provider=shop.outlet.provider, staff=shop.person)
    desk = sign_in(Client(), make_operator())
    case = QualityCase.objects.get()
    assert shop.person.name in desk.get("/desk/quality/").content.decode()
    page = desk.get(f"/desk/quality/{case.public_id}/").content.decode()
    assert all(review.public_id in page for review in reviews)
    assert 'value="suspension"' not in page
    empty = desk.post(f"/desk/quality/{case.public_id}/", {"key": "b6b8c1a6-0e9b-4d6e-9d55-4f3e7a1c2d3e"})
    assert empty.status_code == 422

    sent = {
        "outcome": "retraining",
        "reason": "Learn to listen.",
        "key": "b6b8c1a6-0e9b-4d6e-9d55-4f3e7a1c2d3f",
    }
    assert desk.post(f"/desk/quality/{case.public_id}/", sent)["Location"] == "/desk/quality/"

    provider = Provider.objects.get(pk=shop.outlet.provider_id)
    for user, may in ((shop.staff.user, True), (make_member(provider, Role.STAFF), False)):
        client = Client()
        assert user is not None
        client.force_login(user)
        shown = client.get(f"/provider/{provider.public_id}/").content.decode()
        assert ("Learn to listen." in shown) is may


def test_nobody_closes_a_case_about_their_own_business(shop: Shop, operator: User) -> None:
    case = QualityCase.objects.create(provider=shop.outlet.provider)
    Membership.objects.create(provider=shop.outlet.provider, user=operator, role=Role.OWNER)
    with pytest.raises(OwnCause):
        quality.close(case=case, operator=operator, outcome=Outcome.NOTHING, reason="All well.")
    assert QualityCase.objects.get().closed_at is None


# Objections decided for the customer


def objected(access: Access, operator: User, refund: int) -> Objection:
    """The customer of a visit objects, and an operator decides how much goes back."""
    found = objections.object_to(access=access, reason="The fringe is crooked.")
    return objections.decide(
        principal=as_operator(operator), objection=found.public_id, refund_amount=refund, reason="Seen."
    )


@pytest.fixture
def paid(shop: Shop, contact: Any) -> Access:
    """A visit paid online, which has begun."""
    access = shop.hold(tomorrow_at(10, days=3), contact=contact())
    capture(payment_of(access))
    make_due(access.booking.ref, ago=timedelta(minutes=10))
    return shop.again(access)


@pytest.mark.parametrize(("refund", "counts"), [(5000, True), (1, True), (0, False)])
def test_what_was_decided_for_the_customer_counts(
    shop: Shop, visit: Visit, paid: Access, operator: User, refund: int, counts: bool
) -> None:
    for n in range(8):
        visit(days_ago=n + 1)
    given_up = visit(status="confirmed", days_ago=9).booking
    Booking.objects.filter(pk=given_up.pk).update(status="cancelled", cancelled_by="staff")
    QualityThreshold.objects.update_or_create(subject="provider", defaults={"breaches_above": 19})
    assert quality.look(provider=shop.outlet.provider) is None
    found = objected(paid, operator, refund)

    handler = handler_named("reviews.handlers.on_quality")
    assert handler is not None
    handler(Event.objects.get(type="booking.objection_decided"))

    case = QualityCase.objects.filter(staff=None).first()
    assert (case is not None) is counts
    if case is not None:
        assert case.evidence["causes"] == ["breaches"]
        assert (case.evidence["visits"], case.evidence["objections"]) == (10, [found.public_id])
        desk = sign_in(Client(), make_operator())
        assert paid.booking.ref in desk.get(f"/desk/quality/{case.public_id}/").content.decode()


def test_it_counts_when_it_is_decided_and_for_who_served(shop: Shop, paid: Access, operator: User) -> None:
    objected(paid, operator, 5000)
    now = clock.now()
    other = make_staff(shop.outlet)
    provider = shop.outlet.provider
    for person, start, number in (
        (None, now - timedelta(days=1), 1),
        (shop.person, now - timedelta(days=1), 1),
        (other, now - timedelta(days=1), 0),
        (None, now + timedelta(minutes=1), 0),
    ):
        assert selectors.objections_since(provider, person, start).count() == number


# By the clock, without news


def test_a_visit_that_was_given_up_counts_once_its_time_has_come(shop: Shop, visit: Visit) -> None:
    for n in range(7):
        visit(days_ago=n + 1)
    for days in (2, 3, 4):
        booking = visit(status="confirmed", days_ago=days + 10).booking
        start = clock.now() + timedelta(days=days)
        Booking.objects.filter(pk=booking.pk).update(
            status="cancelled", cancelled_by="staff", starts_at=start, ends_at=start + timedelta(hours=1)
        )
    watch_quality(0)
    assert QualityCase.objects.count() == 0

    with clock.at(clock.now() + timedelta(days=5)):
        watch_quality(0)
        watch_quality(1)

    of_shop, of_person = QualityCase.objects.order_by("pk")
    assert (of_shop.staff, of_person.staff) == (None, shop.person)
    assert of_shop.evidence["causes"] == ["breaches"]
    assert of_shop.evidence["visits"] == 10


def test_what_falls_out_of_the_window_is_seen_and_the_case_stays_for_an_operator(
    shop: Shop, visit: Visit
) -> None:
    disappoint(visit)
    quality.look(provider=shop.outlet.provider)

    with clock.at(clock.now() + timedelta(days=91)):
        watch_quality(0)
        case = QualityCase.objects.get()
        assert (case.closed_at, case.evidence["causes"], case.evidence["reviews"]) == (None, [], [])
    desk = sign_in(Client(), make_operator())
    page = desk.get(f"/desk/quality/{case.public_id}/").content.decode()
    assert "over the threshold again" in page


def test_after_a_case_the_clock_sees_only_what_happened_since(
    shop: Shop, visit: Visit, operator: User
) -> None:
    disappoint(visit)
    watch_quality(0)
    for case in QualityCase.objects.all():
        quality.close(case=case, operator=operator, outcome=Outcome.NOTHING)
    watch_quality(0)
    assert not QualityCase.objects.filter(closed_at=None).exists()

    # Written after it, told to nobody: the day's look finds it.
    disappoint(visit)
    watch_quality(0)
    assert QualityCase.objects.filter(closed_at=None).count() == 2


def test_who_has_nothing_bad_is_not_looked_at(shop: Shop, visit: Visit) -> None:
    writing.write(access=visit(), stars=Stars(4, 4, 4), text="Good.", language="en")
    assert quality.look_by_the_clock() == 0
    disappoint(visit, 1)
    assert quality.look_by_the_clock() == 2
    assert QualityCase.objects.count() == 0


def test_one_that_fails_keeps_no_other_waiting(
    shop: Shop, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    disappoint(visit)
    pairs = selectors.to_look_at()
    monkeypatch.setattr(selectors, "to_look_at", lambda: [(0, None), *pairs])
    assert quality.look_by_the_clock() == 3
    assert QualityCase.objects.count() == 2
