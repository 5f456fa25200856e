"""Towns for benchmarks, and a database without a demo."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from marketplace.demo import town
from marketplace.demo.progress import Progress
from providers.models import Outlet


@pytest.mark.django_db
def test_without_a_demo_there_are_no_sign_ins() -> None:
    with pytest.raises(CommandError):
        call_command("demo_signins", stdout=StringIO())


@override_settings(DEMO=False)
def test_an_installation_that_is_no_demo_gets_none() -> None:
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("demo_city", stdout=StringIO())


@pytest.mark.django_db
@override_settings(DEMO=True)
@pytest.mark.parametrize("outlets", [0, -1, town.MOST + 1])
def test_an_absurd_size_is_refused(outlets: int) -> None:
    with pytest.raises(CommandError):
        call_command("demo_city", outlets=outlets, stdout=StringIO())


@pytest.mark.django_db
def test_a_town_is_made_once_and_grows() -> None:
    out = StringIO()
    assert town.load(1, outlets=12, progress=Progress(out, town.steps(12))) == 12
    assert town.load(1, outlets=12, progress=Progress(out, town.steps(12))) == 0
    assert town.load(1, outlets=20, progress=Progress(out, town.steps(20))) == 8
    made = Outlet.objects.filter(city="Tampere")
    assert made.count() == 20
    assert all(o.offerings.filter(is_live=True).exists() and o.hours_rules.exists() for o in made)
    assert all(o.assignments.exists() for o in made)
