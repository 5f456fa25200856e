"""The state table: one readable thing, and the same in the code, the docs and the database."""

import re
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from bookings.enums import Status
from bookings.models import Booking
from bookings.rules import states
from tests.factories import make_customer, make_outlet, tomorrow_at

DOCS = Path(__file__).parents[2] / "docs"


def test_docs_show_the_table_as_it_is() -> None:
    rows = re.findall(
        r"^\| (\w+) \| (\w+) \| (\w+) \| ([\w, ]+) \| (\w+) \| ([\w.]+) \|$",
        (DOCS / "states.md").read_text(),
        re.M,
    )
    table = [(m.action, m.source, m.target, ", ".join(sorted(m.who)), m.place, m.event) for m in states.TABLE]
    assert rows[1:] == table  # the first is the heading


def test_every_status_is_in_the_table_and_in_the_enum() -> None:
    assert {status.value for status in Status} == states.STATUSES


def test_final_statuses_lead_nowhere_but_an_expired_hold_may_be_paid_late() -> None:
    sources = {move.source for move in states.TABLE}
    assert states.STATUSES - sources == {"closed", "cancelled", "no_show", "declined"}
    assert [m.action for m in states.TABLE if m.source == "expired"] == ["retake", "request"]


def test_home_visits_need_on_the_way_before_the_door() -> None:
    assert states.find_move(action="check_in", source="confirmed", who="staff", place="customer") is None
    assert states.find_move(action="check_in", source="on_the_way", who="staff", place="customer")
    assert states.find_move(action="on_the_way", source="confirmed", who="staff", place="outlet") is None


def test_a_customer_cannot_mark_the_visit() -> None:
    for action in ("check_in", "start", "complete", "no_show", "on_the_way"):
        assert not any(move.action == action and "customer" in move.who for move in states.TABLE)


@pytest.mark.django_db
@pytest.mark.parametrize("source", sorted(states.STATUSES))
def test_the_database_refuses_every_move_that_is_not_in_the_table(source: str) -> None:
    allowed = {move.target for move in states.TABLE if move.source == source} | {source}
    booking = Booking.objects.create(
        customer=make_customer(),
        outlet=make_outlet(),
        status=source,
        starts_at=tomorrow_at(10),
        ends_at=tomorrow_at(11),
        timezone="Europe/Helsinki",
        hold_expires_at=tomorrow_at(9),
        accept_by=tomorrow_at(9),
        currency="EUR",
        total_amount=5000,
        check_in_code="1234",
    )
    for target in sorted(states.STATUSES):
        try:
            with transaction.atomic():
                Booking.objects.filter(pk=booking.pk).update(status=target)
                moved = True
                transaction.set_rollback(True)
        except DatabaseError:
            moved = False
        assert moved == (target in allowed), f"{source} -> {target}"
