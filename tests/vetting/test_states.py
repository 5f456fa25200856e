"""The state table of a business: the same in the code, the docs and the database."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from providers.enums import DocumentStatus, ProviderStatus
from providers.models import Document, Provider
from providers.rules import vetting as rules
from providers.rules.vetting import grace_ends, has_expired, reminder_due
from tests.factories import make_provider
from tests.vetting.conftest import Vetting

DOCS = Path(__file__).parents[2] / "docs"


def test_docs_show_the_table_as_it_is() -> None:
    rows = re.findall(
        r"^\| (\w+) \| (\w+) \| (\w+) \| ([\w, ]+) \| ([\w.]+) \|$", (DOCS / "vetting.md").read_text(), re.M
    )
    table = [(m.action, m.source, m.target, ", ".join(sorted(m.who)), m.event) for m in rules.TABLE]
    assert rows[1:] == table  # the first is the heading


def test_every_status_is_in_the_table_and_in_the_enum() -> None:
    assert {status.value for status in ProviderStatus} == rules.STATUSES


@pytest.mark.django_db
@pytest.mark.parametrize("source", sorted(rules.STATUSES))
def test_the_database_refuses_every_move_that_is_not_in_the_table(source: str) -> None:
    allowed = {move.target for move in rules.TABLE if move.source == source} | {source}
    provider = make_provider(status=source)
    for target in sorted(rules.STATUSES):
        try:
            with transaction.atomic():
                Provider.objects.filter(pk=provider.pk).update(status=target)
                moved = True
                transaction.set_rollback(True)
        except DatabaseError:
            moved = False
        assert moved == (target in allowed), f"{source} -> {target}"


def test_the_database_lets_a_paper_move_along_its_table_only(case: Vetting) -> None:
    moved = set()
    for source in DocumentStatus.values:
        document = case.send(
            status=source,
            decided_by=case.operator,
            decided_at="2026-01-01T00:00Z",
            replaced_at="2026-01-02T00:00Z",
        )
        for target in set(DocumentStatus.values) - {source}:
            try:
                with transaction.atomic():
                    Document.objects.filter(pk=document.pk).update(status=target)
                    moved.add((source, target))
                    transaction.set_rollback(True)
            except DatabaseError as refusal:
                assert "transition" in str(refusal).lower()
        transaction.get_connection()
        Document.objects.filter(pk=document.pk).exclude(status="replaced").update(status="replaced")
    assert moved == set(rules.DOCUMENT_MOVES)


@pytest.mark.parametrize(
    ("left", "reminded", "due"),
    [
        (31, None, None),
        (30, None, 30),
        (30, 30, None),
        (8, 30, None),
        (7, 30, 7),
        (5, None, 7),
        (1, 7, 1),
        (0, 7, 1),
        (0, 1, None),
        (-1, None, None),
    ],
)
def test_each_reminder_comes_once_and_the_nearest_only(
    left: int, reminded: int | None, due: int | None
) -> None:
    last = date(2026, 12, 31)
    today = date.fromordinal(last.toordinal() - left)
    assert reminder_due(valid_until=last, today=today, reminded=reminded) == due


def test_a_paper_holds_to_the_end_of_its_last_day_and_grace_for_fourteen_more() -> None:
    last = date(2026, 11, 30)
    assert not has_expired(last, date(2026, 11, 30))
    assert has_expired(last, date(2026, 12, 1))
    assert not has_expired(None, date(2026, 12, 1))
    assert grace_ends(last) == date(2026, 12, 14)
