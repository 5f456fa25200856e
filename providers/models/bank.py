"""Where a business is paid: one bank account, encrypted."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from common.crypto import EncryptedTextField
from providers.enums import AccountForm
from providers.rules.bank import shown


class BankAccount(models.Model):
    """The account that a business is paid to. Beside what is encrypted stands only what is shown of it."""

    provider = models.OneToOneField("Provider", on_delete=models.PROTECT, related_name="bank_account")
    form = models.CharField(max_length=5, choices=AccountForm)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2")
    holder = EncryptedTextField()
    number = EncryptedTextField(help_text="the IBAN, or the account's number where there is none")
    # Who keeps an account without an IBAN: a BIC, or the bank's code in its country.
    bank = EncryptedTextField(blank=True, default="")
    last4 = models.CharField(max_length=4)
    changed_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(form=AccountForm.IBAN, bank="") | (Q(form=AccountForm.PLAIN) & ~Q(bank="")),
                name="bank_account_without_iban_names_its_bank",
            ),
            models.CheckConstraint(
                condition=~Q(holder="") & ~Q(number=""), name="bank_account_has_holder_and_number"
            ),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"), name="bank_account_country_is_iso_3166"
            ),
            models.CheckConstraint(
                condition=Q(last4__regex=r"^[0-9A-Z]{4}$"), name="bank_account_shows_its_last_four"
            ),
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        """What is shown of it: the country and the last four characters."""
        return shown(self.country, self.last4)
