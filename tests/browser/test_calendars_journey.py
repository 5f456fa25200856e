"""Somebody's own calendar takes their time here: sent as a file, seen on the board and by customers, given back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import world as street
from tests.browser.conftest import sign_in
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.world import OWNER, World
from tests.factories import tomorrow_at
from tests.setup.site import until

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]
AINO = "Aino Virta"


def noon() -> bytes:
    """A calendar as a phone writes it: tomorrow from 10 to 12, by the clock in Helsinki, and a day later again."""
    day = f"{tomorrow_at(12):%Y%m%d}"
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Apple Inc.//iOS 18.1//EN", "BEGIN:VEVENT", "UID:1"),
        *("SUMMARY:Dentist", "RRULE:FREQ=DAILY;COUNT=2", f"DTSTART;TZID=Europe/Helsinki:{day}T100000"),
        *(f"DTEND;TZID=Europe/Helsinki:{day}T120000", "END:VEVENT", "END:VCALENDAR", ""),
    ]
    return "\r\n".join(lines).encode()


def plates(page: Page, site: Site, world: World) -> list[str]:
    """The times with Aino that a customer is offered tomorrow."""
    day = site.orm(street.local_day, world.salon, tomorrow_at(12))
    page.goto(f"{world.salon.slots_path}?day={day}&staff={world.salon.staff[AINO]}")
    return [words.strip() for words in page.locator(".times button").all_text_contents()]


def calendars(page: Page, world: World) -> Page:
    page.goto(f"/provider/{world.salon.provider}/calendars/")
    page.get_by_role("listitem").filter(has_text=AINO).get_by_role(
        "link", name="Times taken elsewhere"
    ).click()
    expect(page.get_by_role("heading", name=f"Times of {AINO} taken elsewhere")).to_be_visible()
    return page


def test_a_file_takes_time_and_gives_it_back(device: Device, site: Site, world: World) -> None:
    owner, customer = sign_in(device(), OWNER), device().new_page()
    booked = site.orm(
        street.confirmed, world.salon, start=tomorrow_at(11), staff=world.salon.staff[AINO]
    ).booking
    free = plates(customer, site, world)
    assert {"9:30", "10:00", "10:30", "12:00"} <= set(free)

    calendars(owner, world)
    owner.get_by_label("Or a file").set_input_files(
        {"name": "own.ics", "mimeType": "text/calendar", "buffer": noon()}
    )
    owner.get_by_role("button", name="Add", exact=True).click()

    expect(owner.get_by_text("2 events take time")).to_be_visible()
    conflict = owner.get_by_role("region", name="Booked at times taken elsewhere")
    expect(conflict.get_by_role("link")).to_have_attribute(
        "href", f"/provider/{world.salon.provider}/visits/{booked.ref}/"
    )
    assert not looked_at(owner)
    left = plates(customer, site, world)
    assert "9:30" in left
    assert "12:00" in left
    assert not {"10:00", "10:30", "11:30"} & set(left)
    day = site.orm(street.local_day, world.salon, tomorrow_at(12))
    owner.goto(f"/provider/{world.salon.provider}/{world.salon.outlet}/board?day={day}")
    lane = owner.locator(".lane").filter(has=owner.get_by_role("heading", name=AINO))
    expect(lane.get_by_text("Taken elsewhere until 11:00")).to_be_visible()
    expect(lane.get_by_text("Taken elsewhere until 12:00")).to_be_visible()
    expect(lane.locator(".block--clash")).to_have_count(1)
    assert not looked_at(owner)

    row = calendars(owner, world).get_by_role("listitem").filter(has_text="own.ics")
    row.get_by_role("button", name="Remove").click()

    expect(owner.get_by_text("Removed. Its times can be booked again.")).to_be_visible()
    assert plates(customer, site, world) == free


def test_an_address_that_is_not_for_everybody_is_told_in_words(
    device: Device, site: Site, world: World
) -> None:
    owner = calendars(sign_in(device(), OWNER), world)
    owner.get_by_label("Address of the calendar").fill(f"{site.url}/calendar/secret.ics")
    owner.get_by_role("button", name="Add", exact=True).click()

    told = owner.get_by_text("Its address is not on the public internet")
    assert until(lambda: owner.reload() is not None and told.count() == 1)
    assert not looked_at(owner)
    owner.goto(f"/provider/{world.salon.provider}/calendars/")
    expect(owner.get_by_text("1 cannot be read")).to_be_visible()


def test_a_page_instead_of_a_calendar_is_refused_in_words(device: Device, world: World) -> None:
    owner = calendars(sign_in(device(), OWNER), world)
    owner.get_by_label("Or a file").set_input_files(
        {"name": "page.ics", "mimeType": "text/calendar", "buffer": b"<html>Sign in</html>"}
    )
    owner.get_by_role("button", name="Add", exact=True).click()

    expect(owner.get_by_role("alert")).to_contain_text("This file is no calendar that we can read.")
