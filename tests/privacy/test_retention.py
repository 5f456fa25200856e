"""What has been kept long enough goes; what has not, stays."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.gis.geos import Point
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.models import Customer, SavedAddress, SavedPerson, SavedVehicle
from bookings.models import Booking, BookingAccess, CustomerNote, PayLink, QueueEntry, WaitEntry
from bookings.services import paying
from common import clock
from geo.models import Leg
from marketplace import retention
from marketplace.tasks import keep_no_longer
from notifications.models import DevMail, Message
from payments.models import WebhookReceipt
from providers.models import Document, StaffMember
from providers.services.vetting import set_document_kind
from tests.bookings.conftest import Shop
from tests.factories import make_customer, make_picture, make_user
from tests.privacy.test_decisions import PAGE
from tests.waiting import put_on

pytestmark = pytest.mark.django_db
RULES = {rule.name: rule for rule in retention.RULES}


def test_the_page_shows_the_rules() -> None:
    shown = PAGE.read_text().split("<!-- retention: make manage ARGS=privacy -->\n")[1]
    assert shown.split("<!-- end of retention -->")[0] == retention.table(), "run: make manage ARGS=privacy"


def test_every_rule_is_tried_here() -> None:
    assert set(OLD) == set(RULES)


def booked(shop: Shop, **values: Any) -> Booking:
    access = shop.hold(principal=shop.customer)
    paying.pay(access=access, method="counter", return_url="/")
    Booking.objects.filter(pk=access.booking.pk).update(**values)
    return Booking.objects.get(pk=access.booking.pk)


def ended(shop: Shop, **values: Any) -> Booking:
    booking = booked(shop, **values)
    Booking.objects.filter(pk=booking.pk).update(status="cancelled")
    return booking


def a_hold_that_ended(shop: Shop) -> Callable[[], bool]:
    booking = shop.hold().booking
    customer = make_customer(phone="+358401234567")
    Booking.objects.filter(pk=booking.pk).update(customer=customer, status="expired")

    def is_kept() -> bool:
        customer.refresh_from_db()
        kept = (customer.name, customer.email, customer.phone) != ("", None, None)
        assert kept == (customer.erased_at is None)
        return kept

    return is_kept


def a_home_visit(shop: Shop) -> Callable[[], bool]:
    booking = ended(
        shop,
        address_line="Vaasankatu 3",
        address_note="Second floor",
        address_point=Point(24.9, 60.1, srid=4326),
        served_phone="+358401234567",
        served_note="Nuts",
        vehicle_plate="ABC-123",
        vehicle_about="Volvo",
    )

    def is_kept() -> bool:
        booking.refresh_from_db()
        what = [booking.address_line, booking.address_note, booking.address_point, booking.served_phone]
        what += [booking.served_note, booking.vehicle_plate, booking.vehicle_about]
        kept = [bool(each) for each in what]
        assert len(set(kept)) == 1
        return kept[0]

    return is_kept


def a_link(shop: Shop) -> Callable[[], bool]:
    access = BookingAccess.objects.create(booking=ended(shop), token_hash="h", purpose="mail")
    return lambda: BookingAccess.objects.filter(pk=access.pk).exists()


def a_pay_link(shop: Shop) -> Callable[[], bool]:
    link = PayLink.objects.create(
        booking=ended(shop), token_hash="h", made_by="user:u", expires_at=clock.now()
    )
    return lambda: PayLink.objects.filter(pk=link.pk).exists()


def a_place_in_a_queue(shop: Shop) -> Callable[[], bool]:
    entry = QueueEntry.objects.create(outlet=shop.outlet, service=shop.service, closes_at=clock.now())
    return lambda: QueueEntry.objects.filter(pk=entry.pk).exists()


def a_note(shop: Shop) -> Callable[[], bool]:
    # They were there until now.
    visit = booked(shop, starts_at=clock.now() - timedelta(hours=1), ends_at=clock.now())
    note = CustomerNote.objects.create(
        provider=shop.outlet.provider, customer_id=visit.customer_id, text="Likes it short"
    )
    return lambda: CustomerNote.objects.filter(pk=note.pk).exists()


def a_webhook(shop: Shop) -> Callable[[], bool]:
    receipt = WebhookReceipt.objects.create(
        gateway="sandbox", event_id="e", body="{}", processed_at=clock.now()
    )
    return lambda: bool(WebhookReceipt.objects.get(pk=receipt.pk).body)


def a_paper(shop: Shop, **values: Any) -> Callable[[], bool]:
    paper = Document.objects.create(
        provider=shop.outlet.provider,
        kind=set_document_kind(slug="licence", names={"en": ("Licence", "")}, actor="system"),
        file=make_picture(private=True),
        number="77",
        submitted_by="system",
        **values,
    )

    def is_kept() -> bool:
        paper.refresh_from_db()
        assert (paper.file is None) == (paper.number == "")
        return paper.file is not None

    return is_kept


def a_refused_paper(shop: Shop) -> Callable[[], bool]:
    return a_paper(shop, status="refused", decided_at=clock.now(), decided_by=shop.owner.user)


def an_unread_paper(shop: Shop) -> Callable[[], bool]:
    return a_paper(shop, status="replaced", replaced_at=clock.now())


def a_paper_of_somebody_gone(shop: Shop) -> Callable[[], bool]:
    StaffMember.objects.filter(pk=shop.person.pk).update(archived_at=clock.now())
    return a_paper(
        shop, status="accepted", staff=shop.person, decided_at=clock.now(), decided_by=shop.owner.user
    )


def a_mail(shop: Shop) -> Callable[[], bool]:
    mail = Message.objects.create(
        key="k",
        kind="reminder",
        booking_ref="HA-1",
        recipient="cus_1",
        language="en",
        next_try_at=clock.now(),
        state="sent",
        sent_at=clock.now(),
    )
    return lambda: Message.objects.filter(pk=mail.pk).exists()


def a_kept_mail(shop: Shop) -> Callable[[], bool]:
    mail = DevMail.objects.create(recipients="a@example.com", subject="s", raw=b"")
    return lambda: DevMail.objects.filter(pk=mail.pk).exists()


def a_session(shop: Shop) -> Callable[[], bool]:
    Session.objects.create(session_key="k", session_data="", expire_date=clock.now())
    return lambda: Session.objects.filter(session_key="k").exists()


def a_way(shop: Shop) -> Callable[[], bool]:
    leg = Leg.objects.create(
        start_lat=1, start_lng=2, end_lat=3, end_lng=4, mode="car", seconds=60, found_at=clock.now()
    )
    return lambda: Leg.objects.filter(pk=leg.pk).exists()


def a_device(shop: Shop) -> Callable[[], bool]:
    now = clock.now()
    user = make_user()
    place = UserSession.objects.create(
        user=user, ip="::1", user_agent="Firefox", session_key="k", created_at=now, last_seen_at=now
    )
    return lambda: UserSession.objects.filter(pk=place.pk).exists()


def a_wait(state: str, **values: Any) -> Callable[[Shop], Callable[[], bool]]:
    def make(shop: Shop) -> Callable[[], bool]:
        entry = put_on(shop.outlet, shop.service)
        WaitEntry.objects.filter(pk=entry.pk).update(state=state, **values)
        return lambda: WaitEntry.objects.filter(pk=entry.pk).exists()

    return make


def a_removed(kind: Any, **values: Any) -> Callable[[Shop], Callable[[], bool]]:
    def make(shop: Shop) -> Callable[[], bool]:
        row = kind.objects.create(user=make_user(), removed_at=clock.now(), **values)
        return lambda: kind.objects.filter(pk=row.pk).exists()

    return make


OLD: dict[str, Callable[[Shop], Callable[[], bool]]] = {
    "contacts of holds": a_hold_that_ended,
    "home addresses": a_home_visit,
    "booking links": a_link,
    "links to pay": a_pay_link,
    "queues": a_place_in_a_queue,
    "notes about customers": a_note,
    "gateways' messages": a_webhook,
    "ways between places": a_way,
    "refused documents": a_refused_paper,
    "unread documents": an_unread_paper,
    "ended documents": a_paper_of_somebody_gone,
    "mails": a_mail,
    "mailbox": a_kept_mail,
    "sessions": a_session,
    "devices": a_device,
    "waits nobody confirmed": a_wait("unconfirmed"),
    "waits": a_wait("left", ended_at=Now()),
    "removed people": a_removed(SavedPerson, name="Onni"),
    "removed addresses": a_removed(
        SavedAddress, label="Home", line="Vaasankatu 3", point=Point(24.9, 60.1, srid=4326)
    ),
    "removed vehicles": a_removed(SavedVehicle, plate="ABC-123"),
}


@pytest.mark.parametrize("name", list(OLD))
def test_it_stays_until_its_time_and_then_goes(name: str, shop: Shop) -> None:
    rule = RULES[name]
    is_kept = OLD[name](shop)
    # The visit is tomorrow: what counts from its end counts from then.
    end = clock.now() + (timedelta(days=2) if name in ("home addresses", "booking links") else timedelta())

    with clock.at(clock.now() + rule.after - timedelta(hours=1)):
        retention.keep(rule)
    assert is_kept()
    with clock.at(end + rule.after + timedelta(hours=1)):
        assert retention.keep(rule) == 1
        assert retention.keep(rule) == 0

    assert not is_kept()


def test_a_paper_that_held_for_years_stays_a_while_after_it_is_replaced(shop: Shop) -> None:
    is_kept = a_paper(
        shop,
        status="replaced",
        decided_at=clock.now() - timedelta(days=700),
        decided_by=shop.owner.user,
        replaced_at=clock.now(),
    )
    rule = RULES["refused documents"]

    assert retention.keep(rule) == 0
    with clock.at(clock.now() + timedelta(days=91)):
        assert retention.keep(rule) == 1

    assert not is_kept()


def test_a_paper_that_ran_out_goes_a_year_later(shop: Shop) -> None:
    last = clock.now().date() - timedelta(days=3)
    decided = {"decided_at": clock.now(), "decided_by": shop.owner.user}
    is_kept = a_paper(shop, status="expired", valid_until=last, **decided)
    rule = RULES["ended documents"]

    with clock.at(clock.now() + timedelta(days=360)):
        assert retention.keep(rule) == 0
    with clock.at(clock.now() + timedelta(days=365)):
        assert retention.keep(rule) == 1

    assert not is_kept()


def test_who_has_a_booking_or_an_account_keeps_their_contacts(shop: Shop) -> None:
    booking = booked(shop)
    guest, user = make_customer(), make_customer(user=make_user())
    Booking.objects.filter(pk=booking.pk).update(customer=guest)

    with clock.at(clock.now() + timedelta(days=400)):
        assert retention.keep(RULES["contacts of holds"]) == 0

    assert Customer.objects.filter(pk__in=[guest.pk, user.pk], erased_at__isnull=True).count() == 2


def test_an_open_visit_keeps_its_address(shop: Shop) -> None:
    booked(shop, address_line="Vaasankatu 3")

    with clock.at(clock.now() + timedelta(days=400)):
        assert retention.keep(RULES["home addresses"]) == 0


def test_batches_go_on_until_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    DevMail.objects.bulk_create(DevMail(recipients="a@example.com", subject="s", raw=b"") for _ in range(5))

    with clock.at(clock.now() + timedelta(days=31)):
        keep_no_longer(timestamp=0)

    assert DevMail.objects.count() == 0


@pytest.fixture
def held_by_somebody(transactional_db: None) -> Iterator[DevMail]:
    """A row that another connection has locked."""
    mail = DevMail.objects.create(recipients="a@example.com", subject="s", raw=b"")
    locked, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            DevMail.objects.select_for_update().get(pk=mail.pk)
            locked.set()
            release.wait(20)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert locked.wait(20)
    yield mail
    release.set()
    thread.join(20)


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_is_left_for_the_next_time(held_by_somebody: DevMail) -> None:
    DevMail.objects.create(recipients="b@example.com", subject="s", raw=b"")

    with clock.at(clock.now() + timedelta(days=31)):
        assert retention.keep(RULES["mailbox"]) == 1

    assert list(DevMail.objects.values_list("pk", flat=True)) == [held_by_somebody.pk]
