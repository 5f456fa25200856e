"""Who asks for Chinese gets Chinese, on every page and to the last button."""

import re
import uuid
from collections.abc import Collection
from datetime import date
from zoneinfo import available_timezones

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from common.clock import rfc3339
from frontend.views.provider_forms import TEXT_LANGUAGES
from providers.enums import SkillLevel
from providers.models import CategoryName, Outlet, Resource, ResourceKind, Service, Skill
from tests import factories as make
from tests.frontend.town import make_addresses
from tests.i18n.reading import Reader, read

CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}
# Names, and the language menu's own words.
KEPT = {
    *("Hereabouts", "OpenStreetMap", "Cookie", "AGPL", "API", "ODbL", "EUR", "English", "EN"),
    *("Helsinki", "Europe", "EET", "FI", "MapLibre", "HTML"),
}


@pytest.fixture(autouse=True)
def town(db: None) -> None:
    """The clock runs: a hold ends by the database's."""
    cache.clear()
    make_addresses()


@pytest.fixture
def outlet() -> Outlet:
    """A shop whose own words are Chinese, so that whatever is not Chinese on a page is the page's."""
    provider = make.make_provider(name="拐角发廊", language="zh-hans")
    category = make.make_category("hair")
    CategoryName.objects.create(category=category, language="zh-hans", name="美发")
    outlet = make.make_outlet(
        provider, name="拐角发廊", street_line="长街 3", city="赫城", language="zh-hans"
    )
    person = make.make_staff(outlet, name="小爱", language="zh-hans", working_since=2019, speaks=["zh"])
    service = make.make_service(outlet, staff=[person], category=category, name="剪发", language="zh-hans")
    Skill.objects.filter(staff=person).update(level=SkillLevel.EXPERT)
    make.make_option(service, name="护理", language="zh-hans")
    make.make_bays(outlet, service)
    ResourceKind.objects.update(name="工位")
    Resource.objects.update(name="一号")
    return outlet


@pytest.fixture
def service(outlet: Outlet) -> Service:
    return Service.objects.get(name="剪发")


@pytest.fixture
def owner(outlet: Outlet) -> User:
    return make.make_member(outlet.provider, name="老板", email="a@b.fi")


def in_chinese(client: Client, path: str, status: int = 200) -> Reader:
    answer = client.get(path, headers=CHINESE, follow=True)
    assert answer.status_code == status, path
    return read(answer.content.decode(), "zh-Hans")


def in_words(day: date, week: str) -> str:
    return f"{day.month} 月 {day.day} 日{week}{'一二三四五六日'[day.weekday()]}"


def foreign_words(page: Reader, also: Collection[str] = ()) -> list[str]:
    """What is said in Latin letters and is no name."""
    found = []
    for said in page.said:
        without = re.sub(r"\S+@\S+|https?://\S+", "", said)
        if set(re.findall(r"[A-Za-z]{2,}", without)) - KEPT - {*also}:
            found.append(said)
    return found


def held(client: Client, outlet: Outlet, service: Service) -> str:
    """The path of a booking that this browser holds, tomorrow at ten."""
    slot = f"{outlet.public_id}:{service.public_id}:{rfc3339(make.tomorrow_at(10))}"
    answer = client.post("/hold", {"slot": slot, "nonce": str(uuid.uuid4())})
    return str(answer["Location"]).removesuffix("/checkout")


def booked(client: Client, outlet: Outlet, service: Service) -> str:
    """The same, agreed to and to be paid at the shop."""
    path = held(client, outlet, service)
    checkout = client.get(f"{path}/checkout")
    fields = {"do": "pay", "key": checkout.context["key"], "total": checkout.context["total"].amount}
    who = {"name": "王芳", "email": "a@b.fi", "phone": ""}
    answer = client.post(f"{path}/checkout", {**fields, **who, "method": "counter"})
    assert answer.status_code == 302
    return path


@pytest.mark.parametrize("accepted", ["zh-CN", "zh", "zh-Hans", "zh-SG,en;q=0.8"])
def test_the_browser_asks_for_chinese(client: Client, accepted: str) -> None:
    answer = client.get("/help", headers={"Accept-Language": accepted})

    page = read(answer.content.decode(), "zh-Hans")
    assert page.lang == answer["Content-Language"].replace("hans", "Hans") == "zh-Hans"
    assert "需要账户吗？" in page.said


