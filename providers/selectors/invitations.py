"""Invitations to join a business: those of a business, and those to whoever asks."""

from allauth.account.models import EmailAddress
from django.core import signing
from django.db.models import QuerySet

from accounts.models import User
from accounts.principals import Principal
from common import clock
from common.errors import NotFound
from providers.enums import InvitationStatus
from providers.models import Invitation, Provider
from providers.selectors.access import READ

_SALT = "providers.invitation"


def open_invitations(provider: Provider) -> QuerySet[Invitation]:
    """Those of a business that can still be accepted, oldest first, with who they would be. One query."""
    return _live().filter(provider=provider).select_related("staff").order_by("pk")


def invitations_to(user: User | None) -> QuerySet[Invitation]:
    """Those to an address that `user` has shown to be theirs, oldest first, with the business."""
    emails = [
        email.lower()
        for email in EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    ]
    return _live().filter(email__in=emails).select_related("provider").order_by("pk")


def my_invitations(principal: Principal) -> QuerySet[Invitation]:
    """The caller's own open invitations. Raises NotSignedIn, NotAllowed."""
    user = principal.require_user()
    principal.require_scope(READ)
    return invitations_to(user)


def my_invitation(principal: Principal, invitation_id: str, *, scope: str) -> Invitation:
    """One of the caller's own open invitations. Raises NotSignedIn, NotAllowed, NotFound."""
    user = principal.require_user()
    principal.require_scope(scope)
    return _named(invitations_to(user), invitation_id)


def invitation_of(provider: Provider, invitation_id: str) -> Invitation:
    """An open invitation of a business. Raises NotFound."""
    return _named(open_invitations(provider), invitation_id)


def key_of(invitation: Invitation) -> str:
    """The key for the link of its mail: it shows and declines this invitation, while it is open, and no more."""
    return signing.Signer(salt=_SALT).sign(invitation.public_id)


def invitation_of_key(key: str) -> Invitation:
    """The open invitation behind a link's key. Raises NotFound."""
    try:
        public_id = signing.Signer(salt=_SALT).unsign(key)
    except signing.BadSignature:
        raise NotFound from None
    return _named(_live().select_related("provider"), public_id)


def find_invitation(public_id: str) -> Invitation | None:
    """The open invitation that is mailed, with its business; None once it has ended."""
    return _live().select_related("provider").filter(public_id=public_id).first()


def _live() -> QuerySet[Invitation]:
    return Invitation.objects.filter(status=InvitationStatus.OPEN, expires_at__gt=clock.now())


def _named(rows: QuerySet[Invitation], public_id: str) -> Invitation:
    # Text that PostgreSQL cannot hold names nothing.
    found = None if "\x00" in public_id else rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found
