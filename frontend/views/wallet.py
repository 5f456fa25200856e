"""The account's wallet: what is in it, and how it came and went."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.principals import Principal
from common.errors import DomainError
from common.money import Money
from frontend.once import new_key, once
from frontend.recently import recently
from frontend.views.provider_forms import DeskForm, text_field
from payments.enums import TransactionKind
from payments.selectors.wallets import (
    payable_out,
    returnable,
    wallet_lines,
    wallet_payouts_of,
    wallets_of,
)
from payments.services import ask_wallet_payout, send_wallet_back
from providers.rules.bank import HOLDER_LENGTH, by_iban

WORDS = {
    TransactionKind.COMPENSATION: _("A business cancelled late"),
    TransactionKind.CAPTURE: _("Paid with it"),
    TransactionKind.REFUND_PAID: _("Back from a visit"),
    TransactionKind.REFUND: _("Sent back the way it came"),
    TransactionKind.PAYOUT: _("To your bank account"),
    TransactionKind.REVERSAL: _("Put right"),
}
SHOWN = 100


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def wallet(request: HttpRequest) -> HttpResponse:
    """The balances by currency, and the newest movements; POST sends back what came from elsewhere."""
    user = request.user
    assert isinstance(user, User)
    if request.method == "POST":
        return _send_back(request, user)
    balances = wallets_of(user.public_id)
    return render(
        request,
        "account/wallet.html",
        {
            "balances": [
                (
                    Money(amount, currency),
                    Money(back := returnable(user.public_id, currency), currency),
                    Money(amount - back, currency),
                    new_key(),
                )
                for currency, amount in balances.items()
            ],
            "to_bank": [
                (each, Money(each.amount, each.currency)) for each in wallet_payouts_of(user.public_id)[:10]
            ],
            "lines": [
                (
                    line.at,
                    WORDS.get(line.kind, line.kind.label),
                    line.booking_ref,
                    Money(line.amount, line.currency),
                )
                for line in wallet_lines(user.public_id, SHOWN)
            ],
        },
    )


def _send_back(request: HttpRequest, user: User) -> HttpResponse:
    """The amount as it was shown; what is refused is said on the page."""
    principal: Principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
    typed, currency = request.POST.get("amount", ""), request.POST.get("currency", "")
    if not is_code(currency):
        return redirect("account_wallet")
    amount = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0

    def run() -> dict[str, int]:
        sent = send_wallet_back(
            user_id=user.public_id, currency=currency, amount=amount, actor=principal.actor
        )
        return {"sent": sum(refund.amount for refund in sent)}

    try:
        once(request, request.POST.get("key", ""), run)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, gettext("It is on its way back, the way it came."))
    return redirect("account_wallet")


def is_code(currency: str) -> bool:
    """Whether it could be a currency's code; other text may be such as the database cannot hold."""
    return len(currency) == 3 and currency.isascii() and currency.isalpha()


class OutForm(DeskForm):
    """Whose account, and its IBAN."""

    holder = text_field(_("Account holder"), longest=HOLDER_LENGTH, help_text=_("As your bank has it."))
    iban = text_field("IBAN", longest=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))


@recently(back="account_wallet")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def out(request: HttpRequest, currency: str) -> HttpResponse:
    """What came from nowhere else goes to a bank account: the form, for who has shown lately who they are."""
    user = request.user
    assert isinstance(user, User)
    amount = payable_out(user.public_id, currency) if is_code(currency) else 0
    if amount <= 0:
        return redirect("account_wallet")
    form = OutForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        principal: Principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
        shown = request.POST.get("amount", "")

        def ask() -> dict[str, str]:
            found = ask_wallet_payout(
                user_id=user.public_id,
                currency=currency,
                amount=int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 16 else 0,
                account=by_iban(holder=form.cleaned_data["holder"], iban=form.cleaned_data["iban"]),
                actor=principal.actor,
            )
            return {"id": found.public_id}

        try:
            once(request, request.POST.get("key", ""), ask)
        except DomainError as error:
            named = error.data.get("field")
            form.add_error(named if named in form.fields else None, str(error))
        else:
            messages.success(request, gettext("Asked for. It takes some days: a person here pays it."))
            return redirect("account_wallet")
    return render(
        request,
        "account/wallet_out.html",
        {"form": form, "amount": Money(amount, currency), "key": new_key()},
        status=422 if form.is_bound else 200,
    )
