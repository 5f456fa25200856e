"""Visits that recur: a rule's dates tried and booked, and the page of what was booked together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import ConsentSource
from accounts.errors import EmailInvalid, PhoneInvalid
from accounts.services.consents import WORDS
from bookings.errors import (
    ContactNeeded,
    NotOffered,
    PrepaymentNeeded,
    SeriesNotFree,
    SeriesNotPossible,
    StaffNotAble,
    TooManyHolds,
)
from bookings.models import BookingSeries
from bookings.rules.series import MOST_VISITS, Frequency, Rule, RuleUnknown, instant, monthly, parse
from bookings.selectors.series import Tried, Visit, asked_first, series_for, sold_in_series, tried, visits_of
from bookings.selectors.slots import ItemRequest
from bookings.services import holds, series
from bookings.services.holders import Contact
from common import clock
from common.errors import NotFound
from common.money import Money
from frontend.booking_forms import ContactForm
from frontend.once import new_key, once
from frontend.series_words import rule_words
from frontend.timeplan import parse_day, parse_instant
from frontend.views import shops
from frontend.views.provider_forms import set_choices
from frontend.views.provider_hours_forms import day_field, time_field
from frontend.views.slots import able
from frontend.visit_address import VisitAddress, remembered
from providers.enums import Place
from providers.models import Membership, Offering, StaffMember

REFUSED = (
    SeriesNotFree,
    SeriesNotPossible,
    StaffNotAble,
    PrepaymentNeeded,
    ContactNeeded,
    EmailInvalid,
    PhoneInvalid,
    TooManyHolds,
)
EVERY = [
    ("WEEKLY:1", _("Every week")),
    ("WEEKLY:2", _("Every second week")),
    ("WEEKLY:3", _("Every third week")),
    ("WEEKLY:4", _("Every fourth week")),
    ("MONTHLY:1", _("Every month, on the same weekday")),
    ("MONTHLY:2", _("Every second month, on the same weekday")),
]


class SeriesForm(forms.Form):
    """When first, how often, how many times, with whom."""

    day = day_field(_("First day"))
    at = time_field(_("Time of day"), required=True)
    every = forms.ChoiceField(label=_("How often"), choices=EVERY)
    count = forms.IntegerField(
        label=_("How many visits"),
        validators=[MinValueValidator(2), MaxValueValidator(MOST_VISITS)],
        widget=forms.NumberInput(attrs={"min": 2, "max": MOST_VISITS, "inputmode": "numeric"}),
    )
    until = day_field(_("No later than"), required=False)
    staff = forms.ChoiceField(label=_("With"), required=False)

    def __init__(self, *args: Any, people: Sequence[StaffMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(people) > 1:
            set_choices(self, {"staff": [("", _("Anyone")), *((one.public_id, one.name) for one in people)]})
        else:
            del self.fields["staff"]

    def rule(self) -> Rule:
        """What was chosen; raises RuleUnknown. Both ends are kept by counting, as a rule has one of them."""
        data = self.cleaned_data
        frequency, _colon, interval = data["every"].partition(":")
        if frequency == Frequency.MONTHLY:
            return monthly(data["day"], interval=int(interval), count=data["count"])
        return Rule(Frequency.WEEKLY, int(interval), data["count"])


class CallerForm(ContactForm):
    """Whom a member of the business books for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = False
        self.fields["email"].help_text = ""


