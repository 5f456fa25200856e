"""Pages of opening hours: the week, single dates, closures."""

from collections.abc import Callable
from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from common import clock
from common.errors import NotFound
from frontend import formats
from frontend.views.provider_desk import Desk, action, attempt, form_page, sent_status
from frontend.views.provider_hours_forms import OverrideForm, PeriodForm, WeekForm, same_as_monday
from frontend.week_preview import Preview, preview
from providers.enums import Role
from providers.models import Closure, Outlet, StaffMember
from providers.selectors import catalogue
from providers.selectors.access import access_closure, access_outlet
from providers.services import hours


@form_page()
def week(desk: Desk, outlet_id: str) -> HttpResponse:
    """The weekly hours of an outlet, or with `?staff=` of one person there."""
    outlet = outlet_of(desk, outlet_id)
    people = people_at(desk, outlet)
    person = chosen_person(people, desk.request.GET.get("staff", ""))
    asked = desk.request.POST.get("do", "")
    typed = same_as_monday(desk.request.POST) if asked == "same" else desk.request.POST or None
    form = WeekForm(typed, rules=list(catalogue.week(outlet, person)))

    def save() -> bool:
        hours.replace_week(outlet=outlet, staff=person, rules=form.rules(), actor=desk.actor)
        return True

    seen = _seen(desk, outlet, person, form, save) if asked == "preview" else None
    if desk.sent and asked not in ("same", "preview") and attempt(form, save, desk=desk):
        messages.success(desk.request, _("Saved. Free times follow at once."))
        return redirect(desk.request.get_full_path())
    return desk.render(
        "hours",
        nav="outlets",
        step="hours",
        status=200 if asked == "same" or (seen and sent_status(form) != 409) else sent_status(form),
        seen=seen,
        outlet=outlet,
        people=people,
        person=person,
        form=form,
    )


@form_page()
def days(desk: Desk, outlet_id: str) -> HttpResponse:
    """Single dates and closures, with a form for each."""
    outlet = outlet_of(desk, outlet_id)
    people = people_at(desk, outlet)
    sent = desk.request.POST if desk.sent else None
    for_dates = sent is not None and "override-on" in sent
    override = OverrideForm(sent if for_dates else None, people=people)
    closure = PeriodForm(sent if sent is not None and not for_dates else None)
    if desk.request.POST.get("do") == "preview":
        return _days_seen(desk, outlet, people, override, closure, for_dates=for_dates)
    address = (desk.provider.public_id, outlet.public_id)
    if for_dates and attempt(override, lambda: _set_override(desk, outlet, override), desk=desk):
        messages.success(desk.request, _("Saved."))
        return redirect("provider:days", *address)
    if (
        desk.sent
        and not for_dates
        and attempt(closure, lambda: _add_closure(desk, outlet, closure), desk=desk)
    ):
        messages.success(desk.request, _("Closed then. Visits that are already booked stay."))
        return redirect("provider:days", *address)
    status = sent_status(override if for_dates else closure)
    return _days(desk, outlet, people, override, closure, status=status)


@action()
def clear_date(desk: Desk, outlet_id: str, on: date) -> HttpResponse:
    """Let the weekly hours hold again on a date."""
    outlet = outlet_of(desk, outlet_id)
    person = chosen_person(people_at(desk, outlet), desk.request.POST.get("staff", ""))
    hit = desk.change(lambda: hours.clear_override(outlet=outlet, staff=person, on=on, actor=desk.actor))
    if hit is not None:
        return desk.confirm(
            affected=hit,
            carried={"staff": person.public_id if person else ""},
            nav="outlets",
            title=_("Let the weekly hours hold on %(date)s?") % {"date": formats.pattern(on, "date")},
            text=_("The weekly hours are shorter than those of this date."),
            action=_("Remove"),
            back=reverse("provider:days", args=[desk.provider.public_id, outlet.public_id]),
        )
    return desk.done(_("The weekly hours hold again."), "days", outlet.public_id)


@action()
def remove_closure(desk: Desk, closure_id: str) -> HttpResponse:
    """Open the outlet again in that period."""
    found = access_closure(desk.principal, closure_id, role=Role.MANAGER)
    closure: Closure = desk.own(found, found.outlet.provider_id)
    hours.remove_closure(closure=closure, actor=desk.actor)
    return desk.done(_("Open again."), "days", closure.outlet.public_id)


