"""Pages on which a business takes in what it keeps in a spreadsheet: first tried, then done, and fetched again."""

import base64
import binascii
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from bookings.errors import BookingsAffected
from common.errors import NotFound
from frontend.affected import affected
from frontend.once import new_key, once
from frontend.views.provider_desk import Desk, at_desk, form_page
from providers.enums import Role
from providers.rules.tables import MOST_BYTES
from providers.services.tables import SHEETS, sheet_of
from providers.services.tables.sheet import CHANGED, NEW, UNCHANGED, Outcome, Problem, Sheet, take_in

# Of each kind: the rail's section, where its list is, what it is called, and what one row is.
WORDS: dict[str, tuple[str, str, str | Promise, str | Promise]] = {
    "services": ("services", "services", _("Services from a spreadsheet"), _("a service")),
    "people": ("staff", "staff", _("People from a spreadsheet"), _("a person")),
    "things": ("things", "things", _("Bays, rooms and chairs from a spreadsheet"), _("a bay, room or chair")),
    "hours": (
        "outlets",
        "outlets",
        _("Weekly hours from a spreadsheet"),
        _("the week of a shop or of a person there"),
    ),
}
EMPTY_FILE = _("Choose a file, or put the rows of your spreadsheet in the box.")
STALE = _("Something was changed since you tried it. This is what the file does now.")
MEND = _("Nothing was changed. Put it right in your spreadsheet and send it again.")
# base64 is a third longer.
LONGEST_TRIED = MOST_BYTES * 4 // 3 + 4


class _NotKept(Exception):
    """The file does something else than what was shown: nothing was changed, and it may be confirmed anew."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__()


@form_page()
def table(desk: Desk, table_kind: str) -> HttpResponse:
    """How the file is written; POST tries one, and with what was tried and its version takes it in."""
    about = _sheet(desk, table_kind)
    if not desk.sent:
        return _page(desk, about)
    if "tried" in desk.request.POST:
        return _keep(desk, about)
    content = _sent(desk)
    if not content:
        problem = Outcome(problems=[Problem(0, "", EMPTY_FILE)])
        return _page(desk, about, outcome=problem)
    return _page(desk, about, content, take_in(sheet=about, content=content, actor=desk.actor))


@at_desk(Role.MANAGER)
def as_csv(desk: Desk, table_kind: str) -> HttpResponse:
    """What is there as a file that comes back as it is; `?for=excel` as Excel opens it, `?example=1` made-up rows."""
    asked = desk.request.GET
    content = _sheet(desk, table_kind).export(
        for_excel=asked.get("for") == "excel", example="example" in asked
    )
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{desk.provider.public_id}-{table_kind}.csv"'
    return answer


def _sheet(desk: Desk, kind: str) -> Sheet:
    if kind not in SHEETS:
        raise NotFound
    return sheet_of(desk.provider, kind, get_language() or "en")


def _sent(desk: Desk) -> bytes:
    """The file, as far as it may be read, else what was put in the box."""
    if file := desk.request.FILES.get("file"):
        return file.read(MOST_BYTES + 1)
    return desk.request.POST.get("rows", "").strip().encode()


def _tried(desk: Desk) -> bytes:
    """The very file that was tried, as the form carries it. Raises NotFound for what the page did not write."""
    try:
        return base64.b64decode(desk.request.POST["tried"][:LONGEST_TRIED], validate=True)
    except (binascii.Error, ValueError):
        raise NotFound from None


def _keep(desk: Desk, sheet: Sheet) -> HttpResponse:
    content, asked = _tried(desk), desk.request.POST

    def run() -> dict[str, Any]:
        outcome = take_in(
            sheet=sheet,
            content=content,
            actor=desk.actor,
            seen=asked.get("version", ""),
            acknowledged=asked.get("acknowledge", "")[:64],
        )
        if not outcome.is_kept:
            raise _NotKept(outcome)
        return {NEW: outcome.count(NEW), CHANGED: outcome.count(CHANGED)}

    try:
        done = once(desk.request, asked.get("key", ""), run, together=True)
    except _NotKept as error:
        stale = error.outcome.version != asked.get("version", "")
        return _page(desk, sheet, content, error.outcome, stale=stale)
    messages.success(desk.request, _in_words(done[NEW], done[CHANGED]))
    return redirect(f"provider:{WORDS[sheet.kind][1]}", desk.provider.public_id)


def _in_words(new: int, changed: int) -> str:
    parts = []
    if new:
        parts.append(ngettext("%(n)d added.", "%(n)d added.", new) % {"n": new})
    if changed:
        parts.append(ngettext("%(n)d changed.", "%(n)d changed.", changed) % {"n": changed})
    return " ".join(parts)


def _page(
    desk: Desk,
    sheet: Sheet,
    content: bytes = b"",
    outcome: Outcome | None = None,
    *,
    stale: bool = False,
) -> HttpResponse:
    nav, back, title, what = WORDS[sheet.kind]
    shown = outcome_shown(desk, sheet, content, outcome, stale=stale) if outcome else {}
    context = {
        "status": 200,
        "step": "hours" if sheet.kind == "hours" else "",
        "title": title,
        "kind": sheet.kind,
        "what": what,
        "back": f"provider:{back}",
        "columns": sheet.columns,
        "has_rows": bool(sheet.rows()),
        **shown,
    }
    return desk.render("table", nav=nav, **context)


def outcome_shown(
    desk: Desk, sheet: Sheet, content: bytes, outcome: Outcome, *, stale: bool = False, remedy: Any = MEND
) -> dict[str, Any]:
    """What the part outcome.html shows, with the page's `status`; `remedy` says how to put right what is wrong."""
    hits = outcome.hits
    labels = {column.name: column.label for column in sheet.columns}
    names = {row.line: row.name for row in outcome.rows}
    return {
        "status": 422 if outcome.problems else 409 if stale or hits else 200,
        "outcome": outcome,
        "stale": STALE if stale else "",
        "remedy": remedy,
        "affected": affected(desk.provider, hits) if isinstance(hits, BookingsAffected) else None,
        "is_file": remedy is MEND,
        "problems": [
            (problem, labels.get(problem.column, problem.column), names.get(problem.line, ""))
            for problem in outcome.problems
        ],
        "rows": [(row, _shown(row, labels)) for row in outcome.rows] if not outcome.problems else [],
        "new": outcome.count(NEW),
        "changed": outcome.count(CHANGED),
        "unchanged": outcome.count(UNCHANGED),
        "tried": base64.b64encode(content).decode() if outcome.may_be_kept else "",
        "key": new_key(),
    }


def _shown(row: Any, labels: dict[str, Any]) -> list[tuple[Any, Any, Any]]:
    """What of a row changes, by the columns' labels; of a new one all but its name."""
    return [
        (labels[change.column], change.before, change.after)
        for change in row.changes
        if row.state == CHANGED or (change.column != "name" and change.after not in ("", 0, "no"))
    ]
