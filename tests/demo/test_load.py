"""What the demo city leaves in the database is what the services would have left."""

import re
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from django.test import Client, override_settings

from accounts.enums import ConsentKind
from accounts.models import Consent, User
from accounts.services.consents import VERSIONS
from bookings.models import Allocation, Booking, GroupSession, ItemHelper, Objection
from bookings.rules.states import TABLE
from bookings.selectors.open_time import Ask, open_time
from common import clock, uploads
from common.models import AuditEntry, Event, OutboxMessage
from common.spans import Span
from geo.selectors import position_of
from marketplace.demo import helsinki, signins, terms, town
from marketplace.demo.progress import Progress
from payments.models import Payment, PolicyRule
from payments.selectors import policy_for
from payments.services.ledger import verify
from providers.models import Category, Document, Offering, Outlet, Provider, Service, StaffMember
from providers.selectors import vetting
from providers.services.listing import refresh_listing
from reviews.models import QualityCase, Review, ReviewAppeal, ReviewDecision, ReviewReport
from reviews.services import verify as ratings
from tests.demo.conftest import DAY, EVERY
from tests.seating import assert_seats_add_up

MIDDAY = datetime.combine(DAY, time(10), tzinfo=UTC)


def counts() -> dict[str, int]:
    models = (Booking, Event, AuditEntry, Provider, Outlet, Review, User)
    return {model.__name__: model.objects.count() for model in models}


def test_the_ledger_agrees_with_payments_and_balances(small_city: None) -> None:
    assert verify() == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE balance > 0 AND kind = 'escrow') FROM payments_ledgeraccount"
        )
        accounts, holding = cursor.fetchone()
    online = Payment.objects.filter(method="sandbox").values("booking_ref")
    held = Booking.objects.filter(status__in=["requested", "confirmed", "completed"], ref__in=online)
    assert accounts > holding == held.count() > 0


def test_every_booking_tells_its_story_without_gaps_along_the_state_table(small_city: None) -> None:
    allowed = {(move.source, move.target) for move in TABLE}
    by_ref: dict[str, list[Event]] = {}
    for event in Event.objects.filter(subject_type="booking").order_by("subject_id", "seq"):
        by_ref.setdefault(event.subject_id, []).append(event)
    bookings = list(Booking.objects.all())
    assert len(bookings) > 300
    for booking in bookings:
        told = by_ref[booking.ref]
        assert [event.seq for event in told] == list(range(1, booking.last_seq + 1))
        statuses = [event.payload["status"] for event in told]
        assert statuses[0] == "held" and statuses[-1] == booking.status
        assert {(a, b) for a, b in pairwise(statuses) if a != b} <= allowed
        assert all(a.at <= b.at for a, b in pairwise(told))
    assert not OutboxMessage.objects.exists()


def test_listings_and_ratings_are_as_their_services_would_count_them(small_city: None) -> None:
    columns = ("pk", "category_id", "place", "is_live")
    before = list(Offering.objects.order_by("pk").values_list(*columns))
    refresh_listing(Offering.objects.all())
    assert list(Offering.objects.order_by("pk").values_list(*columns)) == before
    assert ratings.verify() == []
    assert Outlet.objects.filter(rating_count__gt=0).count() > 3
    assert StaffMember.objects.filter(rating_count__gt=0).count() > 3
    assert Review.objects.exclude(booking__status="closed").count() == 0


def test_what_is_not_approved_is_not_for_sale(small_city: None) -> None:
    hidden = Provider.objects.exclude(status="approved")
    assert sorted(hidden.values_list("status", flat=True)) == [
        "draft",
        "rejected",
        "revision",
        "submitted",
        "submitted",
        "submitted",
        "suspended",
    ]
    assert not Offering.objects.filter(outlet__provider__in=hidden, is_live=True).exists()
    assert not Booking.objects.filter(outlet__provider__in=hidden).exists()


