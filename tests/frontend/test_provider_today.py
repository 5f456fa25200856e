"""The front page of a business: who is next, what waits for an answer and where it is dealt with, the day's money."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.models import Booking, Objection, PriceChange, QueueEntry, VisitMessage
from common import clock
from providers.enums import DocumentStatus, ProviderStatus, Role
from providers.models import Outlet, Service, Skill, StaffMember
from tests.bookings.numbering import Part, had, taken
from tests.factories import (
    make_customer,
    make_member,
    make_outlet,
    make_provider,
    make_review,
    make_service,
    make_staff,
    make_user,
    take_elsewhere,
)
from tests.frontend.booking_steps import text
from tests.vetting.conftest import make_document, make_kind

pytestmark = pytest.mark.django_db
# A Tuesday, noon in Helsinki.
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


@dataclass
class Shop:
    outlet: Outlet
    aino: StaffMember
    juho: StaffMember
    cut: Service
    manager: Client
    staff: Client

    def had(self, hours: float, name: str, *, by: StaffMember | None = None, **fields: Any) -> Booking:
        """A visit that begins so many hours from now, of a customer of that name, by Aino."""
        part = Part(self.cut, by or self.aino, minutes=30)
        fields.setdefault("status", "confirmed")
        return had(
            self.outlet, NOW + timedelta(hours=hours), part, customer=make_customer(name=name), **fields
        )

    def page(self, client: Client | None = None) -> Any:
        return (client or self.manager).get(f"/provider/{self.outlet.provider.public_id}/")

    def waits(self, client: Client | None = None) -> list[tuple[str, str]]:
        """What waits, and where it is dealt with within the business."""
        base = f"/provider/{self.outlet.provider.public_id}/"
        return [(wait.title, wait.url.removeprefix(base)) for wait in self.page(client).context["waits"]]


@pytest.fixture(autouse=True)
def on_a_tuesday() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def shop() -> Shop:
    outlet = make_outlet()
    aino, juho = make_staff(outlet, name="Aino"), make_staff(outlet, name="Juho")
    clients = [Client(), Client()]
    clients[0].force_login(make_member(outlet.provider, Role.MANAGER, name="Maija Manager"))
    clients[1].force_login(make_member(outlet.provider, Role.STAFF, staff=aino, name="Aino Rinne"))
    return Shop(outlet, aino, juho, make_service(outlet, staff=[aino, juho], name="Cut"), *clients)


def write(booking: Booking, count: int = 1) -> None:
    for _ in range(count):
        VisitMessage.objects.create(booking=booking, by_customer=True, text="When?")


def object_to(booking: Booking, **fields: Any) -> Objection:
    booking.objection_open = True
    booking.save(update_fields=["objection_open"])
    return Objection.objects.create(booking=booking, by="customer", actor="user:x", **fields)


def ask_more(booking: Booking) -> None:
    PriceChange.objects.create(
        booking=booking,
        item=booking.items.get(),
        name="Oil",
        amount=800,
        before_amount=5000,
        after_amount=5800,
        currency="EUR",
        asked_by="user:x",
    )


def everything_waits(shop: Shop) -> dict[str, Booking]:
    """One of each, of Aino's; the messages and one late mark are of Juho's."""
    visits = {
        "missed": shop.had(-20, "Anna", status="confirmed"),
        "asked": shop.had(-19, "Bela"),
        # At six in the evening, an hour after closing.
        "misfit": shop.had(30, "Cora"),
        "wrote": shop.had(4, "Dora", by=shop.juho),
        "priced": shop.had(-1, "Ella", status="closed"),
        "rated": shop.had(-50, "Fanni", status="closed"),
    }
    object_to(visits["missed"], kind="not_come", answer_by=NOW + timedelta(hours=4))
    write(visits["wrote"], 2)
    ask_more(visits["priced"])
    make_review(visits["rated"])
    make_review(shop.had(-60, "Gita", status="closed"), replied_at=NOW)
    for kind, last in (("hygiene", date(2026, 12, 20)), ("register", date(2027, 12, 20))):
        make_document(
            shop.outlet.provider,
            make_kind(kind),
            status=DocumentStatus.ACCEPTED,
            valid_until=last,
            decided_at=NOW,
            decided_by=make_user(),
        )
    return visits


def test_all_that_waits_is_listed_with_where_it_is_dealt_with(shop: Shop) -> None:
    visits = everything_waits(shop)

    day = f"{shop.outlet.public_id}/day?day=2026-11-23#"
    assert shop.waits() == [
        ("Anna says that nobody came", f"/b/{visits['missed'].ref}"),
        ("Cora's visit does not fit: outside the hours", f"visits/{visits['misfit'].ref}/move"),
        ("Dora wrote 2 messages", f"visits/{visits['wrote'].ref}/#messages"),
        ("How did Anna's visit go?", day + visits["missed"].ref),
        ("How did Bela's visit go?", day + visits["asked"].ref),
        ("Hygiene runs out on 20 December 2026", "documents/"),
        ("1 new review without a reply", "reviews/?show=unanswered"),
        ("Ella has still to agree to €58.00", f"visits/{visits['priced'].ref}/"),
    ]
    assert "Answer by Tue 24 November, 16:00 · Mon 23 November, 16:00 · Cut" in text(shop.page())


def test_each_leads_to_a_page_that_there_is(shop: Shop) -> None:
    everything_waits(shop)

    for wait in shop.page().context["waits"]:
        assert shop.manager.get(wait.url).status_code == 200, wait.title


def test_who_serves_is_told_of_their_own_visits_only(shop: Shop) -> None:
    visits = everything_waits(shop)
    own = shop.had(4, "Hilla")
    write(own)

    assert [title for title, _url in shop.waits(shop.staff)] == [
        "Anna says that nobody came",
        "Hilla wrote a message",
        "How did Anna's visit go?",
        "How did Bela's visit go?",
        "Ella has still to agree to €58.00",
    ]
    assert visits["wrote"].ref not in [url for _title, url in shop.waits(shop.staff)]
    assert shop.page(shop.staff).context["today"].money == []
    assert "Money today" not in text(shop.page(shop.staff))


def test_a_member_who_serves_nobody_is_told_of_nothing(shop: Shop) -> None:
    everything_waits(shop)
    client = Client()
    client.force_login(make_member(shop.outlet.provider, Role.STAFF))

    assert shop.waits(client) == []


def test_what_was_seen_answered_or_meant_so_does_not_wait(shop: Shop) -> None:
    VisitMessage.objects.create(booking=shop.had(3, "Dora"), by_customer=True, text="Hi", read_at=NOW)
    VisitMessage.objects.create(booking=shop.had(4, "Ella"), by_customer=False, text="Hi")
    said = object_to(shop.had(-30, "Anna", status="completed"))
    said.statements.create(by="provider", actor="user:y", text="We were there.")
    # Put after hours by a member; and nobody signs in as Juho, which hinders nobody.
    shop.had(32, "Cora", source="phone")
    shop.had(3, "Gita", by=shop.juho)

    assert shop.waits() == []


def test_another_business_is_told_of_nothing(shop: Shop) -> None:
    everything_waits(shop)
    other = make_outlet()
    client = Client()
    client.force_login(make_member(other.provider))

    answer = client.get(f"/provider/{other.provider.public_id}/")

    assert (answer.context["waits"], answer.context["today"].next) == ([], [])
    assert "Nothing waits for you." in text(answer)
    assert "Nobody is booked today." in text(answer)


def test_who_is_there_comes_before_who_is_to_come(shop: Shop) -> None:
    shop.had(-2, "Over", status="closed")
    shop.had(1, "Later")
    late = shop.had(-0.25, "Late")
    here = shop.had(0.5, "Here", by=shop.juho, arrived_at=NOW)
    shop.had(2, "Waits", by=shop.juho, status="checked_in")
    shop.had(14, "Tomorrow")
    shop.had(3, "Given up", status="cancelled")

    today = shop.page().context["today"]

    assert [each.booking.customer.name for each in today.next] == ["Waits", "Late", "Here", "Later"]
    assert [each.booking.customer.name for each in today.next if each.is_here] == ["Waits", "Here"]
    assert [each.booking for each in today.next if each.is_late] == [late]
    assert (today.done, today.ahead, today.late, today.more) == (1, 4, 1, 0)
    shown = text(shop.page())
    assert "1 done" in shown and "4 to come" in shown and "1 late" in shown
    assert today.next[2].url.endswith(f"/day?day=2026-11-24#{here.ref}")


def test_the_days_money_is_that_of_all_shops_by_currency(shop: Shop) -> None:
    tokyo = make_outlet(shop.outlet.provider, currency="JPY", timezone="Asia/Tokyo")
    person = make_staff(tokyo)
    # In Tokyo it is evening: the same day.
    had(
        tokyo,
        NOW + timedelta(hours=1),
        Part(make_service(tokyo, staff=[person]), person, 4400),
        status="confirmed",
        payment_state="counter",
    )
    shop.had(1, "Online", prepaid_amount=5000, payment_state="paid")
    taken(shop.had(2, "Cash", payment_state="paid"), NOW, 5000)
    shop.had(3, "Owes", payment_state="counter", prepaid_amount=1000)
    shop.had(-3, "Stayed away", status="no_show", payment_state="counter")
    shop.had(20, "Tomorrow", payment_state="counter")

    money = shop.page().context["today"].money

    assert [{name: amount.amount for name, amount in each.items()} for each in money] == [
        {"online": 6000, "cash": 0, "terminal": 0, "counter": 5000, "due": 4000, "all": 15000},
        {"online": 0, "cash": 0, "terminal": 0, "counter": 0, "due": 4400, "all": 4400},
    ]
    assert [each["all"].currency for each in money] == ["EUR", "JPY"]


def test_before_it_is_approved_there_is_no_day() -> None:
    provider = make_provider(status=ProviderStatus.DRAFT, approved_at=None)
    make_outlet(provider)
    client = Client()
    client.force_login(make_member(provider))

    answer = client.get(f"/provider/{provider.public_id}/")

    assert answer.context["today"] is None
    assert "Needs an answer" not in text(answer)


def test_who_waits_in_a_queue_is_counted_with_how_long_the_first_has(shop: Shop) -> None:
    def join(name: str, ago: int) -> None:
        QueueEntry.objects.create(
            outlet=shop.outlet,
            service=shop.cut,
            name=name,
            joined_at=NOW - timedelta(minutes=ago),
            closes_at=NOW + timedelta(hours=3),
            language="en",
        )

    quiet = shop.page().content.decode()
    join("Ville", 25)
    join("Sari", 4)
    html = shop.page().content.decode()

    assert "in the queue at" not in quiet
    assert f"2 wait in the queue at {shop.outlet.name}" in html
    assert "The first for 25 minutes" in html
    assert f"/{shop.outlet.public_id}/queue" in html


def test_what_other_calendars_still_take_today_is_shown(shop: Shop) -> None:
    assert "Taken elsewhere" not in shop.page().content.decode()
    take_elsewhere(shop.aino, NOW - timedelta(hours=3), NOW - timedelta(hours=2))
    take_elsewhere(shop.juho, NOW + timedelta(hours=1), NOW + timedelta(hours=2))

    found = shop.page().context["today"].elsewhere
    html = text(shop.page())

    assert [each.name for each in found] == ["Juho"]
    assert "Taken elsewhere Juho 13:00–14:00" in html


def test_it_follows_all_shops(shop: Shop) -> None:
    second = make_outlet(shop.outlet.provider)

    html = shop.page().content.decode()

    assert f'data-live-board="{shop.outlet.public_id} {second.public_id}"' in html
    for part in ("day-line", "requests", "now"):
        assert f'id="{part}" data-live' in html or f'" id="{part}" data-live' in html


def test_the_queries_do_not_grow_with_what_waits(shop: Shop) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            shop.page()
        return len(seen)

    everything_waits(shop)
    few = queries()
    for n in range(8):
        person = make_staff(shop.outlet)
        Skill.objects.create(staff=person, service=shop.cut)
        write(shop.had(4, f"M{n}", by=person))
        shop.had(-5, f"U{n}", by=person)
        object_to(shop.had(-25, f"O{n}", by=person), kind="visit")

    assert queries() == few
