"""Towns for benchmarks, and a database without a demo."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Q
from django.test import override_settings

from bookings.models import Booking, BookingItem
from common.models import Event
from marketplace.demo import helsinki, town
from marketplace.demo.progress import Progress
from payments.models import LedgerEntry, Payment
from providers.models import Outlet, Service, StaffMember
from reviews.models import Review
from tests.demo.conftest import DAY

ROWS = {
    Outlet: ("public_id", "name", "street_line", "phone", "rating_sum"),
    StaffMember: ("public_id", "name", "resume"),
    Service: ("public_id", "name", "price_amount"),
    Booking: ("ref", "status", "starts_at", "created_at", "check_in_code", "customer__public_id"),
    BookingItem: ("public_id", "name", "lines", "price_amount"),
    LedgerEntry: ("transaction__public_id", "account__owner", "amount", "transaction__at"),
    Review: ("public_id", "rating", "value_stars", "text", "created_at"),
    Event: ("subject_id", "seq", "uid", "type", "actor", "at"),
}


BROUGHT = (
    ~Q(subject_type__in=("booking", "payment", "provider"))
    | Q(type__contains="object")
    | Q(
        type__in=(
            "catalogue.changed",
            "hours.changed",
            "provider.bank_changed",
            "booking.price_change_asked",
            "booking.refund_asked",
        )
    )
)
BY_SERVICES = {
    Service: Q(capacity__gt=1) | Q(team_size__gt=1),
    Booking: Q(items__session__isnull=False)
    | Q(items__helpers__isnull=False)
    | Q(series_visit__isnull=False),
    BookingItem: Q(session__isnull=False) | Q(helpers__isnull=False) | Q(booking__series_visit__isnull=False),
}


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
        call_command("demo_city", town=outlets, stdout=StringIO())


@pytest.mark.django_db
def test_a_seed_and_day_give_the_same_rows() -> None:
    def load() -> list[object]:
        with transaction.atomic():
            assert helsinki.load(3, day=DAY, every=60) is not None
            rows: list[object] = []
            for model, columns in ROWS.items():
                found = model.objects.order_by(*columns).values_list(*columns)  # type: ignore[attr-defined]
                # What is brought before operators, groups, teams and series are by the services, at their time.
                made = Booking.objects.filter(BY_SERVICES[Booking]).values("ref")
                # So is what was given up into a wallet.
                moved = Payment.objects.filter(refunds__wallet__gt="")
                refs = Q(subject_id__in=moved.values("booking_ref"))
                payments = Q(subject_id__in=moved.values("public_id"))
                if model is Event:
                    found = found.exclude(BROUGHT | Q(subject_id__in=made) | refs | payments)
                elif model is LedgerEntry:
                    found = found.exclude(transaction__booking_ref__in=moved.values("booking_ref"))
                rows += found.exclude(BY_SERVICES.get(model, Q(pk=0)))
            transaction.set_rollback(True)
        return rows

    first = load()
    assert len(first) > 1000
    assert load() == first


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
