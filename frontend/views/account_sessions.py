"""Where one is signed in, and signing out there."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import selectors
from accounts.models import User
from accounts.rules.devices import ON_THE_MOVE, device
from accounts.services import sessions as services


@login_required
@never_cache
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Every place, this one first."""
    key = request.session.session_key or ""
    rows = [_row(each, key) for each in selectors.sessions_of(_user(request))]
    if not any(row["here"] for row in rows):
        # Signed in before places were noted.
        browser, system = device(request.headers.get("User-Agent", ""))
        rows.append({"id": "", "name": _name(browser, system), "icon": "globe", "here": True})
    rows.sort(key=lambda row: not row["here"])
    return render(request, "account/sessions.html", {"nav": "account", "rows": rows})


@login_required
@require_POST
def end(request: HttpRequest, signed_in_id: str) -> HttpResponse:
    """Sign out of one. Raises NotFound."""
    services.end_session(user=_user(request), id=signed_in_id)
    messages.success(request, _("Signed out there."))
    return redirect("account_sessions")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    ended = services.end_other_sessions(user=_user(request), besides=request.session.session_key or "")
    words = ngettext("Signed out of %(n)s other place.", "Signed out of %(n)s other places.", ended)
    messages.success(request, words % {"n": ended})
    return redirect("account_sessions")


def _row(session: UserSession, here: str) -> dict[str, Any]:
    browser, system = device(session.user_agent)
    return {
        "id": selectors.session_id(session.session_key),
        "name": _name(browser, system),
        "icon": "smartphone" if system in ON_THE_MOVE else "globe",
        "here": session.session_key == here,
        "address": "" if session.ip == "::" else session.ip,
        "since": session.created_at,
        "seen": session.last_seen_at,
    }


def _name(browser: str, system: str) -> str:
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A browser")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # login_required
    return request.user
