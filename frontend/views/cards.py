"""The account's kept cards: seen and removed. They are kept while paying, at the checkout."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from frontend.card_words import kept_cards
from payments.services import remove_card


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@login_required
@never_cache
@require_safe
def cards(request: HttpRequest) -> HttpResponse:
    """What is shown of each, and a way to remove it."""
    return render(request, "account/cards.html", {"cards": kept_cards(_user(request))})


@login_required
@never_cache
@require_POST
def remove(request: HttpRequest, card_id: str) -> HttpResponse:
    """Keep one no longer."""
    remove_card(user=_user(request), card=card_id)
    messages.success(request, _("Removed. It is kept no longer, here or at the payment company."))
    return redirect("account_cards")
