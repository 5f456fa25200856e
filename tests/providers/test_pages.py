"""The pages of a business: every one opens for whom it should, forms save, refusals stand on the form."""

from datetime import date, time
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from providers.enums import Place, ProviderStatus, Role
from providers.models import (
    Closure,
    HoursOverride,
    HoursRule,
    Membership,
    Offering,
    Outlet,
    Provider,
    Resource,
    ResourceKind,
    ResourceNeed,
    Service,
    ServiceOption,
    Skill,
    StaffMember,
    TimeOff,
)
from providers.services.hours import add_closure, add_time_off, set_override
from providers.services.options import create_option
from tests.factories import (
    make_bays,
    make_member,
    make_outlet,
    make_provider,
    make_service,
    make_staff,
    tomorrow_at,
)
from tests.providers.conftest import Business

pytestmark = pytest.mark.django_db

OUTLET = {
    "name": "Second shop",
    "description": "",
    "language": "en",
    "category": "hair",
    "street_line": "Kalevankatu 12",
    "postcode": "00100",
    "city": "Helsinki",
    "country": "FI",
    "phone": "",
    "lat": "60.17",
    "lng": "24.94",
    "timezone": "Europe/Helsinki",
    "currency": "EUR",
    "radius_km": "",
    "service_corners": "",
    "travel_mode": "car",
}
SERVICE = {
    "name": "Colour",
    "description": "",
    "language": "en",
    "category": "hair",
    "place": "outlet",
    "duration_min": "90",
    "price": "79.50",
    "tax_percent": "25.5",
    "buffer_before_min": "0",
    "buffer_after_min": "10",
    "position": "0",
}
MANAGED = ["about/", "outlets/new/", "staff/new/", "time-off/", "services/new/", "members/"]
SEEN = ["", "outlets/", "staff/", "services/", "things/"]


class Browser:
    """A member's browser in one business."""

    def __init__(self, business: Business, who: User | None) -> None:
        self.client = Client()
        self.base = f"/provider/{business.provider.public_id}/"
        if who:
            self.client.force_login(who)

    def get(self, path: str = "") -> Any:
        return self.client.get(self.base + path)

    def post(self, path: str, **data: Any) -> Any:
        return self.client.post(self.base + path, data)


@pytest.fixture
def manager(business: Business) -> Browser:
    return Browser(business, business.manager)


@pytest.fixture
def owner(business: Business) -> Browser:
    return Browser(business, business.owner)


def objects(business: Business) -> list[str]:
    """The pages of one of everything."""
    outlet, person, service = business.outlet, business.person, business.service
    [unit] = make_bays(outlet, service)
    option = create_option(service=service, actor="system", name="Wax", price_amount=500)
    add_closure(outlet=outlet, start=tomorrow_at(10), end=tomorrow_at(12), actor="system")
    add_time_off(staff=person, start=tomorrow_at(10), end=tomorrow_at(12), actor="system")
    set_override(outlet=outlet, on=tomorrow_at(12, days=3).date(), periods=[], actor="system")
    return [
        f"outlets/{outlet.public_id}/",
        f"outlets/{outlet.public_id}/archive/",
        f"outlets/{outlet.public_id}/hours/",
        f"outlets/{outlet.public_id}/hours/?staff={person.public_id}",
        f"outlets/{outlet.public_id}/days/",
        f"staff/{person.public_id}/",
        f"staff/{person.public_id}/archive/",
        f"services/{service.public_id}/",
        f"services/{service.public_id}/archive/",
        f"services/{service.public_id}/options/new/",
        f"options/{option.public_id}/",
        f"options/{option.public_id}/archive/",
        f"things/units/{unit.public_id}/",
        f"things/units/{unit.public_id}/archive/",
        f"things/kinds/{unit.kind.public_id}/archive/",
    ]


