"""Joining a business: an owner invites an address, and whoever it belongs to accepts, or does not."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import transaction

from accounts.errors import EmailInvalid
from accounts.models import User
from accounts.services.contacts import clean_email
from common import clock
from common.actors import SYSTEM, user_actor
from common.errors import NotFound
from providers import events
from providers.enums import InvitationStatus, Role
from providers.errors import AlreadyInvited, AlreadyMember, InvitationEnded, InvitationLimit
from providers.models import Invitation, Membership, Provider, StaffMember
from providers.selectors.invitations import invitations_to
from providers.services.members import check_staff, tell_of
from providers.services.record import lock_provider, tell

DAYS = 14
# Of one business, within 24 hours: its name goes to whoever reads the address.
PER_DAY = 20
BATCH = 200


@transaction.atomic
def invite_member(
    *, provider: Provider, email: str, role: Role, actor: str, staff: StaffMember | None = None
) -> Invitation:
    """Ask whoever reads `email` to join within 14 days. Nobody is a member by this.

    `staff` says who they are going to be on the board. The answer is the same whether the address has an account
    or not. Raises EmailInvalid, AlreadyMember (for an address that the business sees among its members),
    AlreadyInvited, InvitationLimit, NotOfThisBusiness.
    """
    address = clean_email(email)
    if address is None:
        raise EmailInvalid(field="email")
    provider = lock_provider(provider.pk)
    if Membership.objects.filter(provider=provider, user__email__iexact=address).exists():
        raise AlreadyMember(field="email")
    check_staff(provider, staff)
    now = clock.now()
    mine = Invitation.objects.filter(provider=provider)
    if mine.filter(created_at__gt=now - timedelta(days=1)).count() >= PER_DAY:
        raise InvitationLimit(max=PER_DAY)
    for before in mine.filter(status=InvitationStatus.OPEN, email=address):
        if before.expires_at > now:
            raise AlreadyInvited(field="email")
        _end(before, provider, InvitationStatus.EXPIRED, SYSTEM)
    made = Invitation.objects.create(
        provider=provider,
        email=address,
        role=Role(role),
        staff=staff,
        created_at=now,
        expires_at=now + timedelta(days=DAYS),
    )
    _tell(made, provider, events.MEMBER_INVITED, actor, "member.invite")
    return made


@transaction.atomic
def accept_invitation(*, invitation: Invitation, user: User) -> Membership:
    """Make `user` a member, if the invited address is one that they have shown to be theirs.

    Somebody else may be that person on the board by now: then they join as nobody on it. Raises NotFound,
    InvitationEnded, AlreadyMember.
    """
    # Before the business: who is being erased joins nothing (docs/locking.md).
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.erased_at or not user.is_active:
        raise NotFound
    provider = lock_provider(invitation.provider_id)
    invitation = _again(invitation)
    if not invitations_to(user).filter(pk=invitation.pk).exists():
        raise NotFound
    if Membership.objects.filter(provider=provider, user=user).exists():
        raise AlreadyMember
    staff = invitation.staff
    if staff and (staff.archived_at or Membership.objects.filter(staff=staff).exists()):
        staff = None
    actor = user_actor(user.public_id)
    _end(invitation, provider, InvitationStatus.ACCEPTED, actor)
    membership = Membership.objects.create(provider=provider, user=user, role=invitation.role, staff=staff)
    tell_of(membership, provider, events.MEMBER_ADDED, actor, "member.add")
    return membership


@transaction.atomic
def decline_invitation(*, invitation: Invitation, actor: str) -> None:
    """The invited person does not want to; the caller has shown that it is theirs. Raises InvitationEnded."""
    provider = lock_provider(invitation.provider_id)
    _end(_again(invitation), provider, InvitationStatus.DECLINED, actor)


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, actor: str) -> None:
    """The business takes it back. Raises InvitationEnded."""
    provider = lock_provider(invitation.provider_id)
    _end(_again(invitation), provider, InvitationStatus.WITHDRAWN, actor)


def expire_invitations() -> int:
    """End those whose days are over, each in a transaction of its own; answers how many.

    Any number of workers may run this.
    """
    over = Invitation.objects.filter(status=InvitationStatus.OPEN, expires_at__lte=clock.now())
    rows = list(over.order_by("expires_at", "pk")[:BATCH])
    return sum(_end_by_itself(row, InvitationStatus.EXPIRED) for row in rows)


@transaction.atomic
def forget_invitations(*, emails: Collection[str]) -> None:
    """End every open invitation to these addresses (lower case): whoever read them is being erased."""
    rows = Invitation.objects.filter(status=InvitationStatus.OPEN, email__in=emails)
    for row in list(rows.order_by("provider_id", "pk")):
        _end_by_itself(row, InvitationStatus.DECLINED)


@transaction.atomic
def _end_by_itself(invitation: Invitation, status: InvitationStatus) -> bool:
    provider = lock_provider(invitation.provider_id)
    if not Invitation.objects.filter(pk=invitation.pk, status=InvitationStatus.OPEN).exists():
        return False
    _end(invitation, provider, status, SYSTEM)
    return True


def _again(invitation: Invitation) -> Invitation:
    """It, as it is under the business's lock. Raises InvitationEnded."""
    found = (
        Invitation.objects.select_related("staff")
        .filter(pk=invitation.pk, status=InvitationStatus.OPEN, expires_at__gt=clock.now())
        .first()
    )
    if found is None:
        raise InvitationEnded
    return found


def _end(invitation: Invitation, provider: Provider, status: InvitationStatus, actor: str) -> None:
    invitation.status, invitation.email, invitation.ended_at = status, "", clock.now()
    invitation.save(update_fields=["status", "email", "ended_at"])
    _tell(invitation, provider, events.INVITATION_ENDED, actor, f"invitation.{status}", outcome=str(status))


def _tell(
    invitation: Invitation, provider: Provider, event: str, actor: str, action: str, **data: Any
) -> None:
    tell(
        provider,
        type=event,
        actor=actor,
        action=action,
        of="invitation",
        of_id=invitation.public_id,
        role=str(invitation.role),
        **data,
    )
