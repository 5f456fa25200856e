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

    call_command("demo_city", metropolis=3 * MODELS, days=3, stdout=told)

    assert "72 outlets, 3 days of each kept, 70% taken." in told.getvalue()
    assert (
        Outlet.objects.values("point").distinct().count() == 2 * MODELS + 1
    )  # the models stand in the centre
    assert Allocation.objects.count() == 3 * 3 * MODELS
    assert OpenKept.objects.count() == 3 * MODELS
    assert not due()
    check_kept()
    with pytest.raises(CommandError, match="there already"):
        call_command("demo_city", metropolis=MODELS, stdout=told)


def test_all_booked_leaves_nothing_open() -> None:
    call_command("demo_city", metropolis=MODELS, days=2, booked=100, stdout=StringIO())

    assert OutletDay.objects.count() == 2 * MODELS
    assert not OutletDay.objects.filter(is_open=True).exists()
