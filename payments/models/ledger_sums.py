"""What the ledger's entries sum to by day and by month: worked out from them, so that old books are not read again.

Both grow with `payments.services.keep_checkpoints`, which counts every entry once; entries after `upto` are not in them
yet, and whoever reads adds those up. Whoever loses the rows gets them again. Days and months are those of UTC.
"""

from django.db import models

from payments.models.ledger import LedgerAccount


class LedgerDay(models.Model):
    """What transactions of one kind moved on one day, over all accounts of one kind in one currency.

    Read by the operators' money page (`payments.selectors.overview`).
    """

    day = models.DateField()
    account_kind = models.CharField(max_length=16)  # payments.enums.AccountKind
    transaction_kind = models.CharField(max_length=16)  # payments.enums.TransactionKind
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()  # minor units
    # The entry up to which they were counted when the row last moved.
    upto = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "account_kind", "transaction_kind", "currency"], name="ledger_day_is_one"
            ),
        ]
        indexes = [models.Index(fields=["-upto"], name="ledger_days_upto")]

    def __str__(self) -> str:
        return f"{self.day} {self.account_kind} {self.transaction_kind}: {self.amount} {self.currency}"


class LedgerMonth(models.Model):
    """What an account's entries of one month sum to, and between which of them they lie; of accounts that keep no
    balance. Read by statements (`payments.selectors.spans`)."""

    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="months")
    month = models.DateField(help_text="its first day")
    amount = models.BigIntegerField()  # minor units
    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField()
    upto = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "month"], name="ledger_month_is_one"),
        ]
        indexes = [models.Index(fields=["-upto"], name="ledger_months_upto")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.month:%Y-%m}: {self.amount}"