def test_every_page_opens_for_whom_it_should(business: Business) -> None:
    managed = [*MANAGED, *objects(business)]
    member = Membership.objects.get(user=business.staff)
    owned = ["members/new/", f"members/{member.user.public_id}/", f"members/{member.user.public_id}/remove/"]
    roles = {Role.STAFF: business.staff, Role.MANAGER: business.manager, Role.OWNER: business.owner}
    for role, user in roles.items():
        browser = Browser(business, user)
        for path in [*SEEN, *managed, *owned]:
            may = path in SEEN or (path in managed and role != Role.STAFF) or role == Role.OWNER
            assert browser.get(path).status_code == (200 if may else 403), (role, path)
    stranger = Browser(business, business.stranger)
    other = Browser(business, make_member(make_provider()))
    for path in [*SEEN, *managed, *owned]:
        assert stranger.get(path).status_code == 404
        assert other.get(path).status_code == 404
        assert Browser(business, None).get(path).status_code == 302


def test_things_of_another_business_are_not_reached_through_ones_own(business: Business) -> None:
    elsewhere = make_outlet(make_provider())
    owns_both = make_member(business.provider, Role.OWNER)
    Membership.objects.create(provider=elsewhere.provider, user=owns_both, role=Role.OWNER)
    browser = Browser(business, owns_both)
    assert browser.get(f"outlets/{elsewhere.public_id}/").status_code == 404
    assert browser.post(f"outlets/{elsewhere.public_id}/archive/").status_code == 404
    elsewhere.refresh_from_db()
    assert elsewhere.archived_at is None


def test_nobody_without_a_business_is_told_how_to_start_and_can(business: Business) -> None:
    client = Client()
    client.force_login(business.stranger)
    assert "You have no business here yet" in client.get("/provider/").content.decode()
    answer = client.post(
        "/provider/new/", {"name": "Bubble Wash", "language": "en", "email": "", "phone": ""}
    )
    made = Provider.objects.get(name="Bubble Wash")
    # The first step that is still open: an address for news is missing.
    assert answer["Location"] == f"/provider/{made.public_id}/about/"
    page = client.get(answer["Location"]).content.decode()
    assert "Step 1 of 7" in page
    assert "Nobody sees it until it is approved" in page


