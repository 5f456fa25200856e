"""Pages that open only to who has shown lately who they are: a phone left on the table is not enough."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

View = Callable[..., HttpResponse]


def is_recent(request: HttpRequest) -> bool:
    """Whether the user signed in, or gave their password or second factor again, within the last 5 minutes."""
    records = get_authentication_records(request, request.user)
    newest = max((record["at"] for record in records), default=0)
    return bool(time.time() - newest < app_settings.REAUTHENTICATION_TIMEOUT)


def recently(*, back: str) -> Callable[[View], View]:
    """For signed-in users who have shown lately who they are; the others do so first, and come to the page `back`.

    With a password or a second factor they give that; else they sign in anew, by a code in their mail.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def wrapper(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if is_recent(request):
                return view(request, **kwargs)
            again = bool(get_reauthentication_flows(request.user))
            door = reverse("account_reauthenticate" if again else "account_again")
            return HttpResponseRedirect(f"{door}?{urlencode({'next': reverse(back)})}")

        return wrapper

    return decorate
