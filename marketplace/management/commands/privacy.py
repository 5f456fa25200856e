"""The tables of docs/privacy.md: written from what the apps' privacy.py files and the rules of retention say."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.privacy.columns import table, undecided
from marketplace import retention

PAGE = Path(settings.BASE_DIR) / "docs" / "privacy.md"
PARTS = ("<!-- table: make manage ARGS=privacy -->\n", "<!-- end of table -->\n", table)
KEPT = ("<!-- retention: make manage ARGS=privacy -->\n", "<!-- end of retention -->\n", retention.table)


class Command(BaseCommand):
    help = "Write the tables of docs/privacy.md; says which columns nobody has decided about."

    def handle(self, *args: Any, **options: Any) -> None:
        text = PAGE.read_text()
        for begin, end, rows in (PARTS, KEPT):
            before, rest = text.split(begin)
            _, after = rest.split(end)
            text = before + begin + rows() + end + after
        PAGE.write_text(text)
        missing = undecided()
        if missing:
            raise CommandError("\n\n".join(missing))