def test_a_refused_form_shows_why_and_keeps_what_was_typed(manager: Browser) -> None:
    answer = manager.post("outlets/new/", **{**OUTLET, "lat": "", "lng": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "We could not find this address" in page
    assert "Second shop" in page
    assert Outlet.objects.count() == 1


def test_an_outlet_is_added_changed_and_archived(manager: Browser, business: Business) -> None:
    answer = manager.post("outlets/new/", **{**OUTLET, "radius_km": "2.5"})
    outlet = Outlet.objects.get(name="Second shop")
    assert answer["Location"].endswith(f"/outlets/{outlet.public_id}/hours/")
    assert (outlet.service_radius_m, outlet.main_category) == (2500, business.category)
    changed = {**OUTLET, "name": "Third", "lat": "60.2"}
    assert manager.post(f"outlets/{outlet.public_id}/", **changed).status_code == 302
    outlet.refresh_from_db()
    assert (outlet.name, outlet.point.y, outlet.service_area) == ("Third", 60.2, None)
    manager.get(f"outlets/{outlet.public_id}/archive/")
    outlet.refresh_from_db()
    assert outlet.archived_at is None
    manager.post(f"outlets/{outlet.public_id}/archive/")
    outlet.refresh_from_db()
    assert outlet.archived_at is not None


def test_changing_only_the_name_leaves_the_pin_where_it_is(manager: Browser) -> None:
    manager.post("outlets/new/", **OUTLET)
    outlet = Outlet.objects.get(name="Second shop")
    assert manager.post(f"outlets/{outlet.public_id}/", **{**OUTLET, "name": "Other"}).status_code == 302
    moved = {**OUTLET, "name": "Other", "street_line": "Nowhere street 1"}
    assert manager.post(f"outlets/{outlet.public_id}/", **moved).status_code == 422
    outlet.refresh_from_db()
    assert (outlet.name, outlet.street_line, outlet.point.y) == ("Other", "Kalevankatu 12", 60.17)


def test_a_service_is_priced_in_minor_units_and_sold_at_once(manager: Browser, business: Business) -> None:
    [bay] = make_bays(business.outlet, business.service)
    need = f"need_{bay.kind.public_id}"
    answer = manager.post("services/new/", **SERVICE, currency="EUR", **{need: "1"})
    service = Service.objects.get(name="Colour")
    assert answer["Location"].endswith(f"/services/{service.public_id}/")
    assert (service.price_amount, str(service.tax_percent)) == (7950, "25.50")
    assert Offering.objects.get(service=service).is_live
    assert ResourceNeed.objects.filter(service=service, kind=bay.kind).exists()
    path = f"services/{service.public_id}/"
    assert manager.post(path, **{**SERVICE, "price": "81", need: "0"}).status_code == 302
    service.refresh_from_db()
    assert service.price_amount == 8100
    assert not ResourceNeed.objects.filter(service=service).exists()
    refused = manager.post(path, **{**SERVICE, "place": Place.CUSTOMER, need: "0"})
    assert (refused.status_code, "how far this shop goes out" in refused.content.decode()) == (422, True)


def test_how_many_people_do_a_service_together_is_asked(manager: Browser, business: Business) -> None:
    path = f"services/{business.service.public_id}/"
    assert manager.post(path, **SERVICE, team_size="2").status_code == 302
    business.service.refresh_from_db()
    assert business.service.team_size == 2
    assert "It takes 2 people at once" in manager.get(path).content.decode()
    assert "by 2 people" in manager.get("services/").content.decode()

    refused = manager.post(path, **SERVICE, team_size="2", capacity="5")
    assert (refused.status_code, "is held by one person" in refused.content.decode()) == (422, True)
    assert manager.post(path, **SERVICE, team_size="9").status_code == 422


def test_where_a_service_is_sold_is_ticked_and_priced(manager: Browser, business: Business) -> None:
    second = make_outlet(business.provider)
    path = f"services/{business.service.public_id}/offers/"
    manager.post(path, **{f"sold_{second.public_id}": "on", f"price_{second.public_id}": "64.00"})
    [offering] = Offering.objects.filter(service=business.service)
    assert (offering.outlet, offering.price_amount) == (second, 6400)


def test_options_are_added_changed_and_archived(manager: Browser, business: Business) -> None:
    path = f"services/{business.service.public_id}/options/new/"
    fields = {"name": "Wax", "language": "en", "extra_min": "15", "price": "5", "position": "0"}
    manager.post(path, **fields)
    option = ServiceOption.objects.get()
    assert option.price_amount == 500
    manager.post(f"options/{option.public_id}/", **{**fields, "price": "6.5"})
    manager.post(f"options/{option.public_id}/archive/")
    option.refresh_from_db()
    assert option.price_amount == 650
    assert option.archived_at is not None


def test_a_person_gets_outlets_and_skills(manager: Browser, business: Business) -> None:
    skill = f"skill_{business.service.public_id}"
    fields = {"name": "Eero", "title": "Barber", "resume": "", "language": "en", "speaks": "fi, en"}
    more = {"outlets": [business.outlet.public_id], skill: "expert", "working_since": "2015"}
    assert manager.post("staff/new/", **fields, **more).status_code == 302
    person = StaffMember.objects.get(name="Eero")
    assert (person.speaks, person.working_since) == (["fi", "en"], 2015)
    assert list(person.outlets.all()) == [business.outlet]
    assert Skill.objects.get(staff=person).level == "expert"
    manager.post(f"staff/{person.public_id}/", **fields, **{skill: ""}, working_since="")
    assert not person.skills.exists()
    manager.post(f"staff/{person.public_id}/archive/")
    person.refresh_from_db()
    assert person.archived_at is not None


def week(**times: str) -> dict[str, str]:
    """A week's form: `d0_0="22:00-02:00"`."""
    found = {}
    for name, span in times.items():
        found[f"{name}_opens"], found[f"{name}_closes"] = span.split("-")
    return found


def test_a_week_is_saved_with_split_shifts_and_late_nights(manager: Browser, business: Business) -> None:
    path = f"outlets/{business.outlet.public_id}/hours/"
    manager.post(path, **week(d0_0="09:00-12:00", d0_1="13:00-17:00", d5_0="20:00-02:00"))
    rules = HoursRule.objects.filter(outlet=business.outlet).order_by("weekday", "opens")
    assert list(rules.values_list("weekday", "opens", "closes")) == [
        (0, time(9), time(12)),
        (0, time(13), time(17)),
        (5, time(20), time(2)),
    ]
    page = manager.get(path).content.decode()
    assert 'value="20:00"' in page
    refused = manager.post(path, **week(d0_0="09:00-12:00", d0_1="11:00-17:00"))
    assert (refused.status_code, "overlap" in refused.content.decode()) == (422, True)
    half = manager.post(path, d0_0_opens="09:00")
    assert (half.status_code, "Give both times, or neither." in half.content.decode()) == (422, True)
    assert rules.count() == 3


def test_a_week_keeps_the_rules_of_a_season(manager: Browser, business: Business) -> None:
    HoursRule.objects.all().delete()
    season = {"valid_from": date(2027, 6, 1), "valid_until": date(2027, 8, 31)}
    HoursRule.objects.create(outlet=business.outlet, weekday=1, opens=time(8), closes=time(9), **season)
    manager.post(f"outlets/{business.outlet.public_id}/hours/", **week(d0_0="09:00-12:00"))
    assert HoursRule.objects.filter(valid_from=date(2027, 6, 1)).count() == 1
    assert HoursRule.objects.count() == 2


def test_a_person_has_hours_of_their_own(manager: Browser, business: Business) -> None:
    path = f"outlets/{business.outlet.public_id}/hours/?staff={business.person.public_id}"
    manager.post(path, **week(d2_0="10:00-14:00"))
    assert HoursRule.objects.get(staff=business.person).weekday == 2
    assert manager.get(f"outlets/{business.outlet.public_id}/hours/?staff=stf_none").status_code == 404


def test_single_dates_and_closures_come_and_go(manager: Browser, business: Business) -> None:
    path = f"outlets/{business.outlet.public_id}/days/"
    fields = {"override-on": "2027-01-06", "override-staff": "", "override-note": "Epiphany"}
    manager.post(path, **fields)
    assert HoursOverride.objects.get().opens is None
    manager.post(path, **fields, **{"override-opens1": "10:00", "override-closes1": "14:00"})
    assert HoursOverride.objects.get().opens == time(10)
    manager.post(f"outlets/{business.outlet.public_id}/days/2027-01-06/clear/", staff="")
    assert not HoursOverride.objects.exists()
    closing = {"closure-first": "2027-03-28", "closure-last": "2027-03-28", "closure-reason": "Works"}
    manager.post(path, **closing)
    closure = Closure.objects.get()
    # The day on which the clocks go forward has 23 hours.
    assert (closure.period.upper - closure.period.lower).total_seconds() == 23 * 3600
    clash = manager.post(path, **closing)
    assert (clash.status_code, "overlaps a period" in clash.content.decode()) == (422, True)
    manager.post(f"closures/{closure.public_id}/remove/")
    assert not Closure.objects.exists()


def test_time_off_covers_whole_days_where_the_person_works(manager: Browser, business: Business) -> None:
    fields = {"off-staff": business.person.public_id, "off-first": "2027-07-01", "off-last": "2027-07-02"}
    manager.post("time-off/", **fields)
    found = TimeOff.objects.get()
    assert found.period.lower.isoformat() == "2027-06-30T21:00:00+00:00"
    assert found.period.upper.isoformat() == "2027-07-02T21:00:00+00:00"
    manager.post(f"time-off/{found.public_id}/remove/")
    assert not TimeOff.objects.exists()


def test_kinds_and_units_are_added_and_archived(manager: Browser, business: Business) -> None:
    manager.post("things/kinds/", **{"kind-name": "Bay"})
    kind = ResourceKind.objects.get()
    unit = {
        "unit-kind": kind.public_id,
        "unit-outlet": business.outlet.public_id,
        "unit-name": "Bay 1",
        "unit-position": "1",
    }
    manager.post("things/units/", **unit)
    made = Resource.objects.get()
    manager.post(f"things/units/{made.public_id}/", name="Bay 9", position="9")
    made.refresh_from_db()
    assert made.name == "Bay 9"
    assert manager.post("things/kinds/", **{"kind-name": " "}).status_code == 422
    manager.post(f"things/kinds/{kind.public_id}/archive/")
    made.refresh_from_db()
    assert made.archived_at is not None


def test_the_owner_changes_and_removes_members(owner: Browser, business: Business) -> None:
    made = Membership.objects.get(user=business.manager)
    owner.post(f"members/{made.user.public_id}/", role="staff", staff=business.person.public_id)
    made.refresh_from_db()
    assert (made.role, made.staff) == (Role.STAFF, business.person)
    owner.post(f"members/{made.user.public_id}/", role="staff", staff="")
    made.refresh_from_db()
    assert (made.role, made.staff) == (Role.STAFF, None)
    owner.post(f"members/{made.user.public_id}/remove/")
    assert not Membership.objects.filter(pk=made.pk).exists()
    stay = owner.post(f"members/{business.owner.public_id}/", role="staff", staff="")
    assert (stay.status_code, "A business needs an owner" in stay.content.decode()) == (422, True)


def test_a_draft_is_sent_by_its_owner_once_all_is_there(business: Business) -> None:
    draft = make_provider(status=ProviderStatus.DRAFT, approved_at=None)
    user = make_member(draft)
    client = Client()
    client.force_login(user)
    page = client.post(f"/provider/{draft.public_id}/submit/", follow=True).content.decode()
    assert "Some things are missing" in page
    make_service(make_outlet(draft))
    client.post(f"/provider/{draft.public_id}/submit/")
    draft.refresh_from_db()
    assert draft.status == ProviderStatus.SUBMITTED


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [("outlets/", 5), ("staff/", 7), ("services/", 8), ("things/", 7), ("members/", 6), ("time-off/", 8)],
)
def test_lists_cost_the_same_at_one_and_at_three_rows(
    business: Business, rows: int, path: str, queries: int, django_assert_num_queries: Any
) -> None:
    make_bays(business.outlet, business.service)
    add_time_off(staff=business.person, start=tomorrow_at(10), end=tomorrow_at(12), actor="system")
    for _ in range(rows - 1):
        outlet = make_outlet(business.provider)
        person = make_staff(outlet)
        make_bays(outlet, make_service(outlet, staff=[person]))
        make_member(business.provider)
        add_time_off(staff=person, start=tomorrow_at(10), end=tomorrow_at(12), actor="system")
    browser = Browser(business, business.owner)
    browser.get(path)  # the category tree is read once
    with django_assert_num_queries(queries):
        browser.get(path)


def test_forms_without_their_token_change_nothing(business: Business) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(business.owner)
    path = f"/provider/{business.provider.public_id}/outlets/{business.outlet.public_id}/archive/"
    assert client.post(path).status_code == 403
    business.outlet.refresh_from_db()
    assert business.outlet.archived_at is None


def test_addresses_and_dates_that_cannot_be_are_not_errors_of_ours(
    manager: Browser, business: Business
) -> None:
    assert manager.get("outlets/a%00b/").status_code == 404
    assert manager.client.get("/provider/a%00b/").status_code == 404
    path = f"outlets/{business.outlet.public_id}/days/"
    assert manager.post(f"{path}2027-02-30/clear/", staff="").status_code == 404
    for day in ("0001-01-01", "9999-12-31"):
        closing = {"closure-first": day, "closure-last": day}
        assert manager.post(path, **closing).status_code == 422
        assert manager.post(path, **{"override-on": day}).status_code == 422
