"""Adding a visit at the counter: a walk-in or a call, on one page, in one step."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.errors import EmailInvalid, PhoneInvalid
from bookings.enums import Source
from bookings.errors import (
    AddressNeeded,
    AddressOutsideArea,
    ContactNeeded,
    NotOffered,
    OptionUnknown,
    SlotNotOffered,
    SlotTaken,
    StaffNotAble,
)
from bookings.selectors.front_desk import DeskTimes, desk_times
from bookings.services import front_desk, holds
from common import clock
from common.clock import rfc3339
from common.errors import DomainError
from common.money import Money
from frontend.once import new_key, once
from frontend.timeplan import Part, Time, parse_day, parse_instant, parts_of
from frontend.views.provider_day import day_outlet
from frontend.views.provider_desk import Desk, at_desk
from frontend.views.provider_visits import start_of
from frontend.views.slots import able, seats_of
from geo.errors import AddressUnknown
from providers.enums import Place
from providers.models import Offering, Outlet, StaffMember
from providers.rules.hours import opening
from providers.selectors.public import live_offerings, outlet_staff

# As far ahead as any booking may be made.
FARTHEST = timedelta(days=366)
# Which field a refusal belongs to.
FIELD_OF: dict[type[DomainError], str] = {
    EmailInvalid: "email",
    PhoneInvalid: "phone",
    ContactNeeded: "name",
    AddressNeeded: "address_line",
    AddressUnknown: "address_line",
    AddressOutsideArea: "address_line",
    SlotNotOffered: "time",
}
REFUSED = (SlotTaken, NotOffered, OptionUnknown, StaffNotAble)


class VisitForm(forms.Form):
    """Who comes, and a time that is no plate. What is booked is read beside it, for it decides the times."""

    source = forms.ChoiceField(
        choices=[
            (Source.WALK_IN.value, pgettext_lazy("how they came", "Walk-in")),
            (Source.PHONE.value, pgettext_lazy("how they came", "Phone")),
        ],
        initial=Source.WALK_IN.value,
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    phone = forms.CharField(
        label=_("Phone"), max_length=32, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, required=False, help_text=_("The confirmation goes there.")
    )
    time = forms.TimeField(
        label=_("Or at another minute"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "data-instead-of": "start"}),
    )
    address_line = forms.CharField(label=_("Address"), max_length=200, required=False)
    address_note = forms.CharField(label=_("How to get in"), max_length=500, required=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """What is booked, as far as it is chosen: `person` None means anyone who is free."""

    offerings: list[Offering]
    offering: Offering | None
    people: list[StaffMember]
    person: StaffMember | None
    options: list[str]
    day: date
    start: str
    seats: int

    @property
    def staff_pks(self) -> tuple[int, ...]:
        return tuple(each.pk for each in ([self.person] if self.person else self.people))


@at_desk(methods=("GET", "HEAD", "POST"))
def add(desk: Desk, outlet_id: str) -> HttpResponse:
    """The page; POST with `do=book` books, with anything else shows the times of what is chosen by then."""
    outlet = day_outlet(desk, outlet_id)
    choice = _choice(desk, outlet)
    if not desk.sent:
        return _page(desk, outlet, choice, VisitForm(), tapped=desk.request.GET.get("time", "")[:5])
    if desk.request.POST.get("do", "book") != "book":
        # Only what decides the times is read; the rest stays as it was typed.
        return _page(desk, outlet, choice, VisitForm(initial=_typed(desk)))
    form = VisitForm(desk.request.POST)
    start = _start(outlet, choice, form) if form.is_valid() else None
    if choice.offering is None or start is None or form.errors:
        return _page(desk, outlet, choice, form, status=422)
    try:
        answer = once(
            desk.request,
            desk.request.POST.get("key", ""),
            lambda: _book(desk, choice, form, start),
            together=True,
        )
    except tuple(FIELD_OF) as error:
        form.add_error(FIELD_OF[type(error)], str(error))
        return _page(desk, outlet, choice, form, status=error.status)
    except REFUSED as error:
        return _page(desk, outlet, choice, form, status=error.status, refused=error)
    messages.success(desk.request, gettext("Booked."), extra_tags=answer["ref"])
    address = reverse("provider:day", args=[desk.provider.public_id, outlet.public_id])
    return HttpResponseRedirect(f"{address}?day={answer['day']}#{answer['ref']}")


def _book(desk: Desk, choice: Choice, form: VisitForm, start: datetime) -> dict[str, str]:
    typed = form.cleaned_data
    assert choice.offering is not None
    outlet = choice.offering.outlet
    line = typed["address_line"].strip()
    booking = front_desk.book_in(
        principal=desk.principal,
        outlet=outlet.public_id,
        item=holds.ItemRequest(
            choice.offering.service.public_id,
            choice.options,
            choice.person.public_id if choice.person else None,
        ),
        start=start,
        contact=holds.Contact(typed["name"], typed["email"] or None, typed["phone"] or None),
        source=Source(typed["source"]),
        address=holds.Address(line, note=typed["address_note"]) if line else None,
        seats=choice.seats,
    )
    return {"ref": booking.ref, "day": booking.local_start.date().isoformat()}


def _choice(desk: Desk, outlet: Outlet) -> Choice:
    """What the query or the form names, as far as this business has it and this member may book it."""
    given = desk.request.POST if desk.sent else desk.request.GET
    own = None if desk.can_manage else desk.membership.staff
    offerings = list(live_offerings(outlet).select_related("outlet"))
    if not desk.can_manage:
        doable = (
            set(own.skills.filter(held_back=False).values_list("service_id", flat=True)) if own else set()
        )
        offerings = [offering for offering in offerings if offering.service_id in doable]
    chosen = given.get("service", "")
    offering = next((one for one in offerings if one.service.public_id == chosen), None)
    named = given.get("staff", "")
    if offering is None and offerings:
        offering = _what_they_do(outlet, offerings, named) or offerings[0]
    people = able(outlet, [offering]) if offering else []
    if not desk.can_manage:
        people = [person for person in people if own and person.pk == own.pk]
    person = next((one for one in people if one.public_id == named), None)
    if person is None and not desk.can_manage:
        person = people[0] if people else None
    today = clock.now().astimezone(outlet.zone).date()
    day = parse_day(given.get("day", "")) or today
    known = {option.public_id for option in offering.service.live_options} if offering else set()  # type: ignore[attr-defined]
    return Choice(
        offerings=offerings,
        offering=offering,
        people=people,
        person=person,
        options=[option for option in given.getlist("options") if option in known],
        day=min(max(day, today), today + FARTHEST),
        start=given.get("start", "")[:40],
        seats=seats_of(given.get("seats", "")) if offering and offering.service.capacity > 1 else 1,
    )


def _what_they_do(outlet: Outlet, offerings: list[Offering], named: str) -> Offering | None:
    """The first that the named person does: whose gap was tapped is who is meant, whatever stands first in the list."""
    person = outlet_staff(outlet).filter(public_id=named).first() if named else None
    if person is None:
        return None
    doable = set(person.skills.filter(held_back=False).values_list("service_id", flat=True))
    return next((one for one in offerings if one.service_id in doable), None)


def _start(outlet: Outlet, choice: Choice, form: VisitForm) -> datetime | None:
    """The typed minute of the chosen day, else the plate; an error stands on the form when there is neither."""
    if form.cleaned_data["time"]:
        return opening(outlet.zone, choice.day, form.cleaned_data["time"].replace(second=0, microsecond=0))
    start = parse_instant(choice.start)
    if start is None:
        form.add_error("time", _("Choose a time."))
    return start


def _typed(desk: Desk) -> dict[str, str]:
    return {name: desk.request.POST.get(name, "") for name in VisitForm.base_fields}


def _page(
    desk: Desk,
    outlet: Outlet,
    choice: Choice,
    form: VisitForm,
    *,
    status: int = 200,
    refused: DomainError | None = None,
    tapped: str = "",
) -> HttpResponse:
    """`tapped`: the local minute of the board's gap that was tapped; its plate is chosen, or it is typed already."""
    offering = choice.offering
    times = DeskTimes()
    options: list[dict[str, Any]] = []
    total = Money(0, outlet.currency)
    if offering:
        times = desk_times(
            offering,
            day=choice.day,
            staff_pks=choice.staff_pks,
            options=tuple(choice.options),
            # Who does not manage the shop decides about their own time, not about a colleague's.
            as_customers=offering.service.team_size > 1 and not desk.can_manage,
        )
        options = [
            {
                "option": option,
                "chosen": option.public_id in choice.options,
                "price": Money(option.price_amount, outlet.currency),
            }
            for option in offering.service.live_options  # type: ignore[attr-defined]
        ]
        start = start_of(outlet, choice.day, tapped, "")
        if start and any(slot.start == start for slot in times.slots):
            choice = replace(choice, start=rfc3339(start))
        elif start and start > clock.now():
            form.initial["time"] = tapped
        extra = sum(each["price"].amount for each in options if each["chosen"])
        total = Money(choice.seats * (offering.price_amount + extra), outlet.currency)
    return desk.render(
        "visit_new",
        nav=f"day:{outlet.public_id}",
        status=status,
        outlet=outlet,
        zone=outlet.timezone,
        choice=choice,
        service=offering.service if offering else None,
        at_home=bool(offering and offering.place == Place.CUSTOMER),
        options=options,
        total=total,
        at_once=times.at_once,
        at_once_value=rfc3339(times.at_once.start) if times.at_once else "",
        parts=_parts(times, outlet),
        form=form,
        refused=refused,
        alternatives=_alternatives(refused),
        key=new_key(),
    )


def _parts(times: DeskTimes, outlet: Outlet) -> list[Part]:
    return parts_of(times.slots, outlet.zone, lambda slot: rfc3339(slot.start))


def _alternatives(refused: DomainError | None) -> list[Time]:
    """What is free instead of a time that was taken."""
    found = refused.data.get("alternatives", []) if refused else []
    times = [(parse_datetime(each["start"]), parse_datetime(each["end"])) for each in found]
    return [Time(start, end, rfc3339(start)) for start, end in times if start and end]
