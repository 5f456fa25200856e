"""Reporting a message on a visit: its customer one of the business's, who serves one of the customer's."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings.enums import MessageReason
from bookings.services import message_reports
from frontend.guests import access as find_access
from frontend.guests import private
from frontend.once import new_key, once
from frontend.report_forms import ReportForm
from frontend.views.provider_desk import attempt


@require_http_methods(["GET", "HEAD", "POST"])
@private
def report_message(request: HttpRequest, ref: str, message: str) -> HttpResponse:
    """GET asks what is wrong, POST puts it before the operators and goes back to the thread. Raises what the service
    raises for a message that the caller cannot report."""
    access = find_access(request, ref)
    found = message_reports.to_report(access, message)
    booking = access.booking
    back = (
        reverse("provider:visit", args=[booking.outlet.provider.public_id, ref])
        if found.by_customer
        else reverse("frontend:booking", args=[ref])
    ) + "#messages"
    form = ReportForm(MessageReason.choices, request.POST or None)

    def run() -> dict[str, Any]:
        given = form.cleaned_data
        made = message_reports.report(
            access=access, message=message, reason=MessageReason(given["reason"]), text=given["text"]
        )
        return {"id": made.public_id}

    if request.method == "POST" and attempt(form, lambda: once(request, request.POST.get("key", ""), run)):
        messages.success(request, _("Thank you. We look at it."))
        return redirect(back)
    context = {
        "message": found,
        "booking": booking,
        "outlet": booking.outlet,
        "zone": booking.timezone,
        "back": back,
        "form": form,
        "key": new_key(),
    }
    return render(request, "report_message.html", context, status=422 if form.is_bound else 200)
