"""Whether the process is alive, and whether it can serve: for supervisors, proxies and load balancers."""

import logging
import threading
import time

import psycopg
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.listen import database_params

log = logging.getLogger(__name__)

# Many may ask at once; the database is asked once a second.
_KEPT = 1.0
_lock = threading.Lock()
_answer: tuple[float, str] = (float("-inf"), "")
_migrated = False


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 whenever the process answers; asks nobody else."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and every migration is applied, 503 with the reason otherwise."""
    problem = _problem()
    if problem:
        return JsonResponse({"status": "unavailable", "reason": problem}, status=503)
    return JsonResponse({"status": "ready"})


def _problem() -> str:
    """Why this process cannot serve: `database` or `migrations`; "" when it can."""
    global _answer
    with _lock:
        asked, problem = _answer
        if time.monotonic() - asked > _KEPT:
            problem = _ask()
            _answer = (time.monotonic(), problem)
        return problem


def _ask() -> str:
    global _migrated
    try:
        # A connection of its own: it neither waits for the pool nor takes from it.
        with psycopg.connect(**database_params(), autocommit=True) as connection:
            connection.execute("SET statement_timeout = '2s'")
            if _migrated:
                connection.execute("SELECT 1")
                return ""
            applied = set(connection.execute("SELECT app, name FROM django_migrations").fetchall())
    except psycopg.errors.UndefinedTable:
        return "migrations"
    except psycopg.Error as error:
        log.warning("not ready: %s", error)
        return "database"
    # What is applied stays applied while this code runs: looked at until it is right, then no more.
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    _migrated = set(loader.disk_migrations or ()) <= applied
    return "" if _migrated else "migrations"