def outlet_of(desk: Desk, outlet_id: str) -> Outlet:
    """An outlet of this business, for who manages it. Raises NotFound, NotAllowed."""
    found = access_outlet(desk.principal, outlet_id, role=Role.MANAGER)
    return desk.own(found, found.provider_id)


def people_at(desk: Desk, outlet: Outlet) -> list[StaffMember]:
    """Who works at the outlet."""
    return list(catalogue.staff(desk.provider).filter(assignments__outlet=outlet))


def chosen_person(people: list[StaffMember], staff_id: str) -> StaffMember | None:
    """The one of these people with a public id, None for "". Raises NotFound."""
    if not staff_id:
        return None
    for person in people:
        if person.public_id == staff_id:
            return person
    raise NotFound


def _days(
    desk: Desk,
    outlet: Outlet,
    people: list[StaffMember],
    override: OverrideForm,
    closure: PeriodForm,
    *,
    status: int,
    **context: Preview | None,
) -> HttpResponse:
    return desk.render(
        "days",
        nav="outlets",
        status=status,
        outlet=outlet,
        override_form=override,
        closure_form=closure,
        dates=_dates(outlet, people),
        closures=list(catalogue.closures(outlet)),
        **context,
    )


def _days_seen(
    desk: Desk,
    outlet: Outlet,
    people: list[StaffMember],
    override: OverrideForm,
    closure: PeriodForm,
    *,
    for_dates: bool,
) -> HttpResponse:
    """The page with what customers would see of the date, or of the closure's first days, before it is saved."""
    form: OverrideForm | PeriodForm = override if for_dates else closure
    seen = None
    if form.is_valid():
        seen = preview(
            form,
            provider=desk.provider,
            outlet=outlet,
            person=override.person() if for_dates else None,
            first=form.cleaned_data["on" if for_dates else "first"],
            do=lambda: (
                _set_override(desk, outlet, override) if for_dates else _add_closure(desk, outlet, closure)
            ),
        )
    status = 200 if seen and sent_status(form) != 409 else sent_status(form)
    named = "override_seen" if for_dates else "closure_seen"
    return _days(desk, outlet, people, override, closure, status=status, **{named: seen})


def _seen(
    desk: Desk, outlet: Outlet, person: StaffMember | None, form: WeekForm, save: Callable[[], bool]
) -> Preview | None:
    """The next seven days with the week as typed."""
    tomorrow = clock.now().astimezone(outlet.zone).date() + timedelta(days=1)
    return preview(form, provider=desk.provider, outlet=outlet, person=person, first=tomorrow, do=save)


def _set_override(desk: Desk, outlet: Outlet, form: OverrideForm) -> bool:
    hours.set_override(
        outlet=outlet,
        staff=form.person(),
        on=form.cleaned_data["on"],
        periods=form.periods(),
        note=form.cleaned_data["note"],
        actor=desk.actor,
    )
    return True


def _add_closure(desk: Desk, outlet: Outlet, form: PeriodForm) -> Closure:
    start, end = form.instants(outlet.zone)
    return hours.add_closure(
        outlet=outlet, start=start, end=end, reason=form.cleaned_data["reason"], actor=desk.actor
    )


def _dates(outlet: Outlet, people: list[StaffMember]) -> list[dict[str, object]]:
    """The single dates from today on, of the shop and its people, one entry per date and person."""
    names = {person.pk: person for person in people}
    found: dict[tuple[date, int | None], dict[str, object]] = {}
    for row in catalogue.all_overrides(outlet):
        if row.staff_id is not None and row.staff_id not in names:
            continue
        entry = found.setdefault(
            (row.date, row.staff_id),
            {
                "date": row.date,
                "words": formats.pattern(row.date, "date"),
                "person": names.get(row.staff_id or 0),
                "note": row.note,
                "times": [],
            },
        )
        if row.opens is not None and row.closes is not None:
            times = entry["times"]
            assert isinstance(times, list)
            times.append((row.opens, row.closes))
    return list(found.values())
