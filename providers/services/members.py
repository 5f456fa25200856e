"""Who belongs to a business, and as what. A business always has at least one owner."""

from django.db import transaction

from accounts.errors import EmailInvalid
from accounts.models import User
from accounts.services.contacts import clean_email
from common.errors import NotFound
from providers import events
from providers.enums import Role
from providers.errors import AlreadyMember, LastOwner, NotOfThisBusiness
from providers.models import Membership, Provider, StaffMember
from providers.services.record import lock_provider, tell


@transaction.atomic
def add_member(
    *, provider: Provider, email: str, role: Role, actor: str, staff: StaffMember | None = None
) -> Membership:
    """Make the person with this e-mail a member; without an account yet, one is made for them.

    Only a code sent to that address opens it, so whoever adds a member learns nothing about who has signed
    up. `staff` says who they are on the board. Raises EmailInvalid, AlreadyMember, NotOfThisBusiness.
    """
    address = clean_email(email)
    if address is None:
        raise EmailInvalid(field="email")
    provider = lock_provider(provider.pk)
    user = User.objects.filter(email__iexact=address).first() or User.objects.create_user(address)
    if Membership.objects.filter(provider=provider, user=user).exists():
        raise AlreadyMember
    _check_staff(provider, staff)
    membership = Membership.objects.create(provider=provider, user=user, role=Role(role), staff=staff)
    _tell(membership, provider, events.MEMBER_ADDED, actor, "member.add")
    return membership


@transaction.atomic
def change_member(
    *, membership: Membership, role: Role, actor: str, staff: StaffMember | None = None
) -> Membership:
    """Change a member's role and who they are on the board.

    Raises LastOwner, AlreadyMember, NotOfThisBusiness.
    """
    provider = lock_provider(membership.provider_id)
    membership = _again(membership)
    if membership.role == Role.OWNER and role != Role.OWNER:
        _keep_an_owner(membership)
    _check_staff(provider, staff, besides=membership)
    membership.role, membership.staff = Role(role), staff
    membership.save(update_fields=["role", "staff"])
    _tell(membership, provider, events.MEMBER_CHANGED, actor, "member.change")
    return membership


@transaction.atomic
def remove_member(*, membership: Membership, actor: str) -> None:
    """End a membership; what the person did stays. Raises LastOwner."""
    provider = lock_provider(membership.provider_id)
    membership = _again(membership)
    if membership.role == Role.OWNER:
        _keep_an_owner(membership)
    _tell(membership, provider, events.MEMBER_REMOVED, actor, "member.remove")
    membership.delete()


def _again(membership: Membership) -> Membership:
    found = Membership.objects.select_related("user").filter(pk=membership.pk).first()
    if found is None:
        raise NotFound
    return found


def _keep_an_owner(leaving: Membership) -> None:
    others = Membership.objects.filter(provider_id=leaving.provider_id, role=Role.OWNER).exclude(
        pk=leaving.pk
    )
    if not others.exists():
        raise LastOwner


def _check_staff(provider: Provider, staff: StaffMember | None, besides: Membership | None = None) -> None:
    if staff is None:
        return
    if staff.provider_id != provider.pk:
        raise NotOfThisBusiness(field="staff")
    taken = Membership.objects.filter(staff=staff)
    if besides is not None:
        taken = taken.exclude(pk=besides.pk)
    if taken.exists():
        raise AlreadyMember(field="staff")


def _tell(membership: Membership, provider: Provider, event: str, actor: str, action: str) -> None:
    tell(
        provider,
        type=event,
        actor=actor,
        action=action,
        of="user",
        of_id=membership.user.public_id,
        role=str(membership.role),
    )
