"""A person's calendars of other programs, whose times take their open time."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import BusyCalendar
from bookings.selectors.busy_calendars import (
    access_busy_calendar,
    access_person,
    calendars_of,
    conflicts_of,
)
from bookings.services import busy_calendars
from bookings.services.busy_reading import zone_of
from frontend.views.provider_desk import Desk, at_desk, attempt, sent_status

# Why a reading failed and what to do about it, in plain words; docs/calendars.md has the list.
WHY = {
    "address_invalid": gettext_lazy(
        "It leads to no address of a calendar. Remove it, and add the one in iCal format."
    ),
    "address_private": gettext_lazy(
        "Its address is not on the public internet, so nobody can read it from here. Send it as a file instead."
    ),
    "no_such_host": gettext_lazy("There is no such server. Remove it, and add the right address."),
    "no_answer": gettext_lazy("The server does not answer. We try again by ourselves."),
    "too_slow": gettext_lazy("The server took too long. We try again by ourselves."),
    "insecure": gettext_lazy(
        "The connection is not secure: whoever runs the server has to mend its certificate."
    ),
    "too_many_steps": gettext_lazy("The address leads on and on. Remove it, and add the calendar's own."),
    "not_allowed": gettext_lazy(
        "The server lets nobody in. Copy the secret address once more, remove this one and add that."
    ),
    "gone": gettext_lazy(
        "There is no calendar at the address any more. Copy the new address, remove this one and add that."
    ),
    "refused": gettext_lazy(
        "The server refused. We try again by ourselves; if it lasts, copy the address once more."
    ),
    "too_large": gettext_lazy("The calendar has more than 5 MB. Send a file of the coming year instead."),
    "damaged": gettext_lazy("Only a part of it came. We try again by ourselves."),
    "no_calendar": gettext_lazy(
        "What is there is no calendar, but perhaps a page about it. Remove it, and add the address in iCal format."
    ),
    "too_much": gettext_lazy(
        "There is too much in it. Keep what takes time here in a calendar of its own, and add that."
    ),
}


class BusyForm(forms.Form):
    """An address or a file, with a name for it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, required=False)
    url = forms.CharField(
        label=gettext_lazy("Address of the calendar"),
        max_length=2000,
        required=False,
        help_text=gettext_lazy("The secret address in iCal format: it begins with https:// or webcal://."),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file"),
        required=False,
        help_text=gettext_lazy("A calendar file (.ics), up to 5 MB. It is read once."),
        widget=forms.ClearableFileInput(attrs={"accept": ".ics,text/calendar"}),
    )

    def clean(self) -> dict[str, object]:
        found: dict[str, object] = super().clean() or {}
        if bool(found.get("url")) == bool(found.get("file")) and not self.errors:
            self.add_error("url", _("Give an address or a file."))
        return found


@at_desk(methods=("GET", "HEAD", "POST"))
def busy(desk: Desk, staff_id: str) -> HttpResponse:
    """What takes the person's time elsewhere, how reading it went, and what was booked into it before."""
    person = access_person(desk.principal, staff_id)
    desk.own(person, person.provider_id)
    form = BusyForm(*((desk.request.POST, desk.request.FILES) if desk.sent else ()))
    if desk.sent and attempt(form, lambda: _add(desk, staff_id, form)):
        return desk.done(_("Added."), "busy", staff_id)
    return desk.render(
        "busy",
        nav="calendars",
        status=sent_status(form),
        person=person,
        form=form,
        rows=[(each, WHY.get(each.failure, "")) for each in calendars_of(person)],
        conflicts=conflicts_of(person),
        zone=zone_of(person),
    )


@at_desk(methods=("POST",))
def read(desk: Desk, busy_calendar_id: str) -> HttpResponse:
    """Read it in a moment."""
    found = _own(desk, busy_calendar_id)
    busy_calendars.ask_to_read(principal=desk.principal, calendar=busy_calendar_id)
    return desk.done(_("It is read in a moment. Load the page again to see."), "busy", found.staff.public_id)


@at_desk(methods=("POST",))
def remove(desk: Desk, busy_calendar_id: str) -> HttpResponse:
    """Its times take nothing any more."""
    found = _own(desk, busy_calendar_id)
    busy_calendars.remove(principal=desk.principal, calendar=busy_calendar_id)
    messages.success(desk.request, _("Removed. Its times can be booked again."))
    return redirect("provider:busy", desk.provider.public_id, found.staff.public_id)


def _add(desk: Desk, staff_id: str, form: BusyForm) -> BusyCalendar:
    given = form.cleaned_data
    whose = {"principal": desk.principal, "staff": staff_id, "name": given["name"]}
    if given["file"]:
        return busy_calendars.add_file(file=given["file"], **whose)
    return busy_calendars.subscribe(url=given["url"], **whose)


def _own(desk: Desk, busy_calendar_id: str) -> BusyCalendar:
    found = access_busy_calendar(desk.principal, busy_calendar_id)
    return desk.own(found, found.staff.provider_id)
