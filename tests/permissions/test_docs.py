"""docs/permissions.md shows the table as it is."""

from pathlib import Path

from django.conf import settings

from tests.permissions.operations import OPERATIONS
from tests.permissions.pages import PAGES, SOCKETS
from tests.permissions.table import RULES, cases
from tests.permissions.world import CALLERS


def test_the_docs_show_the_rules() -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "permissions.md").read_text()
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.count("|") == len(CALLERS) + 2
    ]
    assert rows[0] == ["rule", *CALLERS]
    shown = {row[0]: dict(zip(CALLERS, row[1:], strict=True)) for row in rows[2:]}
    assert shown == RULES


def test_every_rule_is_followed_by_a_route() -> None:
    followed = {case.rule for given in OPERATIONS.values() for case in cases(given)}
    followed |= {case.rule for methods in PAGES.values() for case in methods.values()}
    followed |= {case.rule for case in SOCKETS.values()}
    assert followed | {"back office"} == set(RULES)
