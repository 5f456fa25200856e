"""The committed OpenAPI snapshot: write it, or check that it is what the code says."""

import difflib
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.api import api

SNAPSHOT = Path(settings.BASE_DIR) / "docs" / "openapi.json"


class Command(BaseCommand):
    help = "Write docs/openapi.json, or with --check fail when it differs from the code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        schema = api.get_openapi_schema(path_prefix="/api/v1/")
        text = json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        if not options["check"]:
            SNAPSHOT.write_text(text)
            return
        before = SNAPSHOT.read_text() if SNAPSHOT.exists() else ""
        if before != text:
            changes = difflib.unified_diff(
                before.splitlines(), text.splitlines(), "committed", "code", lineterm=""
            )
            raise CommandError(
                "docs/openapi.json is not what the code says; run manage.py openapi\n"
                + "\n".join(changes)[:4000]
            )
