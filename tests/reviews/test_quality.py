"""Quality watch: cases open by themselves, once, with their evidence; operators close them, with or without an act."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from bookings.models import Booking
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
from reviews.services import moderation, quality, writing
from tests.bookings.conftest import Shop
from tests.factories import make_member, make_user
from tests.reviews.conftest import Visit
from tests.signing_in import make_operator, sign_in


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
