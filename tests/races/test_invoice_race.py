"""Many visits end at once, each heard several times: one invoice each, and no number is left out or given twice."""

from collections.abc import Callable

import pytest

from bookings.services import holds
from invoices.models import Invoice
from invoices.services import settle
from tests.bookings.conftest import Shop, contact, shop
from tests.factories import make_service, make_staff
from tests.invoices.conftest import Till, till
from tests.payments.paying import together

__all__ = ["contact", "shop", "till"]

pytestmark = pytest.mark.django_db(transaction=True)

Contact = Callable[..., holds.Contact]


@pytest.fixture(autouse=True)
def _demo(settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    settings.SITE_URL = "http://testserver"  # type: ignore[attr-defined]


def test_numbers_have_no_gap_whoever_comes_first(shop: Shop, till: Till) -> None:
    till.says_who_it_is()
    refs = []
    for _ in range(4):
        service = make_service(shop.outlet, staff=[make_staff(shop.outlet)])
        refs.append(till.bring_to_the_end(till.paid_online(service=service)).ref)

    answers = together(*[lambda ref=ref: settle(booking_ref=ref) for ref in refs for _ in range(3)])

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert sorted(Invoice.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert sorted(Invoice.objects.values_list("booking__ref", flat=True)) == sorted(refs)
