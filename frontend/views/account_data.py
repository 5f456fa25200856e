"""Your data: what was agreed to, the download of all of it, and being erased."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors
from accounts.enums import ConsentKind, ConsentSource
from accounts.errors import ErasureBlocked, ErasureUnderWay, ExportTooSoon, ExportUnderWay
from accounts.models import User
from accounts.services import consents, erasures, exports, main_customer
from common.actors import user_actor
from frontend.obstacles import shown
from frontend.recently import recently


@login_required
@never_cache
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What may be done with one's data, and how it stands."""
    user = _user(request)
    context = {
        "nav": "account",
        "export": selectors.newest_export(user),
        "kept_days": exports.KEPT.days,
        "erasure": selectors.waiting_erasure(user=user),
        "marketing": selectors.holds_consent(main_customer(user=user), ConsentKind.MARKETING),
        "marketing_words": consents.MARKETING_WORDS,
        "consents": selectors.consents_of(user),
    }
    return render(request, "account/data.html", context)


@recently(back="account_data")
@never_cache
@require_POST
def ask_for_export(request: HttpRequest) -> HttpResponse:
    try:
        exports.ask_for_export(user=_user(request))
    except (ExportUnderWay, ExportTooSoon) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("We gather it now, and mail you when it is ready."))
    return redirect("account_data")


@recently(back="account_data")
@never_cache
@require_safe
def fetch_export(request: HttpRequest, export_id: str) -> HttpResponse:
    """The ZIP itself."""
    content = exports.fetch_export(user=_user(request), export_id=export_id)
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="hereabouts-{export_id}.zip"'
    return response


@recently(back="account_erase")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """GET says what goes, what stays and what stands in the way; POST asks for it."""
    user = _user(request)
    if request.method == "POST":
        try:
            erasures.ask_to_be_erased(user=user, forget_reviews="reviews" in request.POST)
        except ErasureUnderWay as error:
            messages.error(request, str(error))
            return redirect("account_data")
        except ErasureBlocked:
            return _erase_page(request, user, status=409)
        messages.success(
            request, _("You will be erased. Until then you can undo it here, or by the link in our mail.")
        )
        return redirect("account_data")
    if selectors.waiting_erasure(user=user):
        return redirect("account_data")
    return _erase_page(request, user)


def _erase_page(request: HttpRequest, user: User, *, status: int = 200) -> HttpResponse:
    context = {
        "nav": "account",
        "obstacles": shown(erasures.obstacles_of(user=user)),
        "days": settings.ERASURE_DAYS,
    }
    return render(request, "account/erase.html", context, status=status)


@login_required
@never_cache
@require_POST
def undo_erasure(request: HttpRequest) -> HttpResponse:
    """Undo one's own; without one that waits nothing happens."""
    user = _user(request)
    waiting = selectors.waiting_erasure(user=user)
    if waiting:
        erasures.undo_erasure(erasure_id=waiting.public_id, actor=user_actor(user.public_id))
        messages.success(request, _("You stay. Nothing has been erased."))
    return redirect("account_data")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def undo_erasure_by_link(request: HttpRequest) -> HttpResponse:
    """The link of the mail: GET asks, POST undoes, for who holds it. Raises NotFound once the request has ended."""
    key = (request.POST if request.method == "POST" else request.GET).get("key", "")
    waiting = erasures.erasure_of_key(key)
    if request.method != "POST":
        return render(request, "account/undo_erasure.html", {"key": key, "erasure": waiting})
    erasures.undo_erasure(erasure_id=waiting.public_id, actor=erasures.owner_of(waiting))
    messages.success(request, _("You stay. Nothing has been erased."))
    return redirect("frontend:home")


@login_required
@require_POST
def marketing(request: HttpRequest) -> HttpResponse:
    consents.set_marketing(user=_user(request), given="marketing" in request.POST)
    messages.success(request, _("Saved."))
    return redirect("account_data")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    """Who signs in after the terms have changed agrees to them here, or signs out."""
    user = _user(request)
    way_on = _way_on(request)
    if request.method == "POST":
        consents.accept_terms(customer=main_customer(user=user), source=ConsentSource.SIGN_IN)
        return HttpResponseRedirect(way_on)
    context = {"words": consents.WORDS[ConsentSource.SIGN_IN], "next": way_on}
    return render(request, "account/terms.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """For who has no password: GET explains, POST signs out and leads to signing in by code."""
    way_on = _way_on(request)
    if request.method == "POST":
        logout(request)
        return HttpResponseRedirect(f"{reverse('account_request_login_code')}?{urlencode({'next': way_on})}")
    return render(request, "account/sign_in_again.html", {"next": way_on})


def _way_on(request: HttpRequest) -> str:
    """Where they wanted to go, if that is an address of ours."""
    wanted = (request.POST if request.method == "POST" else request.GET).get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if safe else "/"


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # login_required
    return request.user
