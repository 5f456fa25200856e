"""Saying that something was not right with a visit, and taking it back: for the customer and for the business."""

import contextlib

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from bookings.errors import AlreadyObjected, CancelPending, MoveRefused, ObjectionEnded, ObjectionOpen
from bookings.rules.missed import ANSWER
from bookings.services import not_come as service
from bookings.services import objections
from common.errors import NotAllowed
from common.money import Money
from frontend.guests import access as find_access
from frontend.guests import private
from frontend.once import new_key, once
from providers.enums import Place


class ObjectForm(forms.Form):
    """What was not right, or how it was."""

    reason = forms.CharField(
        label=_("What happened"),
        max_length=objections.TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("The other side and our people read it."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@private
def object_to(request: HttpRequest, ref: str) -> HttpResponse:
    """The form, with what follows; to an open case of the other side it adds one's own words."""
    access = find_access(request, ref)
    side = objections.side_of(access)
    if side is None:
        raise NotAllowed
    if "object" not in objections.offered(access):
        return redirect("frontend:booking", ref=ref)
    form = ObjectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        # Closed meanwhile: the visit's page says so.
        with contextlib.suppress(MoveRefused, AlreadyObjected):
            once(
                request,
                request.POST.get("key", ""),
                lambda: {
                    "id": objections.object_to(access=access, reason=form.cleaned_data["reason"]).public_id
                },
            )
        return redirect("frontend:booking", ref=ref)
    context = {
        "nav": "bookings",
        "form": form,
        "booking": access.booking,
        "item": access.booking.items.all()[0],
        "outlet": access.booking.outlet,
        "zone": access.booking.timezone,
        "is_customer": access.is_customer,
        "is_answer": access.booking.objection_open,
        "key": new_key(),
    }
    return render(request, "object.html", context, status=422 if form.is_bound else 200)


class NotComeForm(forms.Form):
    """What happened, in the customer's words."""

    text = forms.CharField(
        label=_("What happened"),
        max_length=objections.TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("How long you waited, whom you called. The business and our people read it."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@private
def not_come(request: HttpRequest, ref: str) -> HttpResponse:
    """The customer says that nobody came: what follows from it in exact amounts, then the words."""
    access = find_access(request, ref)
    if not access.is_customer:
        raise NotAllowed
    if not service.may_say(access):
        return redirect("frontend:booking", ref=ref)
    form = NotComeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        # Marked or given up meanwhile: the visit's page says so.
        with contextlib.suppress(MoveRefused, AlreadyObjected, ObjectionOpen, CancelPending):
            once(
                request,
                request.POST.get("key", ""),
                lambda: {"id": service.say(access=access, text=form.cleaned_data["text"]).public_id},
            )
        return redirect("frontend:booking", ref=ref)
    booking = access.booking
    found = service.consequence(booking)
    context = {
        "nav": "bookings",
        "form": form,
        "booking": booking,
        "item": booking.items.all()[0],
        "outlet": booking.outlet,
        "zone": booking.timezone,
        "at_home": booking.place == Place.CUSTOMER,
        "hours": int(ANSWER.total_seconds() // 3600),
        "refund": Money(found.refund, found.currency),
        "let_go": Money(found.let_go, found.currency),
        "at_shop": Money(found.at_shop, found.currency),
        "compensation": Money(found.compensation, found.currency),
        "key": new_key(),
    }
    return render(request, "not_come.html", context, status=422 if form.is_bound else 200)


@require_POST
@private
def concede(request: HttpRequest, ref: str) -> HttpResponse:
    """The business says that it is so."""
    access = find_access(request, ref)
    # Taken back or decided meanwhile: the visit's page says so.
    with contextlib.suppress(ObjectionEnded, MoveRefused):
        once(
            request,
            request.POST.get("key", ""),
            lambda: {"id": service.concede(access=access).public_id},
        )
    return redirect("frontend:booking", ref=ref)


@require_POST
@private
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """The side that objected takes it back."""
    access = find_access(request, ref)
    # Decided meanwhile: the visit's page says so.
    with contextlib.suppress(ObjectionEnded):
        once(
            request,
            request.POST.get("key", ""),
            lambda: {"id": objections.withdraw(access=access).public_id},
        )
    return redirect("frontend:booking", ref=ref)
