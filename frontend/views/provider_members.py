"""Pages of who belongs to a business: members, invitations, leaving."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from common.errors import NotFound
from frontend.views.provider_desk import Desk, at_desk, attempt
from frontend.views.provider_forms import MemberForm
from providers.enums import Role
from providers.errors import InvitationLimit, LastOwner
from providers.models import Membership
from providers.selectors import catalogue
from providers.selectors.invitations import invitation_of, open_invitations
from providers.services import invitations, members


@at_desk(Role.MANAGER)
def member_list(desk: Desk) -> HttpResponse:
    """Who belongs to the business, and who has been invited."""
    return desk.render(
        "members",
        nav="members",
        members=list(catalogue.members(desk.provider)),
        invitations=list(open_invitations(desk.provider)),
    )


@at_desk(Role.OWNER, methods=("GET", "HEAD", "POST"))
def invite(desk: Desk) -> HttpResponse:
    """Invite an address."""
    people = list(catalogue.staff(desk.provider))
    form = MemberForm(desk.request.POST or None, people=people)
    try:
        done = desk.sent and attempt(
            form,
            lambda: invitations.invite_member(
                provider=desk.provider,
                email=form.cleaned_data["email"],
                role=Role(form.cleaned_data["role"]),
                staff=form.person(),
                actor=desk.actor,
            ),
        )
    except InvitationLimit as error:
        form.add_error(None, str(error.detail))
        done = None
    if done:
        return desk.done(_("Invited. They belong to the business once they accept."), "members")
    return desk.form(form, nav="members", title=_("Invite a member"), submit=_("Send the invitation"))


@at_desk(Role.OWNER, methods=("POST",))
def withdraw(desk: Desk, invitation_id: str) -> HttpResponse:
    """Take an invitation back."""
    invitations.withdraw_invitation(invitation=invitation_of(desk.provider, invitation_id), actor=desk.actor)
    return desk.done(_("Withdrawn."), "members")


@at_desk(methods=("GET", "HEAD", "POST"))
def leave(desk: Desk) -> HttpResponse:
    """Ask, then end one's own membership."""
    hit = None
    if desk.sent:
        try:
            hit = desk.change(lambda: members.leave_business(membership=desk.membership, actor=desk.actor))
        except LastOwner as error:
            messages.error(desk.request, str(error.detail))
            return redirect("provider:overview", desk.provider.public_id)
        if hit is None:
            messages.success(desk.request, _("You have left %(name)s.") % {"name": desk.provider.name})
            return redirect("provider:index")
    return desk.confirm(
        affected=hit,
        nav="overview",
        title=_("Leave %(name)s?") % {"name": desk.provider.name},
        text=_("You no longer see this business. What you did stays. Only an owner can invite you again."),
        action=_("Leave"),
        keep=_("Stay"),
        back=reverse("provider:overview", args=[desk.provider.public_id]),
    )


@at_desk(Role.OWNER, methods=("GET", "HEAD", "POST"))
def edit_member(desk: Desk, user_id: str) -> HttpResponse:
    """Change a member's role."""
    membership = _membership(desk, user_id)
    people = list(catalogue.staff(desk.provider))
    initial = {"role": membership.role, "staff": membership.staff and membership.staff.public_id}
    form = MemberForm(desk.request.POST or None, people=people, with_email=False, initial=initial)
    if desk.sent and attempt(
        form,
        lambda: members.change_member(
            membership=membership,
            role=Role(form.cleaned_data["role"]),
            staff=form.person(),
            actor=desk.actor,
        ),
        desk=desk,
    ):
        return desk.done(_("Saved."), "members")
    return desk.form(
        form,
        nav="members",
        title=str(membership.user),
        archive=reverse("provider:member_remove", args=[desk.provider.public_id, user_id]),
        archive_word=_("Remove this member"),
    )


@at_desk(Role.OWNER, methods=("GET", "HEAD", "POST"))
def remove_member(desk: Desk, user_id: str) -> HttpResponse:
    """Ask, then end a membership."""
    membership = _membership(desk, user_id)
    hit = None
    if desk.sent:
        hit = desk.change(lambda: members.remove_member(membership=membership, actor=desk.actor))
        if hit is None:
            return desk.done(_("Removed."), "members")
    return desk.confirm(
        affected=hit,
        nav="members",
        title=_("Remove %(name)s?") % {"name": str(membership.user)},
        text=_("They no longer see this business. What they did stays."),
        action=_("Remove"),
        back=reverse("provider:members", args=[desk.provider.public_id]),
    )


def _membership(desk: Desk, user_id: str) -> Membership:
    found = catalogue.members(desk.provider).filter(user__public_id=user_id).first()
    if found is None:
        raise NotFound
    return found
