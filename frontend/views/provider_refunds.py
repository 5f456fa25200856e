"""A business gives money back of a visit that is over."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from bookings.enums import RefundState
from bookings.services import refunds
from frontend import refund_forms
from frontend.once import new_key
from frontend.views.provider_day import visit_access
from frontend.views.provider_desk import Desk, at_desk
from providers.enums import Role


@at_desk(Role.MANAGER, methods=("GET", "HEAD", "POST"))
def refund(desk: Desk, ref: str) -> HttpResponse:
    """The form; then the exact amounts; then it is done, or waits for an operator."""
    access = visit_access(desk, ref)
    if not refunds.may_refund(access):
        messages.error(desk.request, _("Nothing of this visit can be given back now."))
        return redirect("provider:visit", desk.provider.public_id, ref)
    asked, done = refund_forms.give(desk.request, access)
    if done:
        said = (
            _("Given back. The customer is told.")
            if done == RefundState.DONE
            else _("Noted. Somebody of ours has to agree, for it is much.")
        )
        messages.success(desk.request, said)
        return redirect("provider:visit", desk.provider.public_id, ref)
    return desk.render(
        "visit_refund",
        nav=f"day:{access.booking.outlet.public_id}",
        status=asked.status,
        outlet=access.booking.outlet,
        **refund_forms.context(asked, new_key()),
    )