def test_the_choice_of_a_language_counts_more_than_the_browser(client: Client) -> None:
    client.post("/preferences", {"language": "zh-hans", "next": "/help"})
    assert read(client.get("/help").content.decode(), "zh-Hans").lang == "zh-Hans"

    client.post("/preferences", {"language": "en", "next": "/help"})
    assert read(client.get("/help", headers=CHINESE).content.decode(), "en").lang == "en"


def test_other_languages_get_english(client: Client) -> None:
    assert read(client.get("/help", headers={"Accept-Language": "fi"}).content.decode(), "en").lang == "en"


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/help", "/for-providers", "/how-we-rank", "/privacy", "/bookings", "/account/login/"),
        *("/account/signup/", "/account/password/reset/", "/search", "/search?when=today&after=14:00"),
        *("/search?q=nothing-of-that-name", "/search?place=customer", "/search?category=hair&sort=price"),
    ],
)
def test_a_page_for_everybody_is_in_chinese(client: Client, outlet: Outlet, path: str) -> None:
    page = in_chinese(client, path)

    assert page.lang == "zh-Hans"
    assert foreign_words(page, also={"nothing", "of", "that", "name"}) == []


def test_a_page_that_is_not_there_says_so_in_chinese(client: Client) -> None:
    assert foreign_words(in_chinese(client, "/nowhere", status=404)) == []


def test_the_way_to_a_booking_is_in_chinese(client: Client, outlet: Outlet, service: Service) -> None:
    assert foreign_words(in_chinese(client, f"/o/{outlet.public_id}")) == []
    assert foreign_words(in_chinese(client, f"/o/{outlet.public_id}/book/{service.public_id}")) == []
    path = held(client, outlet, service)
    for page in (f"{path}/checkout", f"{path}/cancel"):
        assert foreign_words(in_chinese(client, page)) == []


def test_a_refusal_is_in_chinese(client: Client, outlet: Outlet, service: Service) -> None:
    path = held(client, outlet, service)
    again = {"slot": f"{outlet.public_id}:{service.public_id}:{rfc3339(make.tomorrow_at(10))}"}

    taken = Client().post("/hold", {**again, "nonce": str(uuid.uuid4())}, headers=CHINESE)
    empty = client.post(f"{path}/checkout", {"do": "pay", "method": "counter"}, headers=CHINESE)

    assert (taken.status_code, empty.status_code) == (409, 422)
    for answer in (taken, empty):
        assert foreign_words(read(answer.content.decode(), "zh-Hans")) == []


def test_a_booking_and_its_changes_are_in_chinese(client: Client, outlet: Outlet, service: Service) -> None:
    path = booked(client, outlet, service)
    ref = path.rsplit("/", 1)[-1]

    for page in (path, f"{path}/cancel", f"{path}/move", "/bookings"):
        said = in_chinese(client, page)
        said.said = [words.replace(ref, "") for words in said.said]
        assert foreign_words(said) == []
    assert "已确认" in in_chinese(client, path).said


def test_dates_and_amounts_are_written_as_in_china(client: Client, outlet: Outlet, service: Service) -> None:
    slots = in_chinese(client, f"/o/{outlet.public_id}/book/{service.public_id}").said
    path = booked(client, outlet, service)
    day = make.tomorrow_at(10).astimezone(outlet.zone).date()

    assert f"取消 {in_words(day, '周')} 10:00 的预约？" in in_chinese(client, f"{path}/cancel").said
    assert "€50.00 到店付" in in_chinese(client, path).said
    assert "1 小时" in slots


@pytest.mark.parametrize(
    "place",
    [
        *("", "about/", "outlets/", "outlets/new/", "staff/", "staff/new/", "time-off/", "services/"),
        *("services/new/", "things/", "members/", "members/new/"),
    ],
)
def test_a_desk_is_in_chinese(client: Client, outlet: Outlet, owner: User, place: str) -> None:
    client.force_login(owner)

    page = in_chinese(client, f"/provider/{outlet.provider.public_id}/{place}")

    # Languages are offered in their own words, zones by their IANA names.
    offered = " ".join([*dict(TEXT_LANGUAGES).values(), *available_timezones()])
    assert foreign_words(page, also={"fi", "sv", "en", "CSV", *re.findall(r"[A-Za-z]{2,}", offered)}) == []


def test_the_day_is_in_chinese(client: Client, outlet: Outlet, service: Service, owner: User) -> None:
    booked(client, outlet, service)
    day = make.tomorrow_at(10).astimezone(outlet.zone).date()
    client.force_login(owner)

    page = in_chinese(client, f"/provider/{outlet.provider.public_id}/{outlet.public_id}/day?day={day}")

    assert in_words(day, "星期") in page.said
    assert foreign_words(page) == []
