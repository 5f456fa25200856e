"""Reads: the bank account of a business. What is encrypted of it goes to its owner's download, and to who opens it."""

from providers.models import BankAccount, Provider


def bank_account(provider: Provider) -> BankAccount | None:
    """The account that the business is paid to, with who entered it; None while there is none. One query."""
    return BankAccount.objects.filter(provider=provider).select_related("changed_by", "provider").first()
