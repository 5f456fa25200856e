"""The page of a business's numbers: what it says, what its file holds, and that it is the statement's money."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from common import clock
from providers.enums import Role
from providers.models import Outlet, Service, StaffMember
from tests.bookings.numbering import Part, earned, had, taken
from tests.bookings.test_numbers import NOW, since_2020
from tests.factories import make_member, make_outlet, make_service, make_staff
from tests.frontend.booking_steps import text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_a_thursday() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def person() -> StaffMember:
    return make_staff(make_outlet(), name="=Aino")


@pytest.fixture
def outlet(person: StaffMember) -> Outlet:
    return since_2020(person.outlets.get())


@pytest.fixture
def cut(outlet: Outlet, person: StaffMember) -> Service:
    return make_service(outlet, staff=[person], name="Cut")


@pytest.fixture
def manager(outlet: Outlet) -> Client:
    client = Client()
    client.force_login(make_member(outlet.provider, Role.MANAGER))
    return client


def page(outlet: Outlet, rest: str = "") -> str:
    return f"/provider/{outlet.provider.public_id}/numbers/{rest}"


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def test_the_revenue_of_a_month_is_what_the_money_page_says(
    outlet: Outlet, person: StaffMember, cut: Service, manager: Client
) -> None:
    for day in (1, 15, 31):
        visit = had(outlet, at(date(2026, 10, day)), Part(cut, person))
        earned(visit, at(date(2026, 10, day), 12), 5000 + day, commission=250)
    taken(visit, at(date(2026, 10, 31), 13), 700, commission=35)

    numbers = manager.get(page(outlet, "?from=2026-10-01&to=2026-10-31"))
    money = manager.get(f"/provider/{outlet.provider.public_id}/money/?month=2026-10")

    [(currency, _weeks, total)] = numbers.context["money"]
    sums = money.context["sums"]
    assert currency == money.context["currency"] == "EUR"
    assert (total.online, total.kept, total.other) == (sums.gross, sums.commission + sums.vat, sums.other)
    assert (total.online, total.kept, total.yours) == (15047, -785, sums.closing - sums.opening)
    shown = text(numbers)
    assert "€150.47 paid online, €7.00 at the counter" in shown
    assert "€157.47" in shown


def test_figures_are_compared_with_as_many_weeks_before(
    outlet: Outlet, person: StaffMember, cut: Service, manager: Client
) -> None:
    now, before = date(2026, 9, 1), date(2026, 6, 9)
    for n in range(28):
        had(outlet, at(now + timedelta(days=n)), Part(cut, person))
    for n in range(25):
        had(outlet, at(before + timedelta(days=n)), Part(cut, person), status="closed" if n else "no_show")
    earned(had(outlet, at(now, 12), Part(cut, person)), at(now, 18), 9000)
    earned(had(outlet, at(before, 12), Part(cut, person)), at(before, 18), 10000)

    shown = text(manager.get(page(outlet)))

    assert "10% less than in the 12 weeks before" in shown
    assert "16% more than in the 12 weeks before" in shown  # 29 visits after 25
    assert "0 of 29 visits 4% in the 12 weeks before" in shown


def test_a_handful_of_visits_is_no_trend(
    outlet: Outlet, person: StaffMember, cut: Service, manager: Client
) -> None:
    had(outlet, at(date(2026, 9, 1)), Part(cut, person))
    had(outlet, at(date(2026, 9, 2)), Part(cut, person))
    had(outlet, at(date(2026, 6, 9)), Part(cut, person))

    figures = manager.get(page(outlet)).context["figures"]

    assert [figure.compared for figure in figures][:2] == [
        "Nothing in the 12 weeks before",
        "1 in the 12 weeks before",
    ]


def test_days_that_still_run_are_not_compared(
    outlet: Outlet, person: StaffMember, cut: Service, manager: Client
) -> None:
    had(outlet, at(date(2026, 11, 24)), Part(cut, person))

    answer = manager.get(page(outlet, "?from=2026-11-16&to=2026-11-26"))

    assert [figure.compared for figure in answer.context["figures"]] == [""] * 6
    assert [row.is_running for row in answer.context["weeks"]] == [False, True]
    assert "so far" in text(answer)


def test_a_new_business_is_shown_where_to_look(outlet: Outlet, manager: Client) -> None:
    answer = manager.get(page(outlet))
    week = manager.get(page(outlet, "?from=2026-11-23&to=2026-11-26"))

    assert "Nothing to count yet" in text(answer)
    assert 'href="?from=2026-11-23&amp;to=2026-11-26">This week so far</a>' in answer.content.decode()
    assert "See what is still to do" in text(week)
    assert "data-chart" not in week.content.decode()


def test_each_chart_is_drawn_from_the_table(
    outlet: Outlet, person: StaffMember, cut: Service, manager: Client
) -> None:
    visit = had(outlet, at(date(2026, 9, 1)), Part(cut, person, minutes=84))
    earned(visit, at(date(2026, 9, 1), 18), 123456)

    html = manager.get(page(outlet)).content.decode()

    charts = re.findall(r'data-chart="([\w-]+)" data-chart-key="([\w-]+)"', html)
    assert charts == [("by-week", "revenue-eur"), ("by-week", "visits"), ("by-week", "booked")]
    table = html.split('id="by-week"')[1].split("</tbody>")[0]
    for _table, key in charts:
        assert table.count(f'data-key="{key}"') == 12
    assert 'data-key="revenue-eur" data-value="123456">€1,234.56<' in table
    assert 'data-key="booked" data-value="0.0250">2%<' in table or 'data-value="0.0250">3%<' in table
    assert "Most: €1,234.56, 31 Aug – 6 Sept. Least: €0.00, 7 Sept – 13 Sept." in text(
        manager.get(page(outlet))
    )


def test_the_file_holds_the_same_and_no_formula(
    outlet: Outlet, person: StaffMember, cut: Service, manager: Client
) -> None:
    visit = had(outlet, at(date(2026, 9, 1)), Part(cut, person), booked=timedelta(hours=30))
    earned(visit, at(date(2026, 9, 1), 18), 5000, commission=250)

    answer = manager.get(page(outlet, "numbers.csv"))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert answer["Content-Disposition"].startswith("attachment")
    assert [row["by"] for row in rows] == ["total", *["week"] * 12, "person", "service"]
    assert rows[0]["revenue_EUR"] == "50.00" and rows[0]["yours_EUR"] == "47.50"
    assert (rows[0]["open_minutes"], rows[0]["booked_minutes"], rows[0]["lead_minutes"]) == (
        "40320",
        "60",
        "1800",
    )
    assert (rows[1]["first"], rows[1]["last"], rows[1]["visits"]) == ("2026-08-31", "2026-09-06", "1")
    assert rows[-2]["of"] == "'=Aino"


@pytest.mark.parametrize(
    "wrong", ["from=x", "from=2026-03-02&to=2026-03-01", "from=2020-01-01&to=2026-01-01", "to=2026-01-01"]
)
def test_days_that_are_none_are_refused_in_words(outlet: Outlet, manager: Client, wrong: str) -> None:
    answer = manager.get(page(outlet, f"?{wrong}"))

    assert answer.status_code == 422
    assert "Ask for 1 to 371 days that have begun" in text(answer)
    assert manager.get(page(outlet, f"numbers.csv?{wrong}")).status_code == 404


def test_another_businesss_shop_is_not_found(outlet: Outlet, manager: Client) -> None:
    elsewhere = make_outlet()

    for name in ("", "numbers.csv"):
        assert manager.get(page(outlet, f"{name}?shop={elsewhere.public_id}")).status_code == 404
        assert manager.get(page(outlet, f"{name}?shop={outlet.public_id}")).status_code == 200


def test_who_only_serves_sees_no_numbers(outlet: Outlet, person: StaffMember) -> None:
    client = Client()
    client.force_login(make_member(outlet.provider, Role.STAFF, staff=person))

    assert client.get(page(outlet)).status_code == 403
    assert "numbers/" not in client.get(f"/provider/{outlet.provider.public_id}/").content.decode()


def test_the_api_answers_the_same(outlet: Outlet, person: StaffMember, cut: Service, manager: Client) -> None:
    visit = had(outlet, at(date(2026, 9, 1)), Part(cut, person))
    earned(visit, at(date(2026, 9, 1), 18), 5000, commission=250)
    url = f"/api/v1/provider/businesses/{outlet.provider.public_id}/numbers"

    answer = manager.get(url).json()

    assert (answer["first"], answer["last"], answer["timezone"], answer["outlet"]) == (
        "2026-08-31",
        "2026-11-22",
        "Europe/Helsinki",
        None,
    )
    assert answer["total"]["revenue"] == [
        {
            "currency": "EUR",
            "total": 5000,
            "online": 5000,
            "counter": 0,
            "commission_and_vat": -250,
            "other": 0,
            "yours": 4750,
        }
    ]
    assert (
        answer["weeks"][0]["visits"] == answer["people"][0]["visits"] == answer["services"][0]["visits"] == 1
    )
    assert answer["people"][0]["id"] == person.public_id
    refused = manager.get(f"{url}?last=2026-01-01")
    assert (refused.status_code, refused.json()["code"]) == (422, "span_of_numbers")
    assert manager.get(f"{url}?outlet={make_outlet().public_id}").status_code == 404
