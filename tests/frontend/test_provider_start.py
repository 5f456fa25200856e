"""A new business on its own pages: forms that start filled in, steps that lead on, refusals at their field."""

import re
from typing import Any

import pytest
from django.test import Client

from providers.enums import ProviderStatus, Role
from providers.models import Provider, Skill
from tests.factories import make_category, make_member, make_outlet, make_provider, make_service, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def business() -> Provider:
    return make_provider(status=ProviderStatus.DRAFT, name="Autopesu Uusi")


@pytest.fixture
def owner(business: Provider) -> Client:
    client = Client()
    client.force_login(make_member(business, Role.OWNER))
    return client


def base(business: Provider) -> str:
    return f"/provider/{business.public_id}/"


def test_the_steps_lead_to_where_each_is_done(owner: Client, business: Provider) -> None:
    way = owner.get(base(business)).context["way"]
    found = [(step.name, step.is_done, step.url.removeprefix(base(business))) for step in way.steps]
    assert found == [
        ("business", True, "about/"),
        ("outlets", False, "outlets/new/"),
        ("hours", False, "outlets/new/"),
        ("services", False, "services/new/"),
        ("staff", False, "staff/new/"),
        ("documents", False, "documents/"),
        ("review", False, "application/"),
    ]
    assert way.first_open.name == "outlets"
    outlet = make_outlet(business)
    make_service(outlet)
    page = owner.get(f"{base(business)}outlets/{outlet.public_id}/hours/")
    way = page.context["way"]
    assert (way.current.name, way.back.name, way.next.name) == ("hours", "outlets", "services")
    assert [step.is_done for step in way.steps] == [True] * 6 + [False]
    assert way.first_open.name == "review"


def test_the_first_shop_starts_with_the_customs_of_the_country(
    owner: Client, business: Provider, settings: Any
) -> None:
    settings.PHONE_REGION = "FI"
    form = owner.get(f"{base(business)}outlets/new/").context["form"]
    found = {name: form[name].value() for name in ("name", "country", "timezone", "currency")}
    assert found == {
        "name": "Autopesu Uusi",
        "country": "FI",
        "timezone": "Europe/Helsinki",
        "currency": "EUR",
    }


def test_a_country_of_many_zones_leaves_the_zone_to_choose(
    owner: Client, business: Provider, settings: Any
) -> None:
    settings.PHONE_REGION = "US"
    form = owner.get(f"{base(business)}outlets/new/").context["form"]
    assert (form["timezone"].value(), form["currency"].value()) == ("", "USD")


def test_a_service_that_nobody_can_do_is_named(owner: Client, business: Provider) -> None:
    outlet = make_outlet(business)
    service = make_service(outlet, staff=[], name="Hand wash")
    person = make_staff(outlet, name="Outi Uusi")
    assert owner.get(base(business)).context["idle"] == [service]
    page = owner.get(f"{base(business)}services/{service.public_id}/")
    assert (page.context["able"], page.context["unable"]) == ([], [person])
    Skill.objects.create(staff=person, service=service)
    assert owner.get(base(business)).context["idle"] == []
    assert owner.get(f"{base(business)}services/{service.public_id}/").context["able"] == [person]


def test_an_unknown_language_is_refused_where_it_was_typed(owner: Client, business: Provider) -> None:
    fields = {"name": "Outi Uusi", "language": "en", "speaks": "fi, klingon!"}
    page = owner.post(f"{base(business)}staff/new/", fields)
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"speaks"}
    assert page.context["form"]["speaks"].value() == "fi, klingon!"


def test_a_half_typed_shift_is_refused_beside_its_times(owner: Client, business: Provider) -> None:
    outlet = make_outlet(business)
    page = owner.post(f"{base(business)}outlets/{outlet.public_id}/hours/", {"d0_1_opens": "09:00"})
    assert page.status_code == 422
    times = re.findall(r'class="week__times">(.*?)</fieldset>', page.content.decode(), flags=re.S)
    assert "field__error" in times[0].split("<details")[0]
    assert all("field__error" not in day for day in times[1:])


def test_a_new_service_starts_with_what_the_shop_mostly_does(owner: Client, business: Provider) -> None:
    page = owner.get(f"{base(business)}services/new/")
    assert page.context["form"]["category"].value() == ""
    make_outlet(business, main_category=make_category("hair"))
    page = owner.get(f"{base(business)}services/new/")
    assert page.context["form"]["category"].value() == "hair"
