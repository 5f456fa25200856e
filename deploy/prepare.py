"""Brings the database and static files to the state of the code: run with the project's own Python.

One process for all of it, because starting Django is most of the time that a later start takes.
usage: python -m deploy.prepare [--demo SIGNINS_FILE]
"""

import io
import sys
import time
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from deploy.steps import beginning, ending, step


def is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def prepare(signins: Path | None) -> None:
    """Migrate, collect static files and, when a file for its sign-ins is given, load the demo city."""
    with step("migrations"):
        if not is_migrated():
            call_command("migrate", verbosity=0, interactive=False)
    with step("static files"):
        call_command("collectstatic", verbosity=0, interactive=False)
    if signins is None:
        return
    started = time.monotonic()
    call_command("demo_city", stdout=io.StringIO())  # its progress bar is on standard error
    print(beginning("demo city") + ending(started), flush=True)
    told = io.StringIO()
    call_command("demo_signins", stdout=told)
    signins.unlink(missing_ok=True)
    signins.touch(mode=0o600)
    signins.write_text(told.getvalue())


if __name__ == "__main__":
    django.setup()
    prepare(Path(sys.argv[2]) if sys.argv[1:2] == ["--demo"] else None)
