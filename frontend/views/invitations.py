"""An invitation to join a business, as the invited person meets it: by the mail's link, and among their businesses."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.principals import Principal
from common.actors import GUEST
from common.errors import DomainError
from providers.models import Invitation
from providers.selectors.access import WRITE
from providers.selectors.invitations import invitation_of_key, invitations_to, my_invitation
from providers.services import invitations


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest) -> HttpResponse:
    """The link of the mail: GET shows the invitation, POST declines it, for who holds it; nobody need sign in.

    Accepting takes an account that has verified the address. Raises NotFound once the invitation has ended.
    """
    principal = _principal(request)
    key = (request.POST if request.method == "POST" else request.GET).get("key", "")
    found = invitation_of_key(key)
    if request.method == "POST":
        invitations.decline_invitation(
            invitation=found, actor=principal.actor if _is_theirs(principal, found) else GUEST
        )
        messages.success(request, _("Declined. You do not belong to that business."))
        return redirect("frontend:home")
    context = {
        "invitation": found,
        "key": key,
        "is_theirs": _is_theirs(principal, found),
        "signed_in": principal.user is not None,
    }
    return render(request, "provider/invitation.html", context)


@login_required
@never_cache
@require_POST
def accept(request: HttpRequest, invitation_id: str) -> HttpResponse:
    """Join the business. Raises NotFound for the invitations of others."""
    principal = _principal(request)
    found = my_invitation(principal, invitation_id, scope=WRITE)
    try:
        membership = invitations.accept_invitation(invitation=found, user=principal.require_user())
    except DomainError as error:
        if error.status != 409:
            raise
        messages.error(request, str(error.detail))
        return redirect("provider:index")
    messages.success(request, _("Welcome. You belong to this business now."))
    return redirect("provider:overview", membership.provider.public_id)


@login_required
@never_cache
@require_POST
def decline(request: HttpRequest, invitation_id: str) -> HttpResponse:
    """Do not join it. Raises NotFound for the invitations of others."""
    principal = _principal(request)
    found = my_invitation(principal, invitation_id, scope=WRITE)
    try:
        invitations.decline_invitation(invitation=found, actor=principal.actor)
    except DomainError as error:
        if error.status != 409:
            raise
        messages.error(request, str(error.detail))
        return redirect("provider:index")
    messages.success(request, _("Declined. You do not belong to that business."))
    return redirect("provider:index")


def _is_theirs(principal: Principal, invitation: Invitation) -> bool:
    """Whether the invited address is one that the caller has verified."""
    return bool(principal.user) and invitations_to(principal.user).filter(pk=invitation.pk).exists()


def _principal(request: HttpRequest) -> Principal:
    principal: Principal = request.principal  # type: ignore[attr-defined]  # the middleware's
    return principal
