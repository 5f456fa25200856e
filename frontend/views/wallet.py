"""The account's wallet: what is in it, and how it came and went."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from common.money import Money
from payments.enums import TransactionKind
from payments.selectors.wallets import wallet_lines, wallets_of

WORDS = {
    TransactionKind.COMPENSATION: _("A business cancelled late"),
    TransactionKind.CAPTURE: _("Paid with it"),
    TransactionKind.REFUND_PAID: _("Back from a visit"),
    TransactionKind.REVERSAL: _("Put right"),
}
SHOWN = 100


@login_required
@never_cache
@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    """The balances by currency, and the newest movements."""
    user = request.user
    assert isinstance(user, User)
    return render(
        request,
        "account/wallet.html",
        {
            "balances": [Money(amount, currency) for currency, amount in wallets_of(user.public_id).items()],
            "lines": [
                (
                    line.at,
                    WORDS.get(line.kind, line.kind.label),
                    line.booking_ref,
                    Money(line.amount, line.currency),
                )
                for line in wallet_lines(user.public_id)[:SHOWN]
            ],
        },
    )
