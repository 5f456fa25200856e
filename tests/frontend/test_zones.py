"""Nobody is shown the server's clock: what belongs to no outlet is told on that of most outlets."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from accounts.models import User
from common import clock
from frontend.formats import usual_zone
from frontend.templatetags.look import usual_date
from providers.models import Outlet, VettingEntry
from providers.rules.bank import by_iban
from providers.selectors.usual import forget_usual
from providers.services.bank import set_bank_account
from tests.factories import make_member, make_outlet
from tests.signing_in import make_operator, sign_in

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 11, 25, 22, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    forget_usual()
    yield
    forget_usual()


def test_it_is_the_clock_of_most_outlets_that_are_there() -> None:
    assert usual_zone() == "UTC"
    for zone in ("Asia/Shanghai", "Europe/Helsinki", "Europe/Helsinki"):
        make_outlet(timezone=zone)

    assert usual_zone() == "Europe/Helsinki"
    assert usual_date(LATE) == "26 November 2026"
    Outlet.objects.filter(timezone="Europe/Helsinki").update(archived_at=LATE)
    forget_usual()
    assert usual_zone() == "Asia/Shanghai"


def test_operators_see_it() -> None:
    outlet = make_outlet(timezone="Europe/Helsinki")
    owner: User = make_member(outlet.provider)
    account = by_iban(holder="Shop Oy", iban="FI2112345600000785")
    set_bank_account(provider=outlet.provider, account=account, user=owner)
    type(outlet.provider.bank_account).objects.update(changed_at=LATE)

    desk = sign_in(Client(), make_operator())
    page = desk.get(f"/desk/providers/{outlet.provider.public_id}/").content.decode()
    assert "Thu 26 November, 00:30" in page or "Thu 26 November, 0:30" in page


def test_operators_type_by_it() -> None:
    business = make_outlet(timezone="Europe/Helsinki").provider
    desk = sign_in(Client(), make_operator())
    page = f"/desk/providers/{business.public_id}/"
    assert "Helsinki time (EE" in desk.get(page).content.decode()

    typed = (clock.now() + timedelta(days=30)).replace(
        hour=8, minute=30, second=0, microsecond=0, tzinfo=None
    )
    asked = {"key": str(uuid4()), "message": "Unsafe.", "until": f"{typed:%Y-%m-%dT%H:%M}"}
    assert desk.post(f"{page}suspend/", asked).status_code == 302

    entry = VettingEntry.objects.get(kind="suspended")
    assert entry.until == typed.replace(tzinfo=ZoneInfo("Europe/Helsinki"))
