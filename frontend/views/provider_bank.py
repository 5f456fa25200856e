"""Where a business is paid: its bank account, for owners only, who show first that it is them."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from frontend.recently import recently
from frontend.views.provider_bank_forms import BankForm
from frontend.views.provider_desk import Desk, at_desk, attempt
from providers.enums import Role
from providers.rules import bank as rules
from providers.rules.bank import Account
from providers.selectors.bank import bank_account
from providers.services import bank

again = recently(back="provider:bank", carry=("provider_id",))
owners_form = at_desk(Role.OWNER, methods=("GET", "HEAD", "POST"))


@at_desk(Role.OWNER)
def account(desk: Desk) -> HttpResponse:
    """What is shown of the account, who entered it and when."""
    return desk.render("bank", nav="bank", account=bank_account(desk.provider), zone=desk.zone)


@again
@owners_form
def edit(desk: Desk) -> HttpResponse:
    """Enter the account, or another one: nothing of the present one is filled in."""
    form = BankForm(desk.request.POST or None)
    if desk.sent and attempt(
        form,
        lambda: bank.set_bank_account(provider=desk.provider, account=_read(form), user=desk.membership.user),
    ):
        return desk.done(_("Saved. All owners are told by mail."), "bank")
    present = bank_account(desk.provider)
    return desk.render(
        "bank_form", nav="bank", status=422 if form.is_bound else 200, form=form, account=present
    )


def _read(form: BankForm) -> Account:
    given = form.cleaned_data
    if given["iban"]:
        return rules.by_iban(holder=given["holder"], iban=given["iban"])
    return rules.by_number(
        holder=given["holder"], country=given["country"], bank=given["bank"], number=given["number"]
    )


@again
@owners_form
def remove(desk: Desk) -> HttpResponse:
    """Forget the account, after asking."""
    if desk.sent:
        bank.remove_bank_account(provider=desk.provider, actor=desk.actor)
        return desk.done(_("Removed. All owners are told by mail."), "bank")
    return desk.confirm(
        nav="bank",
        title=_("Remove the bank account?"),
        text=_("Without one we cannot pay you. You can enter another at any time."),
        action=_("Remove"),
        back=reverse("provider:bank", args=[desk.provider.public_id]),
    )
