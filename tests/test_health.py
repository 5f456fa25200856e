"""What supervisors and load balancers are told."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from marketplace import health


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As after the start of the process; each question is asked anew."""
    monkeypatch.setattr(health, "_answer", (float("-inf"), ""))
    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(health, "_KEPT", -1.0)
    yield


def ask(view: Any) -> tuple[int, dict[str, str]]:
    response: HttpResponse = view(RequestFactory().get("/"))
    assert "no-store" in response["Cache-Control"]
    return response.status_code, json.loads(response.content)


def test_alive_needs_no_database() -> None:
    """The test has no database: a query would fail it."""
    assert ask(health.healthz) == (200, {"status": "alive"})


@pytest.mark.django_db
def test_ready_with_a_database_and_its_migrations() -> None:
    assert ask(health.readyz) == (200, {"status": "ready"})
    assert health._migrated
    assert ask(health.readyz) == (200, {"status": "ready"})


@pytest.mark.django_db(transaction=True)
def test_not_ready_while_a_migration_is_missing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'common' RETURNING app, name, applied")
        removed = cursor.fetchall()
    try:
        assert ask(health.readyz) == (503, {"status": "unavailable", "reason": "migrations"})
    finally:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", removed
            )
    assert ask(health.readyz)[0] == 200


def test_not_ready_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = {"host": "/nonexistent", "dbname": "nowhere", "connect_timeout": 1}
    monkeypatch.setattr(health, "database_params", lambda: nowhere)
    assert ask(health.readyz) == (503, {"status": "unavailable", "reason": "database"})


def test_only_reading_is_allowed() -> None:
    assert health.readyz(RequestFactory().post("/")).status_code == 405
