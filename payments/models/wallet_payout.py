"""What somebody has in their wallet and wants in their bank account: asked for by them, paid by operators."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from common.crypto import EncryptedTextField
from common.public_ids import PublicIdField
from payments.enums import WalletPayoutState

_S = WalletPayoutState


class WalletPayout(models.Model):
    """One sum on its way from a wallet to a bank account by hand. Its money waits in a `payout_due` account of its own.

    What it says never changes, its state does once; the account number is blanked when it has ended. The database
    refuses a large one with one name on it. Read by the desk, and by the wallet's page.
    """

    public_id = PublicIdField(prefix="wpo")
    user = models.CharField(max_length=40)  # a user's public id
    amount = models.PositiveBigIntegerField()  # minor units
    currency = models.CharField(max_length=3)
    # As the bank has it; encrypted, and emptied when it has ended.
    holder = EncryptedTextField(blank=True, default="")
    iban = EncryptedTextField(blank=True, default="")
    shown_account = models.CharField(max_length=24, help_text="the country and the last four")
    needs_second = models.BooleanField()
    state = models.CharField(max_length=8, choices=WalletPayoutState, default=WalletPayoutState.ASKED)
    asked_at = models.DateTimeField(db_default=Now())
    agreed_by = models.CharField(max_length=64, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=64, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="wallet_payout_is_of_something"),
            models.CheckConstraint(
                condition=Q(state=_S.ASKED, ended_by="", ended_at__isnull=True)
                | (~Q(state=_S.ASKED) & ~Q(ended_by="") & Q(ended_at__isnull=False)),
                name="wallet_payout_says_who_ended_it",
            ),
            models.CheckConstraint(
                condition=Q(agreed_by="", agreed_at__isnull=True)
                | (~Q(agreed_by="") & Q(agreed_at__isnull=False)),
                name="wallet_payout_says_when_it_was_agreed_to",
            ),
            models.CheckConstraint(
                condition=~Q(state=_S.PAID, needs_second=True)
                | (~Q(agreed_by="") & ~Q(agreed_by=F("ended_by"))),
                name="large_wallet_payout_has_two_people",
            ),
            models.UniqueConstraint(
                fields=["user", "currency"],
                condition=Q(state=_S.ASKED),
                name="wallet_payout_one_open_per_wallet",
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(state=_S.ASKED), name="wallet_payouts_to_pay"),
        ]
        triggers = [
            pgtrigger.Protect(name="wallet_payout_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="wallet_payout_says_the_same",
                operation=pgtrigger.UpdateOf("user", "amount", "currency", "needs_second"),
            ),
            pgtrigger.FSM(
                name="wallet_payout_ends_once",
                field="state",
                transitions=[(_S.ASKED, _S.PAID), (_S.ASKED, _S.REFUSED)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"