def test_approved_businesses_have_their_papers_and_some_wait_for_operators(small_city: None) -> None:
    for provider in Provider.objects.filter(status="approved"):
        assert [need for need in vetting.needs(provider) if need.is_required and not need.is_held] == []
    waiting = list(vetting.applications())
    assert [application.provider.status for application in waiting] == ["submitted"] * 3
    assert all(vetting.missing(application.provider) == [] for application in waiting)
    assert vetting.open_appeals().count() == 1
    assert uploads.read(Document.objects.first().file).startswith(b"%PDF")  # type: ignore[union-attr,arg-type]


def test_every_queue_of_the_desk_and_of_a_day_has_something(small_city: None) -> None:
    assert ReviewReport.objects.filter(decision__isnull=True).count() == 2
    assert ReviewDecision.objects.filter(kind="keep").exists()
    assert ReviewAppeal.objects.filter(decided_at__isnull=True).count() == 1
    assert ReviewAppeal.objects.filter(decided_at__isnull=False, granted=True).count() == 1
    assert QualityCase.objects.filter(staff__isnull=True, closed_at__isnull=True).exists()
    assert Objection.objects.filter(state="open").count() == 2
    assert Booking.objects.filter(status="requested").exists()
    assert not Booking.objects.filter(status="requested", confirmed_at__isnull=False).exists()


def test_visits_that_took_place_have_their_standard_ticked(small_city: None) -> None:
    took_place = Booking.objects.filter(status__in=["completed", "closed"])
    standards = [booking.items.get().standard for booking in took_place[:60]]
    ticked = [[step["at"] for step in standard] for standard in standards if standard]
    assert len(ticked) > 10
    assert all(all(times) and times == sorted(times) for times in ticked)


def test_most_people_have_a_portrait_and_all_consents_are_to_the_present_words(small_city: None) -> None:
    people = StaffMember.objects.filter(provider__status="approved")
    assert people.filter(photo__isnull=False).count() > people.count() / 2
    photo = people.filter(photo__isnull=False)[0].photo
    assert photo and uploads.read(photo).startswith(b"\xff\xd8\xff")
    for consent in Consent.objects.all():
        assert consent.version == VERSIONS[ConsentKind(consent.kind)] <= consent.at.date().isoformat()


def test_confirmed_visits_are_where_the_availability_engine_would_put_them(small_city: None) -> None:
    ahead = Booking.objects.filter(status="confirmed", starts_at__gt=MIDDAY, items__session__isnull=True)
    upcoming = ahead.order_by("ref")[:40]
    assert len(upcoming) == 40
    with clock.at(MIDDAY):
        for booking in upcoming:
            item = booking.items.get()
            offering = Offering.objects.get(outlet=booking.outlet, service=item.service)
            ask = Ask(offering.pk, duration_min=item.duration_min, staff_pks=(item.staff_id,))
            if len(people := item.people) > 1:
                named = tuple(person.pk for person in people)
                ask = Ask(
                    offering.pk,
                    duration_min=item.duration_min,
                    with_pks=named,
                    where=position_of(booking.address_point),
                )
            a_minute = timedelta(minutes=1)
            span = Span(booking.starts_at - a_minute, booking.starts_at + a_minute)
            found = open_time([ask], window=span, besides_booking=booking.pk)[offering.pk]
            starts = [slot.start for slot in found.slots()]
            late = booking.starts_at < MIDDAY + timedelta(minutes=booking.outlet.notice_min)
            assert booking.starts_at in starts or late, (booking.ref, item.name, booking.starts_at)


def test_group_sessions_are_on_the_calendar_with_seats_taken_and_left(small_city: None) -> None:
    taken = GroupSession.objects.filter(seats_taken__gt=0)
    assert {bool(session.course) for session in taken} == {True, False}
    assert all(session.seats_taken < session.capacity for session in taken)
    assert_seats_add_up()


def test_a_deep_clean_takes_two_people_at_once(small_city: None) -> None:
    helped = ItemHelper.objects.select_related("item")
    assert helped.exists()
    for row in helped:
        taken = Allocation.objects.filter(item=row.item, live=True, staff__isnull=False)
        assert set(taken.values_list("staff_id", flat=True)) == {row.item.staff_id, row.staff_id}


def test_some_businesses_have_terms_of_their_own(small_city: None) -> None:
    workshop, colour = PolicyRule.objects.order_by(F("service").asc(nulls_first=True))
    assert (workshop.service, workshop.policy.deposit_percent) == (None, 20)
    assert policy_for(Service.objects.get(pk=colour.service_id)).cancel == terms.STEPS.cancel