class NoteForm(forms.Form):
    """How to get in, for home visits."""

    address_note = forms.CharField(label=_("How to get in"), max_length=500, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def repeat(request: HttpRequest, outlet: str, service: str) -> HttpResponse:
    """The form; with a rule in the query, each of its dates as it is now; POST books those that were chosen."""
    try:
        offering = sold_in_series(outlet, service)
    except NotOffered:
        raise NotFound from None  # no such service has no such page
    principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    address = remembered(request) if offering.place == Place.CUSTOMER else None
    if offering.place == Place.CUSTOMER and address is None:
        return redirect(shops.slots_url(outlet, service))
    is_member = (
        principal.user is not None
        and Membership.objects.filter(user=principal.user, provider=offering.outlet.provider_id).exists()
    )
    form = SeriesForm(
        request.GET if "at" in request.GET else None,
        people=able(offering.outlet, [offering]),
        initial=_initial(request, offering),
    )
    caller = CallerForm(request.POST or None) if is_member else None
    rule = _rule_of(form)
    status, refused = 200, None
    if request.method == "POST" and rule is not None and (caller is None or caller.is_valid()):
        try:
            return _booked(request, offering, form, rule, address, caller)
        except REFUSED as error:
            refused, status = error, error.status
    dates = _dates(offering, form, rule, address) if rule else []
    total = Money(offering.price_amount, offering.outlet.currency)
    first = 0 if is_member else asked_first(offering, total=offering.price_amount)
    context = {
        "outlet": offering.outlet,
        "zone": offering.outlet.timezone,
        "service": offering.service,
        "form": form,
        "caller": caller,
        "note": NoteForm() if address else None,
        "address": address,
        "rule": rule_words(rule, form.cleaned_data["day"]) if rule else "",
        "dates": [(each, request.POST.get(f"d-{each.day.isoformat()}", "")) for each in dates],
        "free": sum(each.trouble is None for each in dates),
        "price": total,
        "asked_first": Money(first, offering.outlet.currency),
        "refused": refused,
        "agree": WORDS[ConsentSource.CHECKOUT],
        "here": request.get_full_path(),
        "back": shops.slots_url(outlet, service),
        "key": new_key(),
    }
    return render(request, "series/repeat.html", context, status=status)


def _initial(request: HttpRequest, offering: Offering) -> dict[str, Any]:
    today = clock.now().astimezone(offering.outlet.zone).date()
    day = parse_day(request.GET.get("day", "")) or today
    return {"day": max(day, today), "every": "WEEKLY:2", "count": 6, "staff": request.GET.get("staff", "")}


def _rule_of(form: SeriesForm) -> Rule | None:
    """The rule that was asked for; None when nothing was, or when it is none."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return form.rule()
    except RuleUnknown:
        form.add_error(None, str(SeriesNotPossible()))
        return None


def _dates(offering: Offering, form: SeriesForm, rule: Rule, address: VisitAddress | None) -> list[Tried]:
    data = form.cleaned_data
    try:
        found = tried(
            outlet=offering.outlet.public_id,
            item=_item(offering, form),
            rule=rule,
            first_day=data["day"],
            at=data["at"],
            where=address.place if address else None,
        )
    except (SeriesNotPossible, StaffNotAble) as error:
        form.add_error(None, str(error))
        return []
    return [each for each in found if data["until"] is None or each.day <= data["until"]]


def _item(offering: Offering, form: SeriesForm) -> ItemRequest:
    return ItemRequest(offering.service.public_id, staff=form.cleaned_data.get("staff") or None)


def _booked(
    request: HttpRequest,
    offering: Offering,
    form: SeriesForm,
    rule: Rule,
    address: VisitAddress | None,
    caller: CallerForm | None,
) -> HttpResponse:
    principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    typed = caller.cleaned_data if caller else {}
    starts = chosen(request)

    def run() -> dict[str, str]:
        made = series.book(
            principal=principal,
            outlet=offering.outlet.public_id,
            item=_item(offering, form),
            rule=rule,
            first_day=form.cleaned_data["day"],
            at=form.cleaned_data["at"],
            starts={day: start for name, start in starts.items() if (day := parse_day(name))},
            contact=Contact(typed["name"], typed["email"] or None, typed["phone"] or None) if typed else None,
            address=holds.Address(
                address.line,
                address.place.lat,
                address.place.lng,
                request.POST.get("address_note", "")[:500],
            )
            if address
            else None,
            language=translation.get_language() or "en",
            agreed=ConsentSource.CHECKOUT,
        )
        return {"series": made.public_id}

    return redirect(
        "frontend:series", once(request, request.POST.get("key", ""), run, together=True)["series"]
    )


def chosen(request: HttpRequest) -> dict[str, datetime]:
    """What `d-…` fields of a form say: each name's start; those that are left out are not there."""
    found = {}
    for name in request.POST:
        value = request.POST.get(name, "")
        start = parse_instant(value) if name.startswith("d-") and len(value) < 40 else None
        if start is not None:
            found[name.removeprefix("d-")] = start
    return found


@require_safe
@cache_control(private=True, no_store=True)
def page(request: HttpRequest, series_id: str) -> HttpResponse:
    """All visits that were booked together, and what can be done with several of them."""
    access = series_for(request.principal, series_id)  # type: ignore[attr-defined]  # set by the middleware
    found = access.series
    visits = visits_of(access)
    context = {
        "nav": "bookings",
        "series": found,
        "access": access,
        "outlet": found.outlet,
        "zone": found.timezone,
        "rule": rule_words(parse(found.rule), found.first_day),
        "visits": [(each, _agreed(each, found)) for each in visits],
        "ahead": sum(each.is_ahead for each in visits),
    }
    return render(request, "series/series.html", context)


def _agreed(visit: Visit, series: BookingSeries) -> datetime | None:
    """When the visit would be by the rule; None when it is then."""
    start = instant(visit.day, series.at, visit.booking.zone)
    return None if start == visit.booking.starts_at else start
