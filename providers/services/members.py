"""Who belongs to a business, and as what. A business always has at least one owner.

Nobody is made a member: they accept an invitation (`providers.services.invitations`), or start the business.
"""

from typing import TypedDict, Unpack

from django.db import transaction
from django.db.models.functions import Now

from common.errors import NotFound
from providers import events
from providers.enums import Role
from providers.errors import AlreadyMember, LastOwner, NotOfThisBusiness
from providers.models import Membership, PastMembership, Provider, StaffMember
from providers.services.record import lock_provider, tell


class MemberFields(TypedDict, total=False):
    """What may be changed of a member; `staff` is who they are on the board, None for nobody."""

    role: Role
    staff: StaffMember | None


@transaction.atomic
def change_member(*, membership: Membership, actor: str, **changes: Unpack[MemberFields]) -> Membership:
    """Change a member's role, who they are on the board, or both; what is not named stays.

    Raises NotFound, LastOwner, AlreadyMember, NotOfThisBusiness.
    """
    provider = lock_provider(membership.provider_id)
    membership = _again(membership)
    role = Role(changes.get("role", membership.role))
    if membership.role == Role.OWNER and role != Role.OWNER:
        _keep_an_owner(membership)
    if "staff" in changes:
        check_staff(provider, changes["staff"], besides=membership)
        membership.staff = changes["staff"]
    membership.role = role
    membership.save(update_fields=["role", "staff"])
    tell_of(membership, provider, events.MEMBER_CHANGED, actor, "member.change")
    return membership


@transaction.atomic
def remove_member(*, membership: Membership, actor: str) -> None:
    """End a membership; what the person did stays. Raises NotFound, LastOwner."""
    _end(membership, actor, "member.remove")


@transaction.atomic
def leave_business(*, membership: Membership, actor: str) -> None:
    """End one's own membership, whatever the role; only the last owner stays. Raises NotFound, LastOwner."""
    _end(membership, actor, "member.leave")


def check_staff(provider: Provider, staff: StaffMember | None, besides: Membership | None = None) -> None:
    """Whether a member (`besides` themself) may be this person. Raises NotOfThisBusiness, AlreadyMember."""
    if staff is None:
        return
    if staff.provider_id != provider.pk:
        raise NotOfThisBusiness(field="staff")
    taken = Membership.objects.filter(staff=staff)
    if besides is not None:
        taken = taken.exclude(pk=besides.pk)
    if taken.exists():
        raise AlreadyMember(field="staff")


def tell_of(membership: Membership, provider: Provider, event: str, actor: str, action: str) -> None:
    """Write the audit row and the event of a change of `membership`."""
    tell(
        provider,
        type=event,
        actor=actor,
        action=action,
        of="user",
        of_id=membership.user.public_id,
        role=str(membership.role),
    )


def _end(membership: Membership, actor: str, action: str) -> None:
    provider = lock_provider(membership.provider_id)
    membership = _again(membership)
    if membership.role == Role.OWNER:
        _keep_an_owner(membership)
    end_membership(membership, provider, actor, action)


def end_membership(membership: Membership, provider: Provider, actor: str, action: str) -> None:
    """End it and remember it, under the business's lock; whether the business keeps an owner is the caller's."""
    tell_of(membership, provider, events.MEMBER_REMOVED, actor, action)
    # Both by the database's clock.
    PastMembership.objects.create(
        provider=provider,
        user=membership.user,
        role=membership.role,
        since=membership.created_at,
        until=Now(),
    )
    membership.delete()


def _again(membership: Membership) -> Membership:
    found = Membership.objects.select_related("user", "staff").filter(pk=membership.pk).first()
    if found is None:
        raise NotFound
    return found


def _keep_an_owner(leaving: Membership) -> None:
    others = Membership.objects.filter(provider_id=leaving.provider_id, role=Role.OWNER).exclude(
        pk=leaving.pk
    )
    if not others.exists():
        raise LastOwner
