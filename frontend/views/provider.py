"""A member's businesses: the list, how to start one, one at a glance."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.principals import Principal
from common import clock
from frontend.provider_steps import first_step
from frontend.views.provider_desk import Desk, at_desk, attempt, form_page
from frontend.views.provider_forms import BusinessForm
from frontend.views.provider_requests import requests_at
from frontend.views.provider_today import is_open, today_at, waits_at
from providers.enums import Role
from providers.errors import BusinessInUse, StatusRefused
from providers.rules.vetting import OPEN_TO_SUBMIT, find_move
from providers.selectors import catalogue, vetting
from providers.selectors.access import memberships_of
from providers.selectors.invitations import my_invitations
from providers.services import businesses, closing

# Of what stands in the way of closing a business.
SHOWN = 20


@require_http_methods(["GET", "HEAD"])
@login_required
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """The caller's businesses, and who invites them; with none, how to start."""
    principal: Principal = request.principal  # type: ignore[attr-defined]  # the middleware's
    context = {
        "memberships": list(memberships_of(principal)),
        "invitations": list(my_invitations(principal)),
        "nav": "provider",
    }
    return render(request, "provider/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def create(request: HttpRequest) -> HttpResponse:
    """Start a business: a draft, owned by whoever starts it."""
    principal: Principal = request.principal  # type: ignore[attr-defined]  # the middleware's
    user = principal.require_user()
    form = BusinessForm(request.POST or None, initial={"email": user.email, "language": user.language})
    if request.method == "POST":
        made = attempt(
            form,
            lambda: businesses.create_provider(owner=user, actor=principal.actor, **form.cleaned_data),
        )
        if made:
            messages.success(request, _("Your business is a draft. Nobody sees it until it is approved."))
            return redirect(first_step(made))
    context = {"form": form, "nav": "provider"}
    return render(request, "provider/new.html", context, status=422 if form.is_bound else 200)


@at_desk()
def overview(desk: Desk) -> HttpResponse:
    """A business at a glance: who is next, what waits for an answer, how far its application is."""
    # Only a manager can mend it.
    idle = []
    if desk.can_manage:
        able = {skill.service_id for person in catalogue.staff(desk.provider) for skill in person.live_skills}  # type: ignore[attr-defined]
        idle = [service for service in catalogue.services(desk.provider) if service.pk not in able]
    shops = list(catalogue.outlets(desk.provider)) if is_open(desk) else []
    waiting = requests_at(desk)
    return desk.render(
        "overview",
        idle=idle,
        waiting=waiting,
        today=today_at(desk, shops) if shops else None,
        waits=waits_at(desk) if shops else [],
        live=" ".join(shop.public_id for shop in shops),
        now=clock.now(),
        first_name=(desk.request.user.name.split() or [""])[0],  # type: ignore[union-attr]  # signed in
        nav="overview",
        about_you=vetting.notices(desk.membership.staff) if desk.membership.staff else [],
        suspension=vetting.suspension(desk.provider) if desk.can_manage else None,
        zone=desk.zone,
    )


@form_page()
def edit(desk: Desk) -> HttpResponse:
    """What is said about a business."""
    names = ("name", "description", "language", "email", "phone")
    form = BusinessForm(
        desk.request.POST or None, initial={name: getattr(desk.provider, name) for name in names}
    )
    if desk.sent and attempt(
        form,
        lambda: businesses.update_provider(provider=desk.provider, actor=desk.actor, **form.cleaned_data),
    ):
        if desk.provider.status in OPEN_TO_SUBMIT:
            return desk.done(_("Saved."), "edit")
        return desk.done(_("Saved."), "overview")
    closes = reverse("provider:close", args=[desk.provider.public_id]) if desk.is_owner else ""
    return desk.form(
        form,
        nav="edit",
        title=_("About your business"),
        step="business",
        archive=closes,
        archive_word=_("Close this business"),
    )


@at_desk(Role.OWNER, methods=("GET", "HEAD", "POST"))
def close(desk: Desk) -> HttpResponse:
    """Say what closing does and what stands in its way, then close the business for good."""
    if desk.sent:
        try:
            closing.close_business(provider=desk.provider, actor=desk.actor)
        except (BusinessInUse, StatusRefused) as error:
            messages.error(desk.request, str(error.detail))
            return redirect("provider:close", desk.provider.public_id)
        messages.success(desk.request, _("%(name)s is closed.") % {"name": desk.provider.name})
        return redirect("provider:index")
    in_the_way = closing.what_keeps_open(provider=desk.provider)
    return desk.render(
        "close",
        nav="overview",
        title=_("Close %(name)s for good?") % {"name": desk.provider.name},
        in_the_way=in_the_way[:SHOWN],
        more=max(0, len(in_the_way) - SHOWN),
        can_close=find_move(action="close", source=desk.provider.status, who="owner") is not None,
    )
