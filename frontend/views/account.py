"""The account page: about you, signing in, the tokens of your apps. Signing in itself is django-allauth's."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import selectors, services
from accounts.cookies import remember_language
from accounts.models import User
from accounts.principals import Principal
from common.errors import DomainError
from frontend.views.account_forms import ProfileForm, TokenForm


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """GET shows the page, POST saves name, number and language."""
    user = _user(request)
    if request.method != "POST":
        return _page(request)
    form = ProfileForm(request.POST)
    if form.is_valid():
        try:
            services.update_profile(user=user, **form.cleaned_data)
        except DomainError as error:
            _put(error, form)
        else:
            messages.success(request, _("Saved."))
            response = redirect("account")
            remember_language(response, user.language)
            return response
    return _page(request, profile=form, status=422)


@login_required
@never_cache
@require_POST
@sensitive_post_parameters()
def create_token(request: HttpRequest) -> HttpResponse:
    """Make a token and show its secret on the page that answers, once."""
    as_operator = _has_powers(request)
    form = TokenForm(request.POST, as_operator=as_operator)
    if form.is_valid():
        try:
            _token, secret = services.create_token(
                user=_user(request), as_operator=as_operator, **form.cleaned_data
            )
        except DomainError as error:
            _put(error, form)
        else:
            return _page(request, secret=secret)
    return _page(request, new_token=form, status=422)


@login_required
@require_POST
def revoke_token(request: HttpRequest, token_id: str) -> HttpResponse:
    services.revoke_token(user=_user(request), token_id=token_id)
    messages.success(request, _("The token no longer works."))
    return redirect("account")


def _page(
    request: HttpRequest,
    *,
    profile: Form | None = None,
    new_token: Form | None = None,
    secret: str = "",
    status: int = 200,
) -> HttpResponse:
    user = _user(request)
    customer = services.main_customer(user=user)
    context = {
        "profile": profile
        or ProfileForm(initial={"name": user.name, "phone": customer.phone or "", "language": user.language}),
        "new_token": new_token or TokenForm(as_operator=_has_powers(request)),
        "tokens": selectors.tokens_of(user),
        "secret": secret,
        "nav": "account",
    }
    return render(request, "account/account.html", context, status=status)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # login_required
    return request.user


def _has_powers(request: HttpRequest) -> bool:
    """Whether an operator asks, with the second factor."""
    principal: Principal = request.principal  # type: ignore[attr-defined]  # the middleware's
    return principal.is_operator


def _put(error: DomainError, form: Form) -> None:
    """Show a refusal beside the field that it is about."""
    field = str(error.data.get("field", ""))
    form.add_error(field if field in form.fields else None, str(error))
