"""A guest's data: what is held about them with one booking, to take along or to be erased."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import selectors
from accounts.errors import ErasureBlocked, ErasureUnderWay
from accounts.models import Customer
from accounts.services import erasures, exports
from bookings.selectors.access import Access
from common import privacy
from common.actors import GUEST
from common.errors import InvalidInput, NotFound
from common.privacy import Subject
from frontend.guests import access as find_access
from frontend.guests import private
from frontend.obstacles import shown


@require_http_methods(["GET", "HEAD", "POST"])
@private
def data(request: HttpRequest, ref: str) -> HttpResponse:
    """What a guest may do with their data. Who has an account does it there."""
    access = _as_customer(request, ref)
    customer = access.booking.customer
    if customer is None or customer.erased_at:
        raise NotFound
    if customer.user_id:
        return redirect("account_data")
    if request.method == "POST":
        return _post(request, access, customer)
    return _page(request, access, customer)


def _post(request: HttpRequest, access: Access, customer: Customer) -> HttpResponse:
    do = request.POST.get("do", "")
    if do == "erase":
        try:
            erasures.ask_to_be_erased(customer=customer, forget_reviews="reviews" in request.POST)
        except ErasureUnderWay as error:
            messages.error(request, str(error))
        except ErasureBlocked:
            return _page(request, access, customer, status=409)
        else:
            messages.success(request, _("You will be erased. Until then you can undo it here."))
    elif do == "undo":
        waiting = selectors.waiting_erasure(customer=customer)
        if waiting:
            erasures.undo_erasure(erasure_id=waiting.public_id, actor=GUEST)
            messages.success(request, _("You stay. Nothing has been erased."))
    else:
        raise InvalidInput
    return redirect("frontend:booking_data", ref=access.booking.ref)


def _page(request: HttpRequest, access: Access, customer: Customer, *, status: int = 200) -> HttpResponse:
    context = {
        "booking": access.booking,
        "erasure": selectors.waiting_erasure(customer=customer),
        "obstacles": shown(erasures.obstacles_of(customer=customer)),
        "days": settings.ERASURE_DAYS,
    }
    return render(request, "booking_data.html", context, status=status)


@require_safe
@private
def data_json(request: HttpRequest, ref: str) -> HttpResponse:
    """All about a guest with this booking, at once."""
    customer = _as_customer(request, ref).booking.customer
    if customer is None:
        raise NotFound
    if customer.user_id:
        return redirect("account_data")
    told = privacy.export(privacy.find(Subject(customer_pks={customer.pk})))
    response = HttpResponse(exports.as_json(told), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{ref}.json"'
    return response


def _as_customer(request: HttpRequest, ref: str) -> Access:
    """The visit, for its customer only; others are told that there is no such thing."""
    access = find_access(request, ref)
    if not access.is_customer:
        raise NotFound
    return access
