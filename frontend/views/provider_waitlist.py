"""The waitlist of a shop: who waits in which order, what was offered, who was passed over and why."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import WaitEntry
from bookings.selectors.waitlist import list_of, wait_for
from bookings.services import waitlist
from bookings.services.holders import Contact
from common.errors import DomainError, NotFound
from frontend.once import new_key, once
from frontend.views.provider_day import day_outlet
from frontend.views.provider_desk import Desk, at_desk, attempt
from frontend.views.provider_forms import DeskForm, set_choices, text_field
from frontend.views.provider_hours_forms import day_field, time_field
from frontend.wait_words import wait_line
from providers.enums import Place
from providers.models import Offering, Outlet, StaffMember
from providers.selectors.public import live_offerings, outlet_staff


class CallerForm(DeskForm):
    """Whom a member speaks to, and what they wait for."""

    service = forms.ChoiceField(label=gettext_lazy("Service"))
    staff = forms.ChoiceField(label=gettext_lazy("Who does it"), required=False)
    first_day = day_field(gettext_lazy("First day"))
    last_day = day_field(gettext_lazy("Last day"))
    from_time = time_field(gettext_lazy("Not before"))
    until_time = time_field(gettext_lazy("Starting no later than"))
    seats = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, initial=1)
    name = text_field(gettext_lazy("Name"))
    phone = text_field(gettext_lazy("Phone"), required=False)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("Offers go there. Without it, call them when this page shows an offer."),
    )

    def __init__(
        self, *args: Any, offerings: list[Offering], people: list[StaffMember], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        set_choices(
            self,
            {
                "service": [(one.service.public_id, one.service.name) for one in offerings],
                "staff": [("", _("Anyone who is free")), *((one.public_id, one.name) for one in people)],
            },
        )


@at_desk(methods=("GET", "HEAD", "POST"))
def waiting(desk: Desk, outlet_id: str) -> HttpResponse:
    """Who waits, the longest first; POST puts a caller on the list."""
    outlet = day_outlet(desk, outlet_id)
    offerings = [each for each in live_offerings(outlet) if each.place == Place.OUTLET]
    form = CallerForm(desk.request.POST or None, offerings=offerings, people=list(outlet_staff(outlet)))
    if desk.sent and attempt(form, lambda: _put_on(desk, outlet, form)):
        return desk.done(_("On the waitlist."), "waitlist", outlet.public_id)
    _found, entries = list_of(desk.principal, outlet.public_id)
    return desk.render(
        "waitlist",
        nav=f"waitlist:{outlet.public_id}",
        status=422 if desk.sent else 200,
        outlet=outlet,
        zone=outlet.timezone,
        lines=[wait_line(each) for each in entries],
        form=form if offerings else None,
        key=desk.request.POST.get("key") or new_key(),
    )


@at_desk(methods=("POST",))
def take_off(desk: Desk, wait_id: str) -> HttpResponse:
    """Take somebody off the list."""
    access = wait_for(desk.principal, wait_id)
    if access.entry.outlet.provider_id != desk.provider.pk:
        raise NotFound
    try:
        waitlist.leave(access=access)
    except DomainError as error:
        messages.error(desk.request, str(error))
    return redirect("provider:waitlist", desk.provider.public_id, access.entry.outlet.public_id)


def _put_on(desk: Desk, outlet: Outlet, form: CallerForm) -> dict[str, Any]:
    typed = form.cleaned_data

    def run() -> dict[str, Any]:
        entry: WaitEntry = waitlist.join(
            principal=desk.principal,
            outlet=outlet.public_id,
            service=typed["service"],
            staff=typed["staff"] or None,
            first_day=typed["first_day"],
            last_day=typed["last_day"],
            from_time=typed["from_time"],
            until_time=typed["until_time"],
            seats=typed["seats"],
            contact=Contact(typed["name"], typed["email"] or None, typed["phone"] or None),
            language=outlet.language,
            for_caller=True,
        )
        return {"wait": entry.public_id}

    return once(desk.request, desk.request.POST.get("key", ""), run)
