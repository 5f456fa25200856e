"""A visit that a shop wrote down for a number, and that is not of whoever has the number: they say so, and it goes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.services import part_from_user
from bookings.selectors.access import Access
from common.errors import NotFound
from frontend.guests import access as find_access
from frontend.guests import private


def came_by_phone(access: Access) -> bool:
    """Whether the reader's account has it by a number alone: then a slip of a finger may have brought it."""
    customer, user = access.booking.customer, access.principal.user
    return (
        customer is not None
        and user is not None
        and customer.user_id == user.pk
        and not customer.is_main
        and not customer.email
    )


@require_http_methods(["GET", "HEAD", "POST"])
@private
def not_mine(request: HttpRequest, ref: str) -> HttpResponse:
    """What it means first; POST does it. Raises NotFound for what did not come by a number."""
    access = find_access(request, ref)
    customer, user = access.booking.customer, access.principal.user
    if not came_by_phone(access) or customer is None or user is None:
        raise NotFound
    if request.method != "POST":
        context = {"booking": access.booking, "phone": customer.phone, "nav": "bookings"}
        return render(request, "not_mine.html", context)
    part_from_user(customer=customer, user=user)
    messages.success(request, _("It is in your account no longer."))
    return redirect("frontend:bookings")
