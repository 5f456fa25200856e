"""The metropolis: what is copied is as what it was copied from, its open time too."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bookings.models import Allocation, OpenKept, OutletDay
from marketplace.demo.metropolis import MODELS
from providers.models import Outlet
from tests.keeping import check_kept, due

pytestmark = pytest.mark.django_db


def test_every_copy_has_its_own_place_and_its_open_time_is_true() -> None:
    told = StringIO()

    call_command("demo_city", outlets=2 * MODELS, days=3, stdout=told)

    assert f"{2 * MODELS} outlets, 3 days of each kept, 70% taken." in told.getvalue()
    # The models stand in the centre.
    assert Outlet.objects.values("point").distinct().count() == MODELS + 1
    assert Allocation.objects.count() == (3 + 1) * 2 * MODELS
    assert OpenKept.objects.count() == 2 * MODELS
    assert not due()
    check_kept()
    with pytest.raises(CommandError, match="there already"):
        call_command("demo_city", outlets=MODELS, stdout=told)


def test_all_booked_leaves_nothing_open() -> None:
    call_command("demo_city", outlets=MODELS, days=2, booked=100, stdout=StringIO())

    assert OutletDay.objects.count() == 2 * MODELS
    assert not OutletDay.objects.filter(is_open=True).exists()
