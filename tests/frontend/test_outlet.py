"""An outlet's page: what is sold, who works there, when it is open, what people say; nothing that is not public."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from psycopg.types.range import TimestamptzRange

from accounts.principals import ANONYMOUS
from bookings.models import Allocation
from bookings.services import holds
from common import clock
from payments.rules.policy import Policy, Prepayment, Tier
from payments.services import set_policy
from providers.enums import ProviderStatus, SkillLevel
from providers.models import Closure, HoursOverride, HoursRule, Outlet, Service, Skill
from reviews.models import Review
from tests import factories as make
from tests.frontend.town import NOW, make_addresses, make_shop, tuesday


@pytest.fixture(autouse=True)
def town(db: None) -> Iterator[None]:
    with tuesday():
        make_addresses()
        yield


def page(client: Client, outlet: Outlet) -> Any:
    answer = client.get(f"/o/{outlet.public_id}", follow=True)
    assert answer.status_code == 200
    return answer


def words(client: Client, outlet: Outlet) -> str:
    return str(page(client, outlet).content.decode())


def make_review(outlet: Outlet, hour: int = 9, **fields: Any) -> Review:
    service = Service.objects.filter(offerings__outlet=outlet).first()
    assert service
    held = holds.hold(
        principal=ANONYMOUS,
        outlet=outlet.public_id,
        items=[holds.ItemRequest(service.public_id)],
        start=datetime(2026, 11, 25, hour - 2, tzinfo=UTC),
    )
    return make.make_review(held.booking, **fields)


def test_the_page_has_one_address_with_the_name(client: Client) -> None:
    outlet = make_shop(name="Salon Tuuli")
    for path in ("", "/old-name"):
        answer = client.get(f"/o/{outlet.public_id}{path}")
        assert answer.headers["Location"] == f"/o/{outlet.public_id}/salon-tuuli"
    chinese = make_shop(name="美发 店")
    assert client.get(f"/o/{chinese.public_id}", follow=True).status_code == 200


def test_unknown_and_not_public_look_alike(client: Client) -> None:
    outlet = make_shop()
    address = page(client, outlet).request["PATH_INFO"]
    outlet.provider.status = ProviderStatus.SUSPENDED
    outlet.provider.save(update_fields=["status"])
    answers = [
        client.get(path) for path in (address, f"/o/{outlet.public_id}", "/o/out_unknown/x", "/o/%00/x")
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    plain = [re.sub(r'value="[^"]*"|next=[^"]*', "", answer.content.decode()) for answer in answers]
    assert len(set(plain)) == 1


def test_services_with_prices_options_and_where_to_book(client: Client) -> None:
    outlet = make_shop(price=5850)
    service = Service.objects.get()
    make.make_option(service, name="Toner", price_amount=1200)
    text = words(client, outlet)
    assert f'href="/o/{outlet.public_id}/book/{service.public_id}"' in text
    for part in ("€58.50", "1 h", 'Toner <span class="nowrap">+€12</span>'):
        assert part in text, part


def test_next_free_times_hold_and_name_the_person(client: Client) -> None:
    outlet = make_shop()
    service = Service.objects.get()
    busy = outlet.staff.get()
    other = make.make_staff(outlet, name="Eero")
    Skill.objects.create(staff=other, service=service, level=SkillLevel.EXPERT)
    Allocation.objects.create(
        kind="block", staff=busy, period=TimestamptzRange(NOW, NOW + timedelta(hours=5))
    )
    answer = page(client, outlet)
    times = answer.context["times"]
    assert times.soonest == datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert [slot.start.hour for slot in times.slots] == [7, 7, 7]
    found = {card.person.name: card.slot for card in times.people}
    assert found["Eero"].start == datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert found[busy.name].start == datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert found["Eero"].value.endswith(f"T07:00:00Z:{other.public_id}")
    text = answer.content.decode()
    assert "Free today from 9:00" in text
    assert "Checked November 2026" in text


def test_somebody_without_time_or_skill_is_shown_without_a_plate(client: Client) -> None:
    outlet = make_shop()
    make.make_staff(outlet, name="New")
    HoursRule.objects.filter(outlet=outlet).delete()
    answer = page(client, outlet)
    assert [card.slot for card in answer.context["people"]] == [None, None]
    assert answer.context["times"].soonest is None
    assert "Nothing free in the next two weeks." in answer.content.decode()


def test_people_are_told_of_in_full(client: Client) -> None:
    outlet = make_shop()
    make.make_staff(
        outlet,
        name="Sanna Koski",
        title="Stylist",
        resume="Long hair.",
        speaks=["fi", "zh-Hans"],
        working_since=2012,
        rating_sum=9,
        rating_count=2,
    )
    text = words(client, outlet)
    for part in ("Sanna Koski", "Stylist", "Long hair.", "Finnish, ", "Chinese", "At it since 2012", "4.1"):
        assert part in text, part


def test_hours_are_the_outlets_with_today_as_it_really_is(client: Client) -> None:
    outlet = make_shop()
    HoursOverride.objects.create(outlet=outlet, date=date(2026, 11, 24), opens=time(12), closes=time(15))
    HoursOverride.objects.create(outlet=outlet, date=date(2026, 12, 6), note="Independence Day")
    opening = page(client, outlet).context["opening"]
    assert [row.hours for row in opening.week] == ["9–17", "12–15", *["9–17"] * 5]
    assert [row.is_today for row in opening.week] == [False, True, *[False] * 5]
    assert opening.week[1].now == 8 * 60
    assert opening.closes is None
    assert opening.opens == datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert "Sun 6 December: closed, Independence Day" in words(client, outlet)
    with clock.at(datetime(2026, 11, 24, 11, tzinfo=UTC)):
        assert "Open now, until 15:00" in words(client, outlet)
    with clock.at(datetime(2026, 11, 24, 14, tzinfo=UTC)):
        assert "Closed, opens tomorrow 9:00" in words(client, outlet)


def test_a_closure_closes(client: Client) -> None:
    outlet = make_shop()
    Closure.objects.create(
        outlet=outlet,
        period=TimestamptzRange(NOW, NOW + timedelta(days=30)),
        reason="Renovation",
    )
    text = words(client, outlet)
    assert "Renovation" in text
    assert page(client, outlet).context["opening"].opens is None


def test_hours_past_midnight_are_a_bar_to_the_days_end(client: Client) -> None:
    outlet = make_shop()
    HoursRule.objects.filter(outlet=outlet, weekday=4).update(opens=time(20), closes=time(2))
    friday = page(client, outlet).context["opening"].week[4]
    assert friday.hours == "20–2"
    assert [(bar.start, bar.length) for bar in friday.bars] == [(1200, 240)]


def test_the_rules_for_changed_plans_are_those_of_its_service(client: Client) -> None:
    outlet = make_shop()
    assert "until 24 h before" in words(client, outlet)
    assert "Half back" in words(client, outlet)
    steps = (Tier(120, 0), Tier(60, 40), Tier(0, 70))
    policy = Policy(cancel=steps, prepayment=Prepayment.DEPOSIT, deposit_percent=15)
    set_policy(provider=outlet.provider, policy=policy, actor="user:usr_1")
    text = words(client, outlet)
    for part in ("until 2 h before", "60% back", "until 1 h before", "30% back", "in the last 1 h"):
        assert part in text, part
    assert "A deposit of 15% is paid online when booking, the rest at the shop." in text


def test_reviews_with_their_breakdown_and_replies(client: Client) -> None:
    outlet = make_shop()
    make_review(outlet, reply="Kiitos Helmi!", replied_at=NOW)
    text = words(client, outlet)
    for part in ("Helmi V.", "Just right.", "Kiitos Helmi!", "5 of 5", "1 visit reviewed"):
        assert part in text, part
    assert [row.count for row in page(client, outlet).context["breakdown"]] == [1, 0, 0, 0, 0]


def test_what_search_engines_read_is_data_and_cannot_end_its_script(client: Client) -> None:
    outlet = make_shop(name="Tuuli </script><script>alert(1)</script>")
    text = words(client, outlet)
    assert "<script>alert" not in text
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', text)
    assert data
    told = json.loads(data[1])
    assert (told["@type"], told["name"]) == ("HairSalon", outlet.name)
    assert told["openingHoursSpecification"][0] == {
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": "Monday",
        "opens": "09:00",
        "closes": "17:00",
    }
    assert '<link rel="canonical" href="http' in text


def test_a_page_takes_as_many_statements_for_three_as_for_one(client: Client) -> None:
    outlet = make_shop()
    make_review(outlet)
    counts = []
    for added in (0, 2):
        for n in range(added):
            service = make.make_service(outlet, name=f"Service {n}")
            make.make_option(service)
            make_review(outlet, 12 + 2 * n)
        path = page(client, outlet).request["PATH_INFO"]
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
        counts.append(len(queries))
    assert len(answer.context["people"]) == len(answer.context["reviews"]) == 3
    assert counts == [counts[0]] * 2
    assert counts[0] <= 19
