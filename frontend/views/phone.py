"""The account's phone number: changed on django-allauth's pages, which want a code back that they send; taken away."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.phone_verification import PHONE_VERIFICATION_SESSION_KEY
from allauth.account.views import ChangePhoneView, verify_phone
from allauth.core.exceptions import RateLimited
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import PhoneTaken
from accounts.models import User
from accounts.services import forget_phone
from common.errors import TextNotSent


class PhoneView(ChangePhoneView):
    """The number that is the account's, and the form that sends a code to another one."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except RateLimited:
            form.add_error(None, get_adapter().error_messages["rate_limited"])
            return self.render_to_response(self.get_context_data(form=form), status=429)
        except TextNotSent as error:
            form.add_error(None, str(error))
            return self.render_to_response(self.get_context_data(form=form), status=error.status)


phone = never_cache(require_http_methods(["GET", "HEAD", "POST"])(PhoneView.as_view()))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The code that was sent there is typed; after three wrong ones, or a quarter of an hour, another is needed."""
    assert isinstance(request.user, User)
    before, waits = request.user.phone, PHONE_VERIFICATION_SESSION_KEY in request.session
    try:
        response: HttpResponse = verify_phone(request)
    except PhoneTaken as error:
        request.session.pop(PHONE_VERIFICATION_SESSION_KEY, None)
        messages.error(request, str(error))
        return redirect("account_change_phone")
    if waits and PHONE_VERIFICATION_SESSION_KEY not in request.session and request.user.phone == before:
        messages.error(request, _("That code counts no longer. Have a new one sent."))
    return response


@login_required
@never_cache
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """The account has no number from now on."""
    assert isinstance(request.user, User)
    forget_phone(user=request.user)
    messages.success(request, _("Taken away. What is in your account stays there."))
    return redirect("account_change_phone")
