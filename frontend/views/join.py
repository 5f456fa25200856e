"""An account offered to a guest after they booked: one press mails a code to the address that they gave."""

from urllib.parse import urlencode

from allauth.account.forms import RequestLoginCodeForm
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.services import open_account
from bookings.rules import states
from bookings.selectors.access import Access
from common.errors import NotFound
from frontend.guests import access as find_access
from frontend.guests import private


def is_offered(access: Access) -> bool:
    """Whether the reader is a guest whose booking could join an account: it is theirs, and they left an address."""
    customer = access.booking.customer
    return (
        access.is_customer
        and access.principal.user is None
        and access.booking.status not in (states.HELD, states.EXPIRED)
        and customer is not None
        and customer.user_id is None
        and bool(customer.email)
    )


@require_POST
@private
def join(request: HttpRequest, ref: str) -> HttpResponse:
    """Mail a code to the guest's address and ask for it; with it they sign in, and the booking joins them. Raises
    NotFound where none is offered."""
    access = find_access(request, ref)
    if not is_offered(access):
        raise NotFound
    customer = access.booking.customer
    assert customer is not None
    assert customer.email
    open_account(email=customer.email, name=customer.name, language=customer.language)
    form = RequestLoginCodeForm({"email": customer.email})
    shown = reverse("frontend:booking", args=[ref])
    if not form.is_valid():
        # Too many codes were asked for.
        messages.error(request, " ".join(form.errors["email"]))
        return redirect(shown)
    LoginCodeVerificationProcess.initiate(request=request, user=form._user, email=customer.email)
    return HttpResponseRedirect(f"{reverse('account_confirm_login_code')}?{urlencode({'next': shown})}")
