"""Times of other calendars take a person's open time: read, failed, read again, removed, and who may say so."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from accounts.models import User
from accounts.principals import Principal
from bookings import errors
from bookings.enums import Source
from bookings.models import BusyCalendar, BusyTime, OpenKept
from bookings.selectors import kept
from bookings.selectors.access import booking_for
from bookings.selectors.busy_calendars import conflicts_of
from bookings.selectors.slots import ItemRequest, slots_for
from bookings.services import busy_calendars, changes, front_desk, holds, keeping, lengths
from bookings.services.busy_reading import AHEAD, read_file
from common import clock
from common.errors import NotAllowed, NotFound
from common.fetching import Fetched, FetchFailed
from common.models import Event
from providers.enums import Role
from tests.bookings.conftest import Shop
from tests.factories import make_member, make_outlet, make_staff, take_elsewhere, tomorrow_at
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
URL = "https://calendar.example/secret-of-theirs.ics"


def file_of(shop: Shop, hour: int, until: int, days: int = 1) -> bytes:
    """A calendar that is busy between two hours of a day in UTC as the shop's clock has them."""
    start, end = (tomorrow_at(each, days=days, outlet=shop.outlet) for each in (hour, until))
    return (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:Dentist\n"
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}\nDTEND:{end:%Y%m%dT%H%M%SZ}\nEND:VEVENT\nEND:VCALENDAR\n"
    ).encode()


class Answers:
    """Stands where the network is: what it answers, and what it was asked for."""

    def __init__(self, *answers: Fetched | Exception) -> None:
        self.answers, self.asked = list(answers), list[dict[str, Any]]()

    def __call__(self, url: str, **asked: Any) -> Fetched:
        self.asked.append({"url": url, **asked})
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def subscribe(shop: Shop) -> BusyCalendar:
    return busy_calendars.subscribe(
        principal=shop.owner, staff=shop.person.public_id, name="Own", url=URL.replace("https", "webcal")
    )


def hours(shop: Shop, days: int = 1) -> list[int]:
    """At which full hours of the shop's clock the service can be booked on a day."""
    start = tomorrow_at(0, days=days, outlet=shop.outlet)
    found = slots_for(
        outlet=shop.outlet.public_id,
        items=[ItemRequest(shop.service.public_id)],
        start=start,
        end=start + timedelta(days=1),
    )
    local = [slot.start.astimezone(shop.outlet.zone) for slot in found.slots]
    return [each.hour for each in local if each.minute == 0]


def test_slots_disappear_and_come_back(shop: Shop) -> None:
    before = hours(shop)
    made = subscribe(shop)
    look = Answers(
        Fetched(file_of(shop, 10, 12), '"1"', ""), Fetched(file_of(shop, 13, 14), '"2"', ""), Fetched(None)
    )

    assert hours(shop) == before == [9, 10, 11, 12, 13, 14, 15, 16]
    assert busy_calendars.read_due(look=look) == 1
    assert hours(shop) == [9, 12, 13, 14, 15, 16]
    with clock.at(clock.now() + timedelta(minutes=20)):
        busy_calendars.read_due(look=look)
    assert hours(shop) == [9, 10, 11, 12, 14, 15, 16]
    with clock.at(clock.now() + timedelta(minutes=40)):
        busy_calendars.read_due(look=look)
    assert hours(shop) == [9, 10, 11, 12, 14, 15, 16]
    busy_calendars.remove(principal=shop.owner, calendar=made.public_id)

    assert hours(shop) == before
    assert [each.get("etag") for each in look.asked] == [None, '"1"', '"2"']
    assert look.asked[0]["url"] == URL
    assert not BusyTime.objects.exists()


def test_such_a_time_cannot_be_held(shop: Shop) -> None:
    subscribe(shop)
    busy_calendars.read_due(look=Answers(Fetched(file_of(shop, 10, 12))))

    with pytest.raises(errors.SlotTaken):
        shop.hold(tomorrow_at(11))
    assert shop.hold(tomorrow_at(12)).booking.status == "held"


def test_a_member_is_told_that_it_is_another_calendar_that_has_the_time(shop: Shop) -> None:
    """A booking in the way keeps its words: only then has somebody else the time."""
    moved, other = (
        front_desk.book_in(
            principal=shop.owner,
            outlet=shop.outlet.public_id,
            item=holds.ItemRequest(shop.service.public_id),
            start=tomorrow_at(hour),
            contact=holds.Contact("Walk-in"),
            source=Source.WALK_IN,
        )
        for hour in (9, 15)
    )
    take_elsewhere(shop.person, tomorrow_at(10), tomorrow_at(12))
    access = booking_for(shop.owner, moved.ref)

    def refusal(deed: Callable[[], object]) -> errors.SlotTaken:
        with pytest.raises(errors.SlotTaken) as caught:
            deed()
        return caught.value

    def book_in() -> object:
        return front_desk.book_in(
            principal=shop.owner,
            outlet=shop.outlet.public_id,
            item=holds.ItemRequest(shop.service.public_id),
            start=tomorrow_at(11),
            contact=holds.Contact("Walk-in"),
            source=Source.WALK_IN,
        )

    walk_in = refusal(book_in)
    dropped = refusal(
        lambda: changes.would_take(access=access, start=tomorrow_at(10), staff=shop.person.public_id)
    )
    longer = refusal(lambda: lengths.check_length(access=access, minutes=90))
    booked = refusal(lambda: changes.would_take(access=access, start=other.starts_at, staff=None))

    theirs = f"{shop.person.name} has something in another calendar then."
    assert [str(each).startswith(theirs) for each in (walk_in, dropped, longer)] == [True] * 3
    assert walk_in.data["alternatives"]
    assert str(booked) == "This time has just been taken."


