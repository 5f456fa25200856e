"""A transaction that lacks something from the network is rolled back, gets it outside, and runs anew."""

import pytest
from django.db import connection, transaction

from common.again import TryAgain, again
from common.errors import DomainError


class Refused(DomainError):
    code = "refused"


class Lacks(TryAgain):
    def __init__(self, notes: list[str]) -> None:
        self.notes = notes

    def prepare(self) -> None:
        assert not connection.in_atomic_block
        self.notes.append("got")

    def refusal(self) -> DomainError:
        return Refused()


@pytest.mark.django_db(transaction=True)
def test_it_runs_anew_with_what_it_lacked() -> None:
    notes: list[str] = []

    def run() -> str:
        with transaction.atomic():
            if not notes:
                raise Lacks(notes)
            return "done"

    assert again(run) == "done"
    assert notes == ["got"]


@pytest.mark.django_db(transaction=True)
def test_after_three_tries_it_is_refused() -> None:
    notes: list[str] = []

    def run() -> None:
        raise Lacks(notes)

    with pytest.raises(Refused):
        again(run)
    assert notes == ["got", "got"]


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_whoever_opened_it_goes_on() -> None:
    notes: list[str] = []

    def inner() -> str:
        if not notes:
            raise Lacks(notes)
        return "done"

    def outer() -> str:
        with transaction.atomic():
            return again(inner)

    assert again(outer) == "done"
    assert notes == ["got"]
