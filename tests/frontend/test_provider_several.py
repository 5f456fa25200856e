"""Several services changed at once: before and after first, then all of them or none."""

from decimal import Decimal
from typing import Any

import pytest

from providers.models import Offering, Service
from providers.services.catalogue import offer_service
from tests.factories import make_outlet, make_service
from tests.frontend.test_provider_affected import base
from tests.frontend.test_provider_day import Shop, at_ten, shop, text
from tests.frontend.test_provider_tables import carried

__all__ = ["at_ten", "shop"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def services(shop: Shop) -> tuple[Service, Service]:
    other = make_outlet(shop.outlet.provider, name="Harbour")
    trim = make_service(shop.outlet, name="Trim", price_amount=3333, duration_min=45)
    perm = make_service(shop.outlet, name="Perm", price_amount=9000, duration_min=90)
    offer_service(service=perm, outlet=other, actor="user:test", price_amount=10000)
    return trim, perm


def asked(shop: Shop, services: tuple[Service, ...] = (), /, **fields: Any) -> Any:
    chosen = [service.public_id for service in services]
    typed = {"services": chosen, "rounded": "0.10"} | fields
    return shop.manager.post(f"{base(shop)}/services/several/", typed)


def prices() -> dict[tuple[str, str], int]:
    rows = Offering.objects.filter(service__name__in=["Trim", "Perm"])
    return {(row.service.name, row.outlet.name): row.price_amount for row in rows.select_related()}


def test_prices_rise_by_per_cent_at_every_shop_once_it_was_shown(
    shop: Shop, services: tuple[Service, Service]
) -> None:
    before = prices()
    answer = asked(shop, services, price_by="percent", price="5")
    assert answer.status_code == 200
    words = text(answer)
    assert "2 changed" in words
    assert "33.33 → after 35.00" in " ".join(words.split())
    assert prices() == before

    done = shop.manager.post(f"{base(shop)}/tables/services/", carried(answer))
    assert done.status_code == 302
    here = shop.outlet.name
    assert prices() == {("Trim", here): 3500, ("Perm", here): 9450, ("Perm", "Harbour"): 10500}
    assert Service.objects.get(name="Trim").price_amount == 3500


@pytest.mark.parametrize(
    ("fields", "trim"),
    [
        ({"price_by": "amount", "price": "-3.33"}, 3000),
        ({"price_by": "amount", "price": "2", "rounded": "1.00"}, 3500),
        ({"price_by": "to", "price": "19.99"}, 1999),
    ],
)
def test_prices_change_by_an_amount_or_become_the_same(
    shop: Shop, services: tuple[Service, Service], fields: dict[str, str], trim: int
) -> None:
    answer = asked(shop, services[:1], **fields)
    shop.manager.post(f"{base(shop)}/tables/services/", carried(answer))
    assert Service.objects.get(name="Trim").price_amount == trim
    assert Service.objects.get(name="Perm").price_amount == 9000


def test_lengths_buffers_and_shops_change_together(shop: Shop, services: tuple[Service, Service]) -> None:
    harbour = Offering.objects.get(service=services[1], outlet__name="Harbour").outlet
    typed = {"duration_min": "60", "buffer_after_min": "10", "tax_percent": "25.5"}
    answer = asked(shop, services, **typed, **{f"sold_{harbour.public_id}": "no"})
    shop.manager.post(f"{base(shop)}/tables/services/", carried(answer))
    for service in services:
        service.refresh_from_db()
        assert (service.duration_min, service.buffer_after_min) == (60, 10)
        assert service.tax_percent == Decimal("25.50")
    assert not Offering.objects.filter(outlet=harbour).exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Say what is to change."),
        ({"price_by": "percent"}, "Say by how much, or to what."),
        ({"price_by": "amount", "price": "-50"}, "Trim would cost less than nothing."),
        ({"duration_min": "60", "services": []}, "Choose at least one service."),
        ({"duration_min": "60", "services": ["svc_unknown"]}, "svc_unknown"),
    ],
)
def test_what_cannot_be_is_said(
    shop: Shop, services: tuple[Service, Service], fields: dict[str, Any], words: str
) -> None:
    answer = asked(shop, services, **fields)
    assert answer.status_code == 422
    assert words in text(answer)


def test_a_length_that_does_not_go_with_the_phases_is_named(shop: Shop) -> None:
    phases = [{"kind": "active", "minutes": 30}, {"kind": "processing", "minutes": 30}]
    colour = make_service(shop.outlet, name="Colour", duration_min=60, phases=phases)
    plain = make_service(shop.outlet, name="Trim")
    answer = asked(shop, (colour, plain), duration_min="75")
    assert answer.status_code == 422
    assert "One thing to put right" in text(answer)
    assert "Colour" in text(answer)
    plain.refresh_from_db()
    assert plain.duration_min == 60