def test_search_makes_its_open_time_anew(shop: Shop) -> None:
    keeping.keep_due()
    subscribe(shop)
    busy_calendars.read_due(look=Answers(Fetched(file_of(shop, 10, 12))))

    assert OpenKept.objects.get(outlet=shop.outlet).until == kept.DUE
    keeping.keep_due()
    assert OpenKept.objects.get(outlet=shop.outlet).until > kept.DUE
    assert kept.differences([shop.outlet.pk]) == []


def test_what_was_booked_before_stays_and_is_listed(shop: Shop, contact: Callable[..., Any]) -> None:
    access = shop.hold(tomorrow_at(10), contact=contact(), principal=shop.customer)
    subscribe(shop)
    busy_calendars.read_due(look=Answers(Fetched(file_of(shop, 10, 12))))
    assert conflicts_of(shop.person) == []  # a hold is nobody's visit yet

    type(access.booking).objects.filter(pk=access.booking.pk).update(status="confirmed")

    (found,) = conflicts_of(shop.person)
    assert (found.ref, found.name, found.start) == (access.booking.ref, "Cut", tomorrow_at(10))


def test_a_reading_that_fails_leaves_what_was_there_and_waits_longer(shop: Shop) -> None:
    made = subscribe(shop)
    busy_calendars.read_due(look=Answers(Fetched(file_of(shop, 10, 12))))
    waits, at = [], clock.now()
    for code in ("no_answer", "gone", "too_large"):
        at = BusyCalendar.objects.get().next_read_at or at
        with clock.at(at + timedelta(seconds=1)):
            busy_calendars.read_due(look=Answers(FetchFailed(code)))
        made.refresh_from_db()
        assert made.next_read_at
        waits.append(round((made.next_read_at - at) / timedelta(minutes=15)))

    assert (made.failure, made.failures) == ("too_large", 3)
    assert waits == [1, 2, 4]
    assert hours(shop) == [9, 12, 13, 14, 15, 16]


def test_what_is_said_again_is_not_read_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    subscribe(shop)
    read: list[bytes] = []
    monkeypatch.setattr(
        busy_calendars,
        "read_file",
        lambda content, zone: read.append(content) or read_file(content, zone=zone),
    )
    file = file_of(shop, 10, 12)
    for minutes in (0, 20, 40):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            assert busy_calendars.read_due(look=Answers(Fetched(file))) == 1
    with clock.at(clock.now() + timedelta(hours=21)):
        assert busy_calendars.read_due(look=Answers(Fetched(file))) == 1

    assert len(read) == 2  # and once a day, for the days that have come near


def test_one_that_breaks_the_reading_keeps_no_other_waiting(shop: Shop) -> None:
    subscribe(shop)
    subscribe(shop)

    assert busy_calendars.read_due(look=Answers(RuntimeError(), Fetched(file_of(shop, 10, 12)))) == 2
    assert BusyTime.objects.count() == 1


def test_read_now_asks_a_server_every_half_minute_at_most(shop: Shop) -> None:
    made = subscribe(shop)
    busy_calendars.read_due(look=Answers(FetchFailed("no_answer")))
    asked = clock.now()

    busy_calendars.ask_to_read(principal=shop.owner, calendar=made.public_id)

    assert busy_calendars.read_due(look=Answers()) == 0
    with clock.at(asked + timedelta(seconds=31)):
        assert busy_calendars.read_due(look=Answers(Fetched(None))) == 1


def test_what_is_no_calendar_is_a_failure(shop: Shop) -> None:
    made = subscribe(shop)
    busy_calendars.read_due(look=Answers(Fetched(b"<html>Sign in</html>")))
    made.refresh_from_db()
    assert (made.failure, made.read_at) == ("no_calendar", None)


def test_a_reading_that_was_overtaken_is_thrown_away(shop: Shop) -> None:
    made = subscribe(shop)

    def look(url: str, **_: Any) -> Fetched:
        BusyCalendar.objects.filter(pk=made.pk).update(lease=99)
        return Fetched(file_of(shop, 10, 12))

    busy_calendars.read_due(look=look)

    assert not BusyTime.objects.exists()