def test_a_second_run_changes_nothing_and_a_later_day_only_adds(small_city: None) -> None:
    with transaction.atomic():
        before = counts()
        assert helsinki.load(1, day=DAY, every=EVERY) is None
        assert counts() == before
        old = set(Booking.objects.values_list("ref", "status", "last_seq"))
        later = helsinki.load(1, day=DAY + timedelta(days=4), every=EVERY)
        assert later is not None and later.businesses == 0 and later.visits > 0
        assert later.through == DAY + timedelta(days=4 + helsinki.FUTURE_DAYS)
        assert old < set(Booking.objects.values_list("ref", "status", "last_seq"))
        new = Booking.objects.exclude(ref__in=[ref for ref, _, _ in old])
        assert min(b.starts_at.date() for b in new) > DAY + timedelta(days=helsinki.FUTURE_DAYS - 1)
        assert verify() == []
        transaction.set_rollback(True)


def test_a_top_up_leaves_out_what_has_been_booked_or_archived_meanwhile(small_city: None) -> None:
    with transaction.atomic():
        gone = Outlet.objects.filter(bookings__isnull=False).order_by("pk").first()
        assert gone is not None
        Outlet.objects.filter(pk=gone.pk).update(archived_at=clock.now())
        last = Booking.objects.filter(outlet=gone).order_by("-starts_at")[0].starts_at
        assert helsinki.load(1, day=DAY + timedelta(days=10), every=EVERY) is not None
        assert Booking.objects.filter(outlet=gone).order_by("-starts_at")[0].starts_at == last
        transaction.set_rollback(True)


@override_settings(DEMO=True)
def test_another_seed_is_refused(small_city: None) -> None:
    with pytest.raises(helsinki.OtherSeed):
        helsinki.load(2, day=DAY)
    with pytest.raises(CommandError, match="seed 1"):
        call_command("demo_city", seed=2, stdout=StringIO())


def test_the_demo_people_can_sign_in_and_have_their_roles(small_city: None) -> None:
    for person in signins.SIGN_INS:
        user = User.objects.get(email=person.email)
        assert user.check_password(signins.PASSWORD)
        roles = set(user.memberships.values_list("role", flat=True))
        assert roles == ({person.role} if person.role in ("owner", "manager", "staff") else set())
        assert user.is_operator == (person.role == "operator")
        with connection.cursor() as cursor:
            cursor.execute("SELECT verified FROM account_emailaddress WHERE email = %s", [person.email])
            assert cursor.fetchone() == (True,)
    assert Client().login(email=signins.CUSTOMER, password=signins.PASSWORD)
    others = User.objects.exclude(email__in=[s.email for s in signins.SIGN_INS])
    assert not any(user.has_usable_password() for user in others)


def test_the_table_of_sign_ins_names_them_all(small_city: None) -> None:
    out = StringIO()
    call_command("demo_signins", stdout=out)
    assert signins.PASSWORD in out.getvalue()
    assert len(re.findall(r"\S+@demo\.example", out.getvalue())) == len(signins.SIGN_INS)


def test_every_category_has_an_english_and_a_chinese_name(small_city: None) -> None:
    for category in Category.objects.prefetch_related("names"):
        assert {name.language for name in category.names.all()} == {"en", "zh-hans"}
    leaves = Category.objects.filter(children__isnull=True)
    assert all(c.parent and c.parent.slug in ("housekeeping", "beauty", "car-care") for c in leaves)


def test_a_town_beside_the_city_leaves_the_city_alone(small_city: None) -> None:
    before = Booking.objects.count(), Outlet.objects.filter(city="Helsinki").count()
    town.load(1, outlets=3, progress=Progress(StringIO(), 1))
    assert (Booking.objects.count(), Outlet.objects.filter(city="Helsinki").count()) == before


def test_the_day_is_helsinkis() -> None:
    with clock.at(datetime(2026, 11, 23, 22, 30, tzinfo=UTC)):
        assert helsinki.today() == date(2026, 11, 24)
