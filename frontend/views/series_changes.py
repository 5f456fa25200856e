"""Cancelling and moving several visits of a series: what each means first, in exact amounts, then the button."""

from collections.abc import Callable, Iterable
from datetime import date, time
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from bookings.errors import (
    HoldDoesNotReach,
    MoveRefused,
    NotOffered,
    PolicyChanged,
    SeriesNotFree,
    SeriesNotPossible,
    StaffNotAble,
)
from bookings.models import Booking
from bookings.selectors.series import SeriesAccess, Visit, days_between, following, series_for, visits_of
from bookings.services import changes, series
from common.errors import DomainError
from common.money import Money
from frontend.once import new_key, once
from frontend.views.provider_hours_forms import day_field, time_field
from frontend.views.series import chosen

REFUSED = (SeriesNotFree, PolicyChanged, MoveRefused, HoldDoesNotReach, NotOffered, StaffNotAble)


class ToForm(forms.Form):
    """Where the first of these visits goes; those after it go with it."""

    day = day_field(_("New day"))
    at = time_field(_("New time"), required=True)


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def cancel(request: HttpRequest, series_id: str) -> HttpResponse:
    """What cancelling all that is ahead, or from the visit `from` on, gives back and keeps; POST does it."""
    access = series_for(request.principal, series_id)  # type: ignore[attr-defined]  # set by the middleware
    refused: DomainError | None = None
    if request.method == "POST":
        refused = _refused(request, lambda: series.cancel(access=access, versions=_versions(request)))
        if refused is None:
            return redirect("frontend:series", series_id)
    found = series.cancelling(_from(request, access))
    if not found:
        return redirect("frontend:series", series_id)
    context = _context(request, access, [visit for visit, _cost in found]) | {
        "lines": found,
        "refused": refused,
        **_sums(cost for _visit, cost in found),
    }
    return render(request, "series/cancel.html", context, status=refused.status if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def move(request: HttpRequest, series_id: str) -> HttpResponse:
    """Another day or time for all that is ahead, or from the visit `from` on: each tried, then POST moves them."""
    access = series_for(request.principal, series_id)  # type: ignore[attr-defined]  # set by the middleware
    refused: DomainError | None = None
    if request.method == "POST":
        refused = _refused(
            request,
            lambda: series.move(access=access, starts=chosen(request), versions=_versions(request)),
        )
        if refused is None:
            return redirect("frontend:series", series_id)
    visits = _from(request, access)
    if not visits:
        return redirect("frontend:series", series_id)
    first = visits[0].booking.local_start
    form = ToForm(
        request.GET if "at" in request.GET else None, initial={"day": first.date(), "at": first.time()}
    )
    found = _tried(form, visits) if form.is_bound and form.is_valid() else []
    context = _context(request, access, visits) | {
        "form": form,
        "lines": found,
        "refused": refused,
        **_sums(each.preview for each in found),
    }
    return render(request, "series/move.html", context, status=refused.status if refused else 200)


def _refused(request: HttpRequest, run: Callable[[], list[Booking]]) -> DomainError | None:
    """Do it once, with its form's key; answers why it was refused."""
    try:
        once(request, request.POST.get("key", ""), lambda: {"bookings": [each.ref for each in run()]})
    except REFUSED as error:
        return error
    return None


def _tried(form: ToForm, visits: list[Visit]) -> list[series.Moving]:
    day: date = form.cleaned_data["day"]
    at: time = form.cleaned_data["at"]
    try:
        return series.moving(visits, days=days_between(visits, day), at=at)
    except SeriesNotPossible:
        form.add_error(
            "day", _("At most six days from where they are: further on they would meet each other.")
        )
        return []


def _from(request: HttpRequest, access: SeriesAccess) -> list[Visit]:
    return following(visits_of(access), request.GET.get("from") or None)


def _versions(request: HttpRequest) -> dict[str, str]:
    """The previews that were seen, by the visits' references."""
    return {
        name.removeprefix("version-"): request.POST.get(name, "")[:80]
        for name in request.POST
        if name.startswith("version-")
    }


def _sums(costs: Iterable[changes.Preview]) -> dict[str, Any]:
    """What they come to together."""
    found = list(costs)
    if not found:
        return {}
    return {
        name: Money(sum(getattr(each, name) for each in found), found[0].currency)
        for name in ("refund", "fee", "let_go", "at_shop")
    }


def _context(request: HttpRequest, access: SeriesAccess, visits: list[Visit]) -> dict[str, Any]:
    return {
        "nav": "bookings",
        "access": access,
        "series": access.series,
        "outlet": access.series.outlet,
        "zone": access.series.timezone,
        "first": visits[0].booking,
        "is_all": "from" not in request.GET,
        "here": request.get_full_path(),
        "key": new_key(),
    }