def test_the_address_is_encrypted_and_told_nobody_again(shop: Shop) -> None:
    made = subscribe(shop)
    with connection.cursor() as cursor:
        cursor.execute("SELECT url FROM bookings_busycalendar")
        (stored,) = cursor.fetchone()
    assert b"secret-of-theirs" not in bytes(stored)
    assert BusyCalendar.objects.get().url == URL
    assert "secret-of-theirs" not in str(list(Event.objects.values_list("payload", flat=True)))
    owner = sign_in(Client(), _user(shop))
    shown = owner.get(f"/api/v1/provider/staff/{shop.person.public_id}/busy-calendars")
    assert shown.json()["items"][0]["id"] == made.public_id
    assert b"secret-of-theirs" not in shown.content


def _user(shop: Shop) -> User:
    assert shop.owner.user
    return shop.owner.user


def test_a_file_is_read_at_once_and_again_as_days_pass(shop: Shop) -> None:
    owner = sign_in(Client(), _user(shop))
    where = f"/api/v1/provider/staff/{shop.person.public_id}/busy-calendars/file"
    rule = b"RRULE:FREQ=DAILY\nEND:VEVENT"
    file = SimpleUploadedFile("own.ics", file_of(shop, 10, 12).replace(b"END:VEVENT", rule))

    answer = owner.post(where, {"file": file, "name": "Own"}, headers={"Idempotency-Key": "1"})

    assert answer.status_code == 201, answer.content
    ahead = (clock.now() + AHEAD - tomorrow_at(10, outlet=shop.outlet)) // timedelta(days=1) + 1
    assert (answer.json()["kind"], answer.json()["events"]) == ("file", ahead)
    assert hours(shop, days=20) == [9, 12, 13, 14, 15, 16]
    last = BusyTime.objects.order_by("-period").values_list("period", flat=True)[0].lower
    with clock.at(clock.now() + timedelta(days=3)):
        assert busy_calendars.read_due(look=Answers()) == 1
        assert BusyTime.objects.order_by("-period")[0].period.lower == last + timedelta(days=3)
    assert b"Dentist" not in bytes(BusyCalendar.objects.get().content or b"")


def test_what_cannot_be_read_is_refused_by_its_code(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = sign_in(Client(), _user(shop))
    where = f"/api/v1/provider/staff/{shop.person.public_id}/busy-calendars"

    def post(path: str, key: str, *body: Any, **more: Any) -> str:
        code: str = owner.post(f"{where}{path}", *body, headers={"Idempotency-Key": key}, **more).json()[
            "code"
        ]
        return code

    page = SimpleUploadedFile("a.ics", b"<html>")
    assert post("/file", "1", {"file": page}) == "calendar_unreadable"
    monkeypatch.setattr(busy_calendars, "MOST_BYTES", 3)
    assert post("/file", "2", {"file": SimpleUploadedFile("a.ics", b"BEGIN")}) == "calendar_too_large"
    for number, url in enumerate(("ftp://a.example/", "https://user:pass@a.example/", "nothing")):
        body = {"url": url}
        assert post("", f"3{number}", body, content_type="application/json") == "calendar_address_invalid"
    monkeypatch.setattr(busy_calendars, "MOST_CALENDARS", 0)
    assert post("", "4", {"url": URL}, content_type="application/json") == "too_many_calendars"
    assert not BusyCalendar.objects.exists()


def test_a_colleague_and_a_rival_change_nothing(shop: Shop) -> None:
    made = subscribe(shop)
    colleague = make_member(shop.outlet.provider, Role.STAFF, staff=make_staff(shop.outlet))
    rival = make_member(make_outlet().provider)

    for user, refused in ((colleague, NotAllowed), (rival, NotFound)):
        with pytest.raises(refused):
            busy_calendars.remove(principal=Principal(user=user), calendar=made.public_id)
        with pytest.raises(refused):
            busy_calendars.ask_to_read(principal=Principal(user=user), calendar=made.public_id)
    assert BusyCalendar.objects.exists()


def test_the_page_says_how_it_stands(shop: Shop) -> None:
    owner = sign_in(Client(), _user(shop))
    provider = shop.outlet.provider.public_id
    page = f"/provider/{provider}/staff/{shop.person.public_id}/calendars/"

    assert owner.post(page, {}).status_code == 422
    assert owner.post(page, {"name": "Own", "url": URL}).status_code == 302
    assert "It is read in a moment" in owner.get(page).content.decode()
    busy_calendars.read_due(look=Answers(FetchFailed("gone")))
    assert "There is no calendar at the address any more." in owner.get(page).content.decode()
    made = BusyCalendar.objects.get()
    assert owner.post(f"/provider/{provider}/busy/{made.public_id}/read/").status_code == 302
    with clock.at(clock.now() + timedelta(seconds=31)):
        busy_calendars.read_due(look=Answers(Fetched(file_of(shop, 10, 12))))
    shown = owner.get(page).content.decode()
    assert "1 event takes time" in shown
    assert "no calendar at the address" not in shown
    assert owner.post(f"/provider/{provider}/busy/{made.public_id}/remove/").status_code == 302
    assert not BusyTime.objects.exists()


def test_files_of_real_programs_go_through_the_process(shop: Shop) -> None:
    for path in (Path(__file__).parents[1] / "rules" / "calendars").glob("*.ics"):
        assert read_file(path.read_bytes(), zone="Europe/Helsinki").bare.startswith(b"BEGIN:VCALENDAR")
