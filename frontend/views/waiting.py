"""Waiting for something to become free: joining from the slot picker, and the page of what one waits for."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import EmailInvalid
from accounts.selectors import (
    API_TOKEN_PREFIX,
    GUEST_COOKIE,
    GUEST_COOKIE_OPTIONS,
    guest_cookie_with,
    principal_of_bearer,
)
from bookings.enums import OfferState
from bookings.errors import ContactNeeded, StaffNotAble, TooManyWaits, WaitEnded, WaitNotPossible
from bookings.models import WaitOffer
from bookings.selectors.waitlist import WaitAccess, open_at, wait_for
from bookings.services import offers, waitlist
from bookings.services.access import new_token
from bookings.services.holders import Contact
from common import clock
from common.errors import DomainError, NotAllowed, NotFound
from frontend.booking_forms import ContactForm
from frontend.once import new_key, once
from frontend.timeplan import parse_day
from frontend.views import shops
from frontend.views.provider_forms import set_choices
from frontend.views.provider_hours_forms import day_field, time_field
from frontend.views.slots import able
from frontend.wait_words import wait_line
from providers.models import Offering, Outlet
from providers.selectors.public import find_public_outlet

REFUSED = (WaitNotPossible, StaffNotAble, ContactNeeded, TooManyWaits, EmailInvalid)
FIELD_OF: dict[type[DomainError], str] = {EmailInvalid: "email", ContactNeeded: "email"}
# One waits for a day, and for as many after it as one says.
FURTHER = timedelta(days=6)


class WaitForm(forms.Form):
    """When, with whom, how many; `contact` fields are for those who are not signed in."""

    first_day = day_field(_("First day"))
    last_day = day_field(_("Last day"))
    from_time = time_field(_("Not before"))
    until_time = time_field(_("Starting no later than"))
    staff = forms.ChoiceField(label=_("With"), required=False)
    seats = forms.IntegerField(label=_("How many"), min_value=1, initial=1)

    def __init__(self, *args: Any, offering: Offering, outlet: Outlet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = able(outlet, [offering])
        if len(people) > 1 and offering.service.capacity == 1:
            set_choices(self, {"staff": [("", _("Anyone")), *((one.public_id, one.name) for one in people)]})
        else:
            del self.fields["staff"]
        if offering.service.capacity == 1:
            del self.fields["seats"]

    def clean(self) -> dict[str, Any]:
        """One hour alone means from or until then."""
        data = super().clean() or {}
        if data.get("from_time") and not data.get("until_time"):
            self.add_error("until_time", gettext("Say both hours, or neither."))
        if data.get("until_time") and not data.get("from_time"):
            self.add_error("from_time", gettext("Say both hours, or neither."))
        return data

    def wanted(self) -> dict[str, Any]:
        """What services.waitlist.join takes of it."""
        data = self.cleaned_data
        return {
            "first_day": data["first_day"],
            "last_day": data["last_day"],
            "from_time": data["from_time"],
            "until_time": data["until_time"],
            "staff": data.get("staff") or None,
            "seats": data.get("seats") or 1,
        }


class GuestForm(ContactForm):
    """Who waits, when they are not signed in: their address is where we write to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["phone"]
        self.fields["email"].help_text = _("We send a link there. You wait once you have followed it.")


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def join(request: HttpRequest, outlet: str, service: str) -> HttpResponse:
    """The form, filled in with the `day` and `staff` that were looked at; POST joins."""
    place = find_public_outlet(outlet)
    offering = open_at(place, service)
    principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    today = clock.now().astimezone(place.zone).date()
    day = max(parse_day(request.GET.get("day", "")) or today, today)
    last = min(day + FURTHER, today + timedelta(days=place.window_days))
    initial = {"first_day": day, "last_day": max(day, last), "staff": request.GET.get("staff", "")}
    form = WaitForm(request.POST or None, offering=offering, outlet=place, initial=initial)
    guest = None if principal.user else GuestForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        # Both say what they lack, not only the first.
        if all([form.is_valid(), guest is None or guest.is_valid()]):
            try:
                return _joined(request, outlet, service, form, guest)
            except REFUSED as error:
                status = error.status
                field = FIELD_OF.get(type(error))
                if guest is not None and field:
                    guest.add_error(field, str(error))
                else:
                    form.add_error(None, str(error))
    context = {
        "outlet": place,
        "service": offering.service,
        "form": form,
        "guest": guest,
        "minutes": settings.OFFER_MINUTES,
        "key": request.POST.get("key") or new_key(),
        "back": f"{shops.slots_url(outlet, service)}?day={day.isoformat()}",
    }
    return render(request, "waiting/join.html", context, status=status)


