"""The page on which a week's single dates are put on the weeks after it: shown first, then done."""

import hashlib
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.errors import BookingsAffected
from bookings.services.affected import Tried, try_out
from common import clock
from frontend import formats
from frontend.affected import affected, guarding
from frontend.views.provider_desk import Desk, attempt, form_page, sent_status
from frontend.views.provider_forms import DeskForm, set_choices
from frontend.views.provider_hours import outlet_of, people_at
from frontend.views.provider_hours_forms import day_field
from providers.models import Closure, Outlet, StaffMember, TimeOff
from providers.rules.hours import closing, opening
from providers.services.week_copy import KEPT, MOST_WEEKS, NEW, REPLACED, Copied, DateHours, copy_week

_MIDNIGHT, _NOON = time(0), time(12)
EVERYBODY, SHOP = "all", "shop"


class WeekCopyForm(DeskForm):
    """Which week, whose dates of it, to how many weeks after it."""

    week = day_field(gettext_lazy("A day of the week to copy"))
    weeks = forms.IntegerField(
        label=gettext_lazy("To how many weeks after it"), min_value=1, max_value=MOST_WEEKS, initial=4
    )
    whose = forms.ChoiceField(label=gettext_lazy("Whose dates"))
    taken = forms.ChoiceField(
        label=gettext_lazy("Dates there that have hours of their own already"),
        choices=[
            ("keep", gettext_lazy("Keep theirs")),
            ("replace", gettext_lazy("Get those of the week that is copied")),
        ],
    )

    def __init__(self, *args: Any, people: list[StaffMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        choices = [(EVERYBODY, _("The shop and everybody there")), (SHOP, _("The shop"))]
        set_choices(self, {"whose": [*choices, *((person.public_id, person.name) for person in people)]})

    @property
    def monday(self) -> date:
        day: date = self.cleaned_data["week"]
        return day - timedelta(days=day.weekday())

    def whom(self) -> list[StaffMember | None]:
        """Whose dates are copied; None is the shop."""
        whose = self.cleaned_data["whose"]
        if whose == EVERYBODY:
            return [None, *self.people]
        return [next((person for person in self.people if person.public_id == whose), None)]


@dataclass(frozen=True, slots=True)
class CopiedRow:
    """A date in words, whose it is, what it had and gets, and why customers will not notice ("" when they will)."""

    day: str
    whose: str
    before: str
    after: str
    state: str
    unseen: str


@form_page()
def week_copy(desk: Desk, outlet_id: str) -> HttpResponse:
    """Show what the weeks would get; with the version of what was shown, do it."""
    outlet = outlet_of(desk, outlet_id)
    people = people_at(desk, outlet)
    today = clock.now().astimezone(outlet.zone).date()
    form = WeekCopyForm(desk.request.POST or None, people=people, initial={"week": today})
    shown: dict[str, Any] = {}
    if desk.sent and form.is_valid():
        tried: Tried[list[Copied]] | None = attempt(form, lambda: _tried(desk, outlet, form))
        if tried is not None:
            version = _version(tried.after)
            changes = [each for each in tried.after if each.state in (NEW, REPLACED)]
            asked = "" if "again" in desk.request.POST else desk.request.POST.get("version")
            if changes and asked == version and _done(desk, outlet, form, tried):
                n = len(changes)
                said = ngettext("%(n)d date has its new hours.", "%(n)d dates have their new hours.", n)
                messages.success(desk.request, said % {"n": n})
                return redirect("provider:days", desk.provider.public_id, outlet.public_id)
            shown = {
                "rows": _rows(outlet, people, tried.after),
                "changes": len(changes),
                "kept": sum(each.state == KEPT for each in tried.after),
                "version": version if changes else "",
                "affected": affected(desk.provider, tried.hits) if tried.hits else None,
            }
    status = sent_status(form)
    if shown:
        status = 409 if shown["affected"] else 200
    return desk.render(
        "week_copy", nav="outlets", status=status, outlet=outlet, form=form, tried=bool(shown), **shown
    )


def _copy(desk: Desk, outlet: Outlet, form: WeekCopyForm) -> list[Copied]:
    return copy_week(
        outlet=outlet,
        monday=form.monday,
        weeks=form.cleaned_data["weeks"],
        people=form.whom(),
        replace=form.cleaned_data["taken"] == "replace",
        actor=desk.actor,
    )


def _tried(desk: Desk, outlet: Outlet, form: WeekCopyForm) -> Tried[list[Copied]]:
    found: list[Copied] = []
    return try_out(
        desk.provider.pk, do=lambda: found.extend(_copy(desk, outlet, form)), look=lambda: list(found)
    )


def _done(desk: Desk, outlet: Outlet, form: WeekCopyForm, tried: Tried[list[Copied]]) -> bool:
    """Whether it was done: not while it hits visits that its reader has not accepted, or something came between."""

    def copy() -> None:
        if _version(_copy(desk, outlet, form)) != _version(tried.after):
            raise _CameBetween

    try:
        guarding(desk.provider, desk.request.POST.get("acknowledge", ""), copy)
    except (BookingsAffected, _CameBetween):
        return False
    return True


class _CameBetween(Exception):
    """Somebody else changed a date meanwhile."""


def _version(copied: list[Copied]) -> str:
    """Names what is shown: the dates, what they had, and what becomes of them."""
    return hashlib.sha256(repr(copied).encode()).hexdigest()[:32]


def _rows(outlet: Outlet, people: list[StaffMember], copied: list[Copied]) -> list[CopiedRow]:
    names = {person.pk: person.name for person in people}
    if not copied:
        return []
    window = (
        opening(outlet.zone, copied[0].on, _MIDNIGHT),
        closing(outlet.zone, copied[-1].on + timedelta(days=1), _MIDNIGHT),
    )
    closed = [row.period for row in Closure.objects.filter(outlet=outlet, period__overlap=window)]
    off = [
        (row.staff_id, row.period) for row in TimeOff.objects.filter(staff__in=people, period__overlap=window)
    ]
    rows = []
    for each in copied:
        noon = opening(outlet.zone, each.on, _NOON)
        unseen = ""
        if any(noon in period for period in closed):
            unseen = _("The shop is closed then.")
        elif any(staff == each.staff_pk and noon in period for staff, period in off):
            unseen = _("They are off then.")
        rows.append(
            CopiedRow(
                day=formats.pattern(each.on, "medium"),
                whose=names.get(each.staff_pk or 0, ""),
                before=_in_words(each.before),
                after=_in_words(each.hours),
                state=each.state,
                unseen=unseen,
            )
        )
    return rows


def _in_words(hours: DateHours | None) -> str:
    if hours is None:
        return ""
    periods, note = hours
    words = ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in periods) or _("Closed")
    return f"{words} · {note}" if note else words
