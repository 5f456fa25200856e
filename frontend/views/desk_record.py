"""The desk's page of the audit trail: who did what, to what, when."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse

from accounts.find import names_of
from common.actors import user_actor
from common.api import make_cursor, read_cursor
from common.models import AuditEntry
from frontend.timeplan import parse_day
from frontend.views.desk import OperatorsDesk, at_operators_desk

PER_PAGE = 50
LIST = "desk-record"
# What of the trail has a page at the desk.
PAGES = {
    "provider": "desk:provider",
    "bank_account": "desk:provider",
    "user": "desk:person",
    "customer": "desk:person",
    "person": "desk:person",
    "staff": "desk:person",
    "booking": "desk:booking",
    "application": "desk:application",
    "appeal": "desk:appeal",
    "category": "desk:category",
    "quality_case": "desk:case",
    "review": "desk:review",
    "payout_run": "desk:payout_run",
}
# So much of a value is shown; the whole of it is in the tables.
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the trail with who it was, where its object is, its facts, and what it changed from what to what."""

    entry: AuditEntry
    who: str
    page: str
    facts: list[tuple[str, str]]
    changes: list[tuple[str, str, str]]


def told(data: dict[str, Any]) -> tuple[list[tuple[str, str]], list[tuple[str, str, str]]]:
    """The facts of an entry, and, if it has `before` and `after`, what differs between them, each as text."""
    facts = dict(data)
    changes: list[tuple[str, str, str]] = []
    if "before" in facts and "after" in facts:
        before, after = dict(_leaves(facts.pop("before"))), dict(_leaves(facts.pop("after")))
        changes = [
            (name, _text(before.get(name)), _text(after.get(name)))
            for name in dict.fromkeys([*before, *after])
            if before.get(name) != after.get(name)
        ]
    return [(name, _text(value)) for name, value in facts.items()], changes


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """What stands in a value, each with the names and places (from 1) that lead to it."""
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value, start=1)
    else:
        yield name, value
    for key, each in inner:
        yield from _leaves(each, f"{name} · {key}" if name else str(key))


def _text(value: Any) -> str:
    if value is None:
        return "—"
    return str(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))[:LONGEST]


@at_operators_desk()
def record(desk: OperatorsDesk) -> HttpResponse:
    """The newest first; `?who=`, `?what=` (an action or its beginning), `?of=` (an id, or several with
    commas), `?from=`, `?to=`, `?all=1`.

    Without `all` only what is chained: operators' acts and decisions. All of these are ids and days.
    """
    asked = {name: desk.request.GET.get(name, "").replace("\x00", "").strip()[:LONGEST] for name in FIELDS}
    rows = _filtered(asked)
    cursor = desk.request.GET.get("cursor", "")[:200]
    if cursor:
        rows = rows.filter(pk__lt=read_cursor(cursor, of=LIST))
    found = list(rows.order_by("-pk")[: PER_PAGE + 1])
    page = found[:PER_PAGE]
    names = names_of({row.actor.removeprefix("user:") for row in page if row.actor.startswith("user:")})
    return desk.render(
        "record",
        nav="record",
        rows=[
            Line(
                row,
                names.get(row.actor.removeprefix("user:"), row.actor),
                PAGES.get(row.object_type, ""),
                *told(row.data),
            )
            for row in page
        ],
        asked=asked,
        next_cursor=make_cursor(page[-1].pk, of=LIST) if len(found) > PER_PAGE else None,
    )


FIELDS = ("who", "what", "of", "from", "to", "all")


def _filtered(asked: dict[str, str]) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.all()
    if not asked["all"]:
        rows = rows.filter(chained=True)
    if who := asked["who"]:
        rows = rows.filter(actor=who if ":" in who or not who.startswith("usr_") else user_actor(who))
    if asked["what"]:
        rows = rows.filter(action__startswith=asked["what"])
    if asked["of"]:
        rows = rows.filter(object_id__in=asked["of"].split(","))
    if first := parse_day(asked["from"]):
        rows = rows.filter(at__gte=_midnight(first))
    if last := parse_day(asked["to"]):
        rows = rows.filter(at__lt=_midnight(last) + timedelta(days=1))
    return rows


def _midnight(day: date) -> Any:
    return datetime.combine(day, time(), tzinfo=UTC)
