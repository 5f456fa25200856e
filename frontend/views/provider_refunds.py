"""A business gives money back of a visit that is over."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from bookings.enums import RefundState
from bookings.errors import PolicyChanged
from bookings.services import refunds
from common.errors import DomainError
from frontend import refund_forms
from frontend.once import new_key, once
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
    asked = refund_forms.ask(desk.request.POST if desk.sent else None, access)
    if desk.sent and asked.preview and "confirm" in desk.request.POST:
        try:
            answer = once(
                desk.request,
                desk.request.POST.get("key", ""),
                lambda: {
                    "state": refunds.ask(
                        access=access,
                        reason=asked.form.cleaned_data["reason"],
                        version=desk.request.POST.get("version", "")[:80],
                        **asked.form.asked(),  # type: ignore[arg-type]
                    ).state
                },
            )
        except PolicyChanged as error:
            asked = refund_forms.changed(asked, error)
        except DomainError as error:
            asked.form.add_error(None, str(error))
            asked.preview = None
        else:
            is_done = answer["state"] == RefundState.DONE
            said = (
                _("Given back. The customer is told.")
                if is_done
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
