"""Invitations to join a business: made and withdrawn by its owners, answered by whom they are for."""

from django.http import HttpRequest
from ninja import Query, Router, Status

from common.api import ERRORS, CursorPage, idempotent
from providers import presenters, schemas
from providers.api.given import caller, pick_staff
from providers.enums import Role
from providers.selectors.access import WRITE, access_provider
from providers.selectors.invitations import invitation_of, my_invitation, my_invitations, open_invitations
from providers.services import invitations

router = Router(tags=["provider"])


@router.get(
    "/provider/businesses/{provider}/invitations",
    response={200: schemas.InvitationsOut, **ERRORS},
    operation_id="list_invitations",
)
def list_invitations(
    request: HttpRequest, provider: schemas.PublicId, page: Query[CursorPage]
) -> schemas.InvitationsOut:
    """The open invitations of a business; for managers and owners."""
    found = access_provider(caller(request), provider, role=Role.MANAGER)
    rows, cursor = page.cut(open_invitations(found), of=f"invitations:{provider}")
    return schemas.InvitationsOut(items=[presenters.invitation(row) for row in rows], next=cursor)


@router.post(
    "/provider/businesses/{provider}/invitations",
    response={201: schemas.InvitationOut, **ERRORS},
    operation_id="invite_member",
)
@idempotent
def invite_member(
    request: HttpRequest, provider: schemas.PublicId, body: schemas.InvitationIn
) -> tuple[int, schemas.InvitationOut]:
    """Invite an address; only the owner may. Who reads it is a member once they accept, and learns of it by mail.

    The answer does not tell whether the address has an account.
    """
    principal = caller(request)
    found = access_provider(principal, provider, role=Role.OWNER, scope=WRITE)
    made = invitations.invite_member(
        provider=found,
        email=body.email,
        role=Role(body.role),
        actor=principal.actor,
        staff=pick_staff(found, body.staff) if body.staff is not None else None,
    )
    return 201, presenters.invitation(made)


@router.delete(
    "/provider/businesses/{provider}/invitations/{invitation}",
    response={204: None, **ERRORS},
    operation_id="withdraw_invitation",
)
def withdraw_invitation(
    request: HttpRequest, provider: schemas.PublicId, invitation: schemas.PublicId
) -> Status:
    """Take an open invitation back; only the owner may."""
    principal = caller(request)
    found = access_provider(principal, provider, role=Role.OWNER, scope=WRITE)
    invitations.withdraw_invitation(invitation=invitation_of(found, invitation), actor=principal.actor)
    return Status(204, None)


@router.get(
    "/provider/invitations",
    response={200: schemas.OwnInvitationsOut, **ERRORS},
    operation_id="list_my_invitations",
)
def list_my_invitations(request: HttpRequest, page: Query[CursorPage]) -> schemas.OwnInvitationsOut:
    """The open invitations to an address that the caller has verified."""
    rows, cursor = page.cut(my_invitations(caller(request)), of="my-invitations")
    return schemas.OwnInvitationsOut(items=[presenters.own_invitation(row) for row in rows], next=cursor)


@router.post(
    "/provider/invitations/{invitation}/accept",
    response={200: schemas.ProviderOut, **ERRORS},
    operation_id="accept_invitation",
)
@idempotent
def accept_invitation(request: HttpRequest, invitation: schemas.PublicId) -> schemas.ProviderOut:
    """Join the business."""
    principal = caller(request)
    found = my_invitation(principal, invitation, scope=WRITE)
    made = invitations.accept_invitation(invitation=found, user=principal.require_user())
    return presenters.provider(made)


@router.post(
    "/provider/invitations/{invitation}/decline",
    response={204: None, **ERRORS},
    operation_id="decline_invitation",
)
@idempotent
def decline_invitation(request: HttpRequest, invitation: schemas.PublicId) -> tuple[int, None]:
    """Do not join it; the business is not told who declined, only that the invitation has ended."""
    principal = caller(request)
    found = my_invitation(principal, invitation, scope=WRITE)
    invitations.decline_invitation(invitation=found, actor=principal.actor)
    return 204, None
