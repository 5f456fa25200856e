"""The account: an index of what it holds, about you, the tokens of your apps. Signing in itself is django-allauth's."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors, services
from accounts.cookies import remember_language
from accounts.models import User
from accounts.principals import Principal
from bookings.selectors.feeds import feeds_of
from common.errors import DomainError
from common.money import Money
from frontend.card_words import kept_cards
from frontend.views.account_forms import SCOPE_WORDS, ProfileForm, TokenForm, put_error
from payments.selectors.wallets import wallets_of


@login_required
@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What there is, each with how it stands and a way to it."""
    user = _user(request)
    addresses = list(selectors.addresses_of(user))
    context = {
        "nav": "account",
        "customer": services.main_customer(user=user),
        "language": dict(settings.LANGUAGES).get(user.language, ""),
        "people": [each.name for each in selectors.people_of(user)],
        "addresses": [each.label for each in addresses],
        "vehicles": [each.plate for each in selectors.vehicles_of(user)],
        "cards": kept_cards(user),
        "wallet": [Money(amount, currency) for currency, amount in _balances(user)],
        "sessions": len(selectors.sessions_of(user)),
        "texts": bool(settings.TEXTS_URL),
        "passkeys": selectors.passkeys_of(user),
        "has_code_app": selectors.has_code_app(user),
        "tokens": selectors.tokens_of(user).count(),
        "feeds": feeds_of(user).count(),
    }
    return render(request, "account/account.html", context)


def _balances(user: User) -> list[tuple[str, int]]:
    return [(currency, amount) for currency, amount in wallets_of(user.public_id).items() if amount]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """GET shows name, number and language, POST saves them."""
    user = _user(request)
    if request.method != "POST":
        customer = services.main_customer(user=user)
        known = {"name": user.name, "phone": customer.phone or "", "language": user.language}
        return _profile_page(request, ProfileForm(initial=known))
    form = ProfileForm(request.POST)
    if form.is_valid():
        try:
            services.update_profile(user=user, **form.cleaned_data)
        except DomainError as error:
            put_error(error, form)
        else:
            messages.success(request, _("Saved."))
            response = redirect("account")
            remember_language(response, user.language)
            return response
    return _profile_page(request, form, status=422)


def _profile_page(request: HttpRequest, form: Form, *, status: int = 200) -> HttpResponse:
    return render(request, "account/profile.html", {"form": form, "nav": "account"}, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def tokens(request: HttpRequest) -> HttpResponse:
    """GET lists them, with a form for one more; POST makes it and shows its secret on the page that answers, once."""
    as_operator = _has_powers(request)
    if request.method != "POST":
        return _tokens_page(request, TokenForm(as_operator=as_operator))
    form = TokenForm(request.POST, as_operator=as_operator)
    if form.is_valid():
        try:
            _token, secret = services.create_token(
                user=_user(request), as_operator=as_operator, **form.cleaned_data
            )
        except DomainError as error:
            put_error(error, form)
        else:
            return _tokens_page(request, TokenForm(as_operator=as_operator), secret=secret)
    return _tokens_page(request, form, status=422)


def _tokens_page(request: HttpRequest, form: Form, *, secret: str = "", status: int = 200) -> HttpResponse:
    context = {
        "new_token": form,
        "tokens": [
            (token, [SCOPE_WORDS[scope] for scope in token.scopes])
            for token in selectors.tokens_of(_user(request))
        ],
        "secret": secret,
        "nav": "account",
    }
    return render(request, "account/tokens.html", context, status=status)


@login_required
@require_POST
def revoke_token(request: HttpRequest, token_id: str) -> HttpResponse:
    services.revoke_token(user=_user(request), token_id=token_id)
    messages.success(request, _("The token no longer works."))
    return redirect("account_tokens")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # login_required
    return request.user


def _has_powers(request: HttpRequest) -> bool:
    """Whether an operator asks, with the second factor."""
    principal: Principal = request.principal  # type: ignore[attr-defined]  # the middleware's
    return principal.is_operator
