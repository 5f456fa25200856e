"""Pages that open only to who has shown lately who they are: a phone left on the table is not enough."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.selectors import signed_in_lately

View = Callable[..., HttpResponse]


def recently(*, back: str, carry: tuple[str, ...] = ()) -> Callable[[View], View]:
    """For signed-in users who have shown lately who they are; the others do so first, and come to the page `back`.

    `carry` names the ids of the address that `back` has, too.
    With a password or a second factor they give that; else they sign in anew, by a code in their mail.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def wrapper(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if signed_in_lately(request):
                return view(request, **kwargs)
            again = bool(get_reauthentication_flows(request.user))
            way_on = reverse(back, kwargs={name: kwargs[name] for name in carry})
            door = reverse("account_reauthenticate" if again else "account_again")
            return HttpResponseRedirect(f"{door}?{urlencode({'next': way_on})}")

        return wrapper

    return decorate
