"""A member's businesses and who belongs to them."""

from django.http import HttpRequest
from ninja import Query, Router, Status

from common.api import ERRORS, CursorPage, idempotent
from common.errors import NotFound
from providers import presenters, schemas
from providers.api.given import Acknowledged, caller, given, pick_staff
from providers.enums import Role
from providers.models import Membership
from providers.selectors import catalogue
from providers.selectors.access import WRITE, access_membership, access_provider, memberships_of
from providers.services import businesses, closing, members, vetting
from providers.services.affected import guarded

router = Router(tags=["provider"])


@router.get(
    "/provider/businesses",
    response={200: schemas.ProvidersOut, **ERRORS},
    operation_id="list_my_businesses",
)
def list_my_businesses(request: HttpRequest, page: Query[CursorPage]) -> schemas.ProvidersOut:
    """The businesses that the caller belongs to."""
    rows, cursor = page.cut(memberships_of(caller(request)), of="businesses")
    return schemas.ProvidersOut(items=[presenters.provider(row) for row in rows], next=cursor)


@router.post(
    "/provider/businesses",
    response={201: schemas.ProviderOut, **ERRORS},
    operation_id="create_business",
)
@idempotent
def create_business(request: HttpRequest, body: schemas.ProviderIn) -> tuple[int, schemas.ProviderOut]:
    """A new draft, owned by the caller."""
    principal = caller(request)
    user = principal.require_user()
    principal.require_scope(WRITE)
    made = businesses.create_provider(owner=user, actor=principal.actor, **body.model_dump())
    return 201, presenters.provider(Membership(provider=made, user=user, role=Role.OWNER))


@router.get(
    "/provider/businesses/{provider}",
    response={200: schemas.ProviderOut, **ERRORS},
    operation_id="get_business",
)
def get_business(request: HttpRequest, provider: schemas.PublicId) -> schemas.ProviderOut:
    """One of the caller's businesses."""
    return presenters.provider(access_membership(caller(request), provider))


@router.patch(
    "/provider/businesses/{provider}",
    response={200: schemas.ProviderOut, **ERRORS},
    operation_id="update_business",
)
def update_business(
    request: HttpRequest, provider: schemas.PublicId, body: schemas.ProviderChanges
) -> schemas.ProviderOut:
    """Change what is said about a business."""
    principal = caller(request)
    membership = access_membership(principal, provider, role=Role.MANAGER, scope=WRITE)
    membership.provider = businesses.update_provider(
        provider=membership.provider, actor=principal.actor, **given(body)
    )
    return presenters.provider(membership)


@router.post(
    "/provider/businesses/{provider}/submit",
    response={200: schemas.ProviderOut, **ERRORS},
    operation_id="submit_business",
)
@idempotent
def submit_business(request: HttpRequest, provider: schemas.PublicId) -> schemas.ProviderOut:
    """Ask the operators to approve a draft, what was changed, or a rejected business; only the owner may."""
    principal = caller(request)
    membership = access_membership(principal, provider, role=Role.OWNER, scope=WRITE)
    membership.provider = vetting.submit(provider=membership.provider, user=membership.user).provider
    return presenters.provider(membership)


@router.post(
    "/provider/businesses/{provider}/close",
    response={204: None, **ERRORS},
    operation_id="close_business",
)
@idempotent
def close_business(request: HttpRequest, provider: schemas.PublicId) -> tuple[int, None]:
    """Close a business for good; only the owner may. `business_in_use` lists what stands in the way."""
    principal = caller(request)
    found = access_provider(principal, provider, role=Role.OWNER, scope=WRITE)
    closing.close_business(provider=found, actor=principal.actor)
    return 204, None


@router.get(
    "/provider/businesses/{provider}/members",
    response={200: schemas.MembersOut, **ERRORS},
    operation_id="list_members",
)
def list_members(
    request: HttpRequest, provider: schemas.PublicId, page: Query[CursorPage]
) -> schemas.MembersOut:
    """Who belongs to a business; for managers and owners."""
    found = access_provider(caller(request), provider, role=Role.MANAGER)
    rows, cursor = page.cut(catalogue.members(found), of=f"members:{provider}")
    return schemas.MembersOut(items=[presenters.member(row) for row in rows], next=cursor)


@router.patch(
    "/provider/businesses/{provider}/members/{user}",
    response={200: schemas.MemberOut, **ERRORS},
    operation_id="change_member",
)
def change_member(
    request: HttpRequest,
    provider: schemas.PublicId,
    user: schemas.PublicId,
    body: schemas.MemberChanges,
    acknowledge: Acknowledged = "",
) -> schemas.MemberOut:
    """Change a member's role, or who they are on the board; only the owner may."""
    principal = caller(request)
    found = access_provider(principal, provider, role=Role.OWNER, scope=WRITE)
    changes = given(body, nullable=frozenset({"staff"}))
    if changes.get("staff") is not None:
        changes["staff"] = pick_staff(found, changes["staff"])
    with guarded(found.pk, acknowledged=acknowledge):
        changed = members.change_member(membership=_member(found.pk, user), actor=principal.actor, **changes)
    return presenters.member(changed)


@router.delete(
    "/provider/businesses/{provider}/members/{user}",
    response={204: None, **ERRORS},
    operation_id="remove_member",
)
def remove_member(
    request: HttpRequest, provider: schemas.PublicId, user: schemas.PublicId, acknowledge: Acknowledged = ""
) -> Status:
    """End a membership; only the owner may."""
    principal = caller(request)
    found = access_provider(principal, provider, role=Role.OWNER, scope=WRITE)
    with guarded(found.pk, acknowledged=acknowledge):
        members.remove_member(membership=_member(found.pk, user), actor=principal.actor)
    return Status(204, None)


@router.post(
    "/provider/businesses/{provider}/leave",
    response={204: None, **ERRORS},
    operation_id="leave_business",
)
@idempotent
def leave_business(
    request: HttpRequest, provider: schemas.PublicId, acknowledge: Acknowledged = ""
) -> tuple[int, None]:
    """End the caller's own membership; the last owner cannot (`last_owner`)."""
    principal = caller(request)
    membership = access_membership(principal, provider, scope=WRITE)
    with guarded(membership.provider_id, acknowledged=acknowledge):
        members.leave_business(membership=membership, actor=principal.actor)
    return 204, None


def _member(provider_id: int, user: str) -> Membership:
    found = Membership.objects.filter(provider_id=provider_id, user__public_id=user).first()
    if found is None:
        raise NotFound
    return found
