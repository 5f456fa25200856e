"""Forms whose change would hit visits: the list first, and the change only with it."""

import re
from typing import Any

import pytest

from bookings.models import Booking
from providers.enums import Role
from providers.models import Closure, StaffMember, TimeOff
from tests.factories import make_member
from tests.frontend.test_provider_day import Shop, at_ten, booked, shop, signed_in, text

__all__ = ["at_ten", "shop"]
pytestmark = pytest.mark.django_db


def accepted(answer: Any) -> str:
    """The version of the list that a page shows."""
    found = re.search(r'name="acknowledge" value="([0-9a-f]+)"', answer.content.decode())
    assert found, "no list is shown"
    return found[1]


def base(shop: Shop) -> str:
    return f"/provider/{shop.outlet.provider.public_id}"


def test_archiving_a_person_lists_their_visits_first(shop: Shop) -> None:
    booking = booked(shop, 11, shop.aino)
    url = f"{base(shop)}/staff/{shop.aino.public_id}/archive/"
    answer = shop.manager.post(url)
    assert answer.status_code == 409
    assert "This would hit 1 visit" in text(answer)
    assert "Helmi Virtanen" in text(answer)
    assert f"visits/{booking.ref}/move" in answer.content.decode()
    assert f"visits/{booking.ref}/cancel" in answer.content.decode()
    assert StaffMember.objects.get(pk=shop.aino.pk).archived_at is None

    assert shop.manager.post(url, {"acknowledge": accepted(answer)}).status_code == 302
    assert StaffMember.objects.get(pk=shop.aino.pk).archived_at is not None
    assert Booking.objects.get(pk=booking.pk).status == "confirmed"


def test_time_off_keeps_what_was_typed_beside_the_list(shop: Shop) -> None:
    booked(shop, 11, shop.aino)
    fields = {
        "off-staff": shop.aino.public_id,
        "off-reason": "Dentist",
        "off-first": str(shop.day),
        "off-last": str(shop.day),
    }
    answer = shop.manager.post(f"{base(shop)}/time-off/", fields)
    assert answer.status_code == 409
    assert 'value="Dentist"' in answer.content.decode()
    assert TimeOff.objects.count() == 0
    # Another visit came meanwhile: the list is shown again.
    booked(shop, 12, shop.aino)
    version = accepted(answer)
    again = shop.manager.post(f"{base(shop)}/time-off/", {**fields, "acknowledge": version})
    assert again.status_code == 409
    assert accepted(again) != version
    done = shop.manager.post(f"{base(shop)}/time-off/", {**fields, "acknowledge": accepted(again)})
    assert (done.status_code, TimeOff.objects.count()) == (302, 1)


def test_closing_and_single_dates_list_first(shop: Shop) -> None:
    booked(shop, 11, shop.aino)
    url = f"{base(shop)}/outlets/{shop.outlet.public_id}/days/"
    closure = {"closure-first": str(shop.day), "closure-last": str(shop.day)}
    answer = shop.manager.post(url, closure)
    assert answer.status_code == 409
    assert Closure.objects.count() == 0
    date = {"override-on": str(shop.day)}
    answer = shop.manager.post(url, date)
    assert answer.status_code == 409
    assert shop.manager.post(url, {**date, "acknowledge": accepted(answer)}).status_code == 302


def test_the_week_lists_first(shop: Shop) -> None:
    booked(shop, 11, shop.aino)
    url = f"{base(shop)}/outlets/{shop.outlet.public_id}/hours/"
    answer = shop.manager.post(url, {"nothing": "1"})
    assert answer.status_code == 409
    assert shop.manager.post(url, {"acknowledge": accepted(answer)}).status_code == 302


@pytest.mark.parametrize("what", ["outlets", "services"])
def test_archiving_a_shop_or_a_service_lists_first(shop: Shop, what: str) -> None:
    booked(shop, 11, shop.aino)
    row = shop.outlet if what == "outlets" else shop.service
    url = f"{base(shop)}/{what}/{row.public_id}/archive/"
    answer = shop.manager.post(url)
    assert answer.status_code == 409
    assert shop.manager.post(url, {"acknowledge": accepted(answer)}).status_code == 302


def test_removing_who_serves_lists_first(shop: Shop) -> None:
    booked(shop, 11, shop.juho)
    user = make_member(shop.outlet.provider, Role.STAFF, staff=shop.juho)
    owner = signed_in(shop.outlet, Role.OWNER)
    url = f"{base(shop)}/members/{user.public_id}/remove/"
    answer = owner.post(url)
    assert answer.status_code == 409
    assert "nobody signs in as the person" in text(answer)
    assert owner.post(url, {"acknowledge": accepted(answer)}).status_code == 302


@pytest.mark.parametrize("acknowledge", ["0" * 32, "x", "\x00"])
def test_a_made_up_version_does_nothing(shop: Shop, acknowledge: str) -> None:
    booked(shop, 11, shop.aino)
    url = f"{base(shop)}/staff/{shop.aino.public_id}/archive/"
    assert shop.manager.post(url, {"acknowledge": acknowledge}).status_code == 409
    assert StaffMember.objects.get(pk=shop.aino.pk).archived_at is None
