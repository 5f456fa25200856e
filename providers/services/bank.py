"""The bank account of a business: entered, changed and removed by its owners, opened by operators.

Events and the audit trail hold what is shown of it, its country and last four: that is the history that is kept.
"""

from django.db import transaction

from accounts.models import User
from common import audit, clock
from common.actors import SYSTEM, user_actor
from common.errors import NotFound
from providers import events
from providers.enums import AccountForm
from providers.models import BankAccount, Provider
from providers.rules.bank import Account
from providers.services.record import lock_provider, tell


@transaction.atomic
def set_bank_account(*, provider: Provider, account: Account, user: User) -> BankAccount:
    """Have the business paid to this account; all of its owners are told by mail.

    The same account again changes nothing, so that a form may be sent twice.
    """
    provider = lock_provider(provider.pk)
    before = BankAccount.objects.filter(provider=provider).first()
    if before and (before.country, before.holder, before.number, before.bank) == (
        account.country,
        account.holder,
        account.number,
        account.bank,
    ):
        return before
    row, _created = BankAccount.objects.update_or_create(
        provider=provider,
        defaults={
            "form": AccountForm.IBAN if account.has_iban else AccountForm.PLAIN,
            "country": account.country,
            "holder": account.holder,
            "number": account.number,
            "bank": account.bank,
            "last4": account.number[-4:],
            "changed_at": clock.now(),
            "changed_by": user,
        },
    )
    _tell(
        provider,
        event=events.BANK_CHANGED,
        actor=user_actor(user.public_id),
        action="bank.change",
        before=before.masked if before else "",
        after=row.masked,
    )
    return row


@transaction.atomic
def remove_bank_account(*, provider: Provider, actor: str) -> None:
    """Forget the account; without one nothing happens. The business's owners are told by mail."""
    provider = lock_provider(provider.pk)
    row = BankAccount.objects.filter(provider=provider).first()
    if row is None:
        return
    row.delete()
    _tell(
        provider,
        event=events.BANK_REMOVED,
        actor=actor,
        action="bank.remove",
        before=row.masked,
        after="",
    )


def forget_accounts_of(user_pk: int) -> None:
    """Remove the accounts that somebody who is being erased has entered: they may be their own."""
    for row in (
        BankAccount.objects.filter(changed_by_id=user_pk).select_related("provider").order_by("provider_id")
    ):
        remove_bank_account(provider=row.provider, actor=SYSTEM)


@transaction.atomic
def open_bank_account(*, provider: Provider, operator: User) -> BankAccount:
    """The account for an operator who is about to see it whole: each opening is in the audit trail.

    Raises NotFound when there is none.
    """
    row = BankAccount.objects.filter(provider=provider).select_related("changed_by").first()
    if row is None:
        raise NotFound
    audit.record(
        actor=user_actor(operator.public_id),
        action="bank.open",
        object_type="bank_account",
        object_id=provider.public_id,
        chained=True,
        shown=row.masked,
    )
    return row


def _tell(provider: Provider, *, event: str, actor: str, action: str, before: str, after: str) -> None:
    tell(
        provider,
        type=event,
        actor=actor,
        action=action,
        of="bank_account",
        of_id=provider.public_id,
        before=before,
        after=after,
    )