def _joined(
    request: HttpRequest, outlet: str, service: str, form: WaitForm, guest: GuestForm | None
) -> HttpResponse:
    principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    typed = guest.cleaned_data if guest else {}

    def run() -> dict[str, str]:
        entry = waitlist.join(
            principal=principal,
            outlet=outlet,
            service=service,
            contact=Contact(typed["name"], typed["email"]) if typed else None,
            language=translation.get_language() or "en",
            **form.wanted(),
        )
        return {"wait": entry.public_id}

    answer = once(request, request.POST.get("key", ""), run, together=True)
    if guest is None:
        return redirect("frontend:wait", answer["wait"])
    # What they typed is shown back to them; nothing else opens without the mail's link.
    context = {"outlet": find_public_outlet(outlet), "email": typed["email"]}
    return render(request, "waiting/asked.html", context)


def _private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page about one entry: nobody keeps it, and a mail's `?key=` that opens it is traded for a cookie at once."""

    @cache_control(private=True, no_store=True)
    @wraps(view)
    def wrapper(request: HttpRequest, wait: str) -> HttpResponse:
        key = request.GET.get("key", "")
        if not key:
            return view(request, wait_for(request.principal, wait))  # type: ignore[attr-defined]
        if key.startswith(API_TOKEN_PREFIX):
            raise NotFound
        wait_for(principal_of_bearer(key), wait)
        response = HttpResponseRedirect(request.path)
        response.set_cookie(GUEST_COOKIE, guest_cookie_with(request, key), **GUEST_COOKIE_OPTIONS)  # type: ignore[arg-type]
        return response

    return wrapper


@require_safe
@_private
def wait(request: HttpRequest, access: WaitAccess) -> HttpResponse:
    """What they wait for, which one they are, what is held for them, and why others came before."""
    _require_customer(access)
    entry = access.entry
    context = {
        "line": wait_line(entry),
        "entry": entry,
        "outlet": entry.outlet,
        "zone": entry.outlet.timezone,
        "times_url": shops.slots_url(entry.outlet.public_id, entry.service.public_id),
    }
    return render(request, "waiting/wait.html", context)


@require_POST
@_private
def confirm(request: HttpRequest, access: WaitAccess) -> HttpResponse:
    """A guest says that it was they who asked."""
    try:
        waitlist.confirm(access=access)
    except WaitEnded as error:
        messages.error(request, str(error))
    return redirect("frontend:wait", access.entry.public_id)


@require_POST
@_private
def leave(request: HttpRequest, access: WaitAccess) -> HttpResponse:
    """Wait no more."""
    _require_customer(access)
    try:
        waitlist.leave(access=access)
    except WaitEnded as error:
        messages.error(request, str(error))
    return redirect("frontend:wait", access.entry.public_id)


@require_POST
@_private
def take(request: HttpRequest, access: WaitAccess) -> HttpResponse:
    """On to the checkout of what is held for them; a guest gets the key to it."""
    offer = _open_offer(access)
    if offer is None:
        messages.error(request, gettext("This time is no longer held for you."))
        return redirect("frontend:wait", access.entry.public_id)
    response = HttpResponseRedirect(reverse("frontend:checkout", args=[offer.booking.ref]))
    if access.principal.user is None:
        cookie = guest_cookie_with(request, new_token(offer.booking, purpose="guest"))
        response.set_cookie(GUEST_COOKIE, cookie, **GUEST_COOKIE_OPTIONS)  # type: ignore[arg-type]
    return response


@require_POST
@_private
def decline(request: HttpRequest, access: WaitAccess) -> HttpResponse:
    """Let go what is held for them: the next one is asked, and they stay on the list."""
    offer = _open_offer(access)
    if offer is not None:
        try:
            offers.decline(access=access, offer=offer)
        except DomainError as error:
            messages.error(request, str(error))
    return redirect("frontend:wait", access.entry.public_id)


def _open_offer(access: WaitAccess) -> WaitOffer | None:
    _require_customer(access)
    return next((each for each in access.entry.offers.all() if each.state == OfferState.OPEN), None)


def _require_customer(access: WaitAccess) -> None:
    """Members see the list, not the page of whoever waits. Raises NotAllowed."""
    if not access.is_customer:
        raise NotAllowed
