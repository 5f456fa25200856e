"""The page of hours that do not hold every week: seasons with a first and last day, and alternating weeks."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import NotFound
from frontend.views.provider_desk import Desk, action, attempt, form_page, sent_status
from frontend.views.provider_forms import DeskForm, every_weeks_choices, set_choices
from frontend.views.provider_hours import chosen_person, outlet_of, people_at
from frontend.views.provider_hours_forms import day_field, time_field, weekday_choices
from frontend.week_preview import preview
from providers.models import HoursRule, Outlet, StaffMember
from providers.rules.checks import MOST_WEEKS
from providers.rules.hours import WeeklyRule
from providers.selectors import catalogue
from providers.services import hours


class SeasonForm(DeskForm):
    """Times of some weekdays between two days, every week or in turns."""

    prefix = "season"
    wide = frozenset({"weekdays"})
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    opens = time_field(gettext_lazy("From"), required=True)
    closes = time_field(gettext_lazy("Until"), required=True)
    valid_from = day_field(gettext_lazy("First day"))
    valid_until = day_field(gettext_lazy("Last day"), required=False)
    every_weeks = forms.TypedChoiceField(
        label=gettext_lazy("How often"),
        coerce=int,
        help_text=gettext_lazy("In turns: the week of the first day counts as the first."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, {"weekdays": weekday_choices(), "every_weeks": every_weeks_choices(MOST_WEEKS)})

    def rules(self) -> list[WeeklyRule]:
        """A rule for each weekday."""
        data = self.cleaned_data
        times = data["opens"], data["closes"], data["valid_from"], data["valid_until"], data["every_weeks"]
        return [WeeklyRule(weekday, *times) for weekday in data["weekdays"]]


@form_page()
def seasons(desk: Desk, outlet_id: str) -> HttpResponse:
    """The rules with dates of an outlet, or with `?staff=` of one person there, and a form for more."""
    outlet = outlet_of(desk, outlet_id)
    people = people_at(desk, outlet)
    person = chosen_person(people, desk.request.GET.get("staff", ""))
    form = SeasonForm(desk.request.POST or None)
    rows = list(catalogue.week(outlet, person))

    def save() -> bool:
        rules = [*(row.rule for row in rows), *form.rules()]
        hours.replace_week(outlet=outlet, staff=person, rules=rules, actor=desk.actor)
        return True

    asked = desk.request.POST.get("do") == "preview"
    seen = None
    if asked and form.is_valid():
        first = form.cleaned_data["valid_from"]
        seen = preview(form, provider=desk.provider, outlet=outlet, person=person, first=first, do=save)
    if desk.sent and not asked and attempt(form, save, desk=desk):
        messages.success(desk.request, _("Saved. Free times follow at once."))
        return redirect(desk.request.get_full_path())
    return desk.render(
        "seasons",
        nav="outlets",
        status=200 if seen and sent_status(form) != 409 else sent_status(form),
        seen=seen,
        outlet=outlet,
        people=people,
        person=person,
        form=form,
        rules=_listed(rows),
    )


@action()
def remove(desk: Desk, outlet_id: str) -> HttpResponse:
    """Take one rule with dates away, once the visits that it would hit were looked at."""
    outlet = outlet_of(desk, outlet_id)
    person = chosen_person(people_at(desk, outlet), desk.request.POST.get("staff", ""))
    key = desk.request.POST.get("rule", "")
    rows = list(catalogue.week(outlet, person))
    kept = [row.rule for row in rows if not (_is_dated(row) and _key(row) == key)]
    if len(kept) == len(rows):
        raise NotFound
    hit = desk.change(lambda: hours.replace_week(outlet=outlet, staff=person, rules=kept, actor=desk.actor))
    back = _address(desk, outlet, person)
    if hit is not None:
        return desk.confirm(
            affected=hit,
            carried={"staff": person.public_id if person else "", "rule": key},
            nav="outlets",
            title=_("Remove these hours?"),
            text=_("Visits are booked in them."),
            action=_("Remove"),
            back=back,
        )
    messages.success(desk.request, _("Removed. Free times follow at once."))
    return redirect(back)


def _is_dated(row: HoursRule) -> bool:
    return bool(row.valid_from or row.valid_until)


def _listed(rows: list[HoursRule]) -> list[tuple[HoursRule, str, str]]:
    """The rules with dates, each with its key and its weekday in words."""
    names = dict(weekday_choices())
    return [(row, _key(row), names[row.weekday]) for row in rows if _is_dated(row)]


def _key(row: HoursRule) -> str:
    """What names a rule among those of one week: its weekday, opening and first day are unique there."""
    return f"{row.weekday}/{row.opens:%H:%M}/{row.valid_from or ''}"


def _address(desk: Desk, outlet: Outlet, person: StaffMember | None) -> str:
    address = reverse("provider:seasons", args=[desk.provider.public_id, outlet.public_id])
    return f"{address}?staff={person.public_id}" if person else address
