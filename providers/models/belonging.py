"""How people come to belong to a business, and who once did."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Lower, Now

from common.public_ids import PublicIdField
from providers.enums import InvitationStatus, Role
from providers.models.business import Provider


class Invitation(models.Model):
    """An owner asks whoever reads an address to join. It gives nobody anything until that person accepts.

    The row holds the address only while it is open: what has ended names nobody. Of whose account the address
    is, or whether there is one, it says nothing.
    """

    public_id = PublicIdField(prefix="inv")
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(blank=True, help_text="as the business typed it; empty once it has ended")
    role = models.CharField(max_length=8, choices=Role)
    # Who they are going to be on the board.
    staff = models.ForeignKey(
        "StaffMember", null=True, blank=True, on_delete=models.SET_NULL, related_name="invitations"
    )
    status = models.CharField(max_length=9, choices=InvitationStatus, default=InvitationStatus.OPEN)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.F("provider"),
                Lower("email"),
                condition=models.Q(status=InvitationStatus.OPEN),
                name="one_open_invitation_per_address",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_is_known"),
            models.CheckConstraint(
                condition=models.Q(status=InvitationStatus.OPEN, ended_at__isnull=True) & ~models.Q(email="")
                | models.Q(
                    status__in=[each for each in InvitationStatus.values if each != InvitationStatus.OPEN],
                    ended_at__isnull=False,
                    email="",
                ),
                name="ended_invitation_names_nobody",
            ),
        ]
        indexes = [
            models.Index(
                Lower("email"),
                condition=models.Q(status=InvitationStatus.OPEN),
                name="invitations_of_an_address",
            ),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(status=InvitationStatus.OPEN),
                name="invitations_by_end",
            ),
            models.Index(fields=["provider", "created_at"], name="invitations_of_a_business"),
        ]
        triggers = [
            # What was accepted, declined, withdrawn or has expired stays so, whoever writes.
            pgtrigger.FSM(
                name="invitation_status_moves",
                field="status",
                transitions=[
                    (InvitationStatus.OPEN.value, each)
                    for each in InvitationStatus.values
                    if each != InvitationStatus.OPEN
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.status}"


class PastMembership(models.Model):
    """Somebody belonged to a business from `since` until `until`. Written when they leave, never changed.

    Read when they review a visit of that time: who worked there then cannot.
    """

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="past_memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="past_memberships"
    )
    role = models.CharField(max_length=8, choices=Role)
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(since__lte=models.F("until")), name="past_membership_ends_after_it_began"
            ),
        ]
        indexes = [models.Index(fields=["provider", "user"], name="past_memberships_of_a_person")]
        triggers = [
            pgtrigger.Protect(name="past_membership_stays", operation=pgtrigger.Update),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} was {self.role} of {self.provider_id}"
