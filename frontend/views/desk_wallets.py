"""What people want of their wallets in their bank accounts: operators pay it by hand, and say so here."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.find import user_named
from common.errors import DomainError, NotFound
from common.money import Money
from frontend import desk_nav
from frontend.desk_nav import Queue
from frontend.once import new_key, once
from frontend.views.desk import OperatorsDesk, at_operators_desk
from payments.models import WalletPayout
from payments.selectors.wallets import waiting_wallet_payouts
from payments.services import agree_to_wallet_payout, finish_wallet_payout, refuse_wallet_payout

DO: dict[str, tuple[Callable[..., WalletPayout], str | Promise]] = {
    "agree": (agree_to_wallet_payout, _("Agreed. Somebody else pays it.")),
    "paid": (finish_wallet_payout, _("Noted as paid.")),
    "refuse": (refuse_wallet_payout, _("Back in their wallet.")),
}


@at_operators_desk()
def listing(desk: OperatorsDesk) -> HttpResponse:
    """What is to be paid, with the account to pay it to."""
    return desk.render(
        "wallets",
        nav="wallets",
        rows=[
            {
                "found": row,
                "amount": Money(row.amount, row.currency),
                "who": _name(row.user),
                "may_pay": not row.needs_second or row.agreed_by not in ("", desk.actor),
                "may_agree": row.needs_second and not row.agreed_by,
                "key": new_key(),
            }
            for row in waiting_wallet_payouts()[:200]
        ],
    )


@at_operators_desk(methods=("POST",))
def decide(desk: OperatorsDesk, wallet_payout: str) -> HttpResponse:
    """Agree to a large one, note it as paid, or put it back; what is refused is said on the page."""
    do = desk.request.POST.get("do", "")
    if do not in DO:
        raise NotFound
    service, said = DO[do]
    try:
        once(
            desk.request,
            desk.request.POST.get("key", ""),
            lambda: {"state": service(payout_id=wallet_payout, actor=desk.actor).state},
        )
    except DomainError as error:
        if error.status == 404:
            raise
        messages.error(desk.request, str(error))
    else:
        messages.success(desk.request, str(said))
    return redirect("desk:wallets")


def _name(user_id: str) -> str:
    try:
        return user_named(user_id).name or user_id
    except NotFound:
        return user_id


desk_nav.register(
    Queue(
        name="wallets",
        title=_("Wallets to banks"),
        icon="wallet",
        route="desk:wallets",
        rows=waiting_wallet_payouts,
        since="asked_at",
        position=47,
        late_after_h=72,
    )
)
