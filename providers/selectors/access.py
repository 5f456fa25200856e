"""Who may see and change what: one guarded lookup per object.

Missing and not one's own look alike (NotFound). A member whose role is too low gets NotAllowed, for they know
that it exists. docs/permissions.md has the table.
"""

from typing import Any, TypeVar

from django.db.models import F, Model, QuerySet

from accounts.models import User
from accounts.principals import Principal
from common.errors import NotAllowed, NotFound
from providers.enums import Role
from providers.models import (
    Closure,
    Membership,
    Outlet,
    OutletPicture,
    Provider,
    Resource,
    ResourceKind,
    Service,
    ServiceOption,
    StaffMember,
    TimeOff,
)

M = TypeVar("M", bound=Model)

READ = "catalogue:read"
WRITE = "catalogue:write"
_RANK = {Role.STAFF: 1, Role.MANAGER: 2, Role.OWNER: 3}


def has_role(role: str, least: Role) -> bool:
    """Whether a member with `role` may do what `least` may."""
    return _RANK[Role(role)] >= _RANK[least]


def role_of(user: User | None, provider: Provider) -> Role | None:
    """The user's role in the business, or None when they do not belong to it."""
    if user is None:
        return None
    role = Membership.objects.filter(user=user, provider=provider).values_list("role", flat=True).first()
    return Role(role) if role else None


def memberships_of(principal: Principal) -> QuerySet[Membership]:
    """The caller's memberships with their businesses, oldest first. Raises NotSignedIn, NotAllowed."""
    user = principal.require_user()
    principal.require_scope(READ)
    return Membership.objects.filter(user=user).select_related("provider").order_by("pk")


def outlets_of(principal: Principal) -> QuerySet[Outlet]:
    """The outlets in use of all businesses that the caller belongs to. Raises NotSignedIn, NotAllowed."""
    user = principal.require_user()
    principal.require_scope(READ)
    return (
        Outlet.objects.filter(provider__memberships__user=user, archived_at__isnull=True)
        .select_related("provider")
        .order_by("provider_id", "name", "pk")
    )


def access_membership(
    principal: Principal, provider_id: str, *, role: Role = Role.STAFF, scope: str = READ
) -> Membership:
    """The caller's own membership in a business, with the business. Raises as access_provider."""
    user = principal.require_user()
    principal.require_scope(scope)
    _check_id(provider_id)
    found = (
        Membership.objects.select_related("provider", "user")
        .filter(provider__public_id=provider_id, user=user)
        .first()
    )
    if found is None:
        raise NotFound
    if not has_role(found.role, role):
        raise NotAllowed(role=role)
    return found


def access_provider(
    principal: Principal, provider_id: str, *, role: Role = Role.STAFF, scope: str = READ
) -> Provider:
    """The business, if the caller is a member with at least `role` and their token has `scope`.

    Raises NotSignedIn, NotFound, NotAllowed.
    """
    return access_membership(principal, provider_id, role=role, scope=scope).provider


def access_outlet(
    principal: Principal, outlet_id: str, *, role: Role = Role.STAFF, scope: str = READ
) -> Outlet:
    """The outlet with its business (archived ones too), guarded as access_provider."""
    return _access(Outlet.objects.select_related("provider"), "provider", principal, outlet_id, role, scope)


def access_picture(
    principal: Principal, picture_id: str, *, role: Role = Role.STAFF, scope: str = READ
) -> OutletPicture:
    """The picture (removed ones too) with its file, outlet and business, guarded as access_provider."""
    rows = OutletPicture.objects.select_related("file", "outlet__provider")
    return _access(rows, "outlet__provider", principal, picture_id, role, scope)


def access_staff(
    principal: Principal, staff_id: str, *, role: Role = Role.STAFF, scope: str = READ
) -> StaffMember:
    """The person with their business, guarded as access_provider."""
    rows = StaffMember.objects.select_related("provider")
    return _access(rows, "provider", principal, staff_id, role, scope)


def access_service(
    principal: Principal, service_id: str, *, role: Role = Role.STAFF, scope: str = READ
) -> Service:
    """The service with its business, guarded as access_provider."""
    rows = Service.objects.select_related("provider", "category")
    return _access(rows, "provider", principal, service_id, role, scope)


def access_option(
    principal: Principal, option_id: str, *, role: Role = Role.STAFF, scope: str = READ
) -> ServiceOption:
    """The option with its service and business, guarded as access_provider."""
    rows = ServiceOption.objects.select_related("service__provider")
    return _access(rows, "service__provider", principal, option_id, role, scope)


def access_resource_kind(
    principal: Principal, kind_id: str, *, role: Role = Role.STAFF, scope: str = READ
) -> ResourceKind:
    """The kind with its business, guarded as access_provider."""
    rows = ResourceKind.objects.select_related("provider")
    return _access(rows, "provider", principal, kind_id, role, scope)


def access_resource(
    principal: Principal, resource_id: str, *, role: Role = Role.STAFF, scope: str = READ
) -> Resource:
    """The unit with its kind, outlet and business, guarded as access_provider."""
    rows = Resource.objects.select_related("kind__provider", "outlet")
    return _access(rows, "kind__provider", principal, resource_id, role, scope)


def access_closure(
    principal: Principal, closure_id: str, *, role: Role = Role.STAFF, scope: str = READ
) -> Closure:
    """The closure with its outlet and business, guarded as access_provider."""
    rows = Closure.objects.select_related("outlet__provider")
    return _access(rows, "outlet__provider", principal, closure_id, role, scope)


def access_time_off(
    principal: Principal, time_off_id: str, *, role: Role = Role.STAFF, scope: str = READ
) -> TimeOff:
    """The time off with its person and business, guarded as access_provider."""
    rows = TimeOff.objects.select_related("staff__provider")
    return _access(rows, "staff__provider", principal, time_off_id, role, scope)


def _check_id(public_id: str) -> None:
    """Text that PostgreSQL cannot hold names nothing."""
    if "\x00" in public_id:
        raise NotFound


def _access(
    rows: QuerySet[M], provider: str, principal: Principal, public_id: str, role: Role, scope: str
) -> M:
    user = principal.require_user()
    principal.require_scope(scope)
    _check_id(public_id)
    mine: dict[str, Any] = {f"{provider}__memberships__user": user, "public_id": public_id}
    found = rows.filter(**mine).annotate(my_role=F(f"{provider}__memberships__role")).first()
    if found is None:
        raise NotFound
    if not has_role(found.my_role, role):  # type: ignore[attr-defined]  # annotated above
        raise NotAllowed(role=role)
    return found
