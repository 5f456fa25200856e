"""The table of docs/privacy.md: written from what the apps' privacy.py files say."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.privacy.columns import table, undecided

PAGE = Path(settings.BASE_DIR) / "docs" / "privacy.md"
BEGIN, END = "<!-- table: make manage ARGS=privacy -->\n", "<!-- end of table -->\n"


class Command(BaseCommand):
    help = "Write the table of docs/privacy.md; says which columns nobody has decided about."

    def handle(self, *args: Any, **options: Any) -> None:
        before, rest = PAGE.read_text().split(BEGIN)
        _, after = rest.split(END)
        PAGE.write_text(before + BEGIN + table() + END + after)
        missing = undecided()
        if missing:
            raise CommandError("\n\n".join(missing))
