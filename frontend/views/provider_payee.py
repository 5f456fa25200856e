"""The account that the payment company keeps for a business: its owners set it up on the company's page."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from common.errors import DomainError, NotFound
from frontend.payee_words import Payee, payee_words
from frontend.recently import recently
from frontend.views.provider_desk import Desk, at_desk
from payments.selectors.payouts import terms_of
from payments.services import set_up_payee, sync_payee
from providers.enums import Role
from providers.selectors.bank import bank_account

again = recently(back="provider:payee", carry=("provider_id",))


def _payee(desk: Desk) -> Payee:
    """Raises NotFound where nothing of the kind is set up."""
    found = payee_words(desk.provider, terms_of(desk.provider))
    if found is None:
        raise NotFound
    return found


@at_desk(Role.OWNER)
def account(desk: Desk) -> HttpResponse:
    """How it stands, and what is missing."""
    return desk.render(
        "payee",
        nav="money",
        payee=_payee(desk),
        expired="expired" in desk.request.GET,
        bank=bank_account(desk.provider),
        zone=desk.zone,
    )


@again
@at_desk(Role.OWNER, methods=("POST",))
def go_on(desk: Desk) -> HttpResponse:
    """Begin, or go on: to the payment company's page."""
    _payee(desk)
    id = desk.provider.public_id
    back = desk.request.build_absolute_uri(reverse("provider:payee_back", args=[id]))
    page = desk.request.build_absolute_uri(reverse("provider:payee", args=[id]))
    try:
        url = set_up_payee(
            provider=desk.provider, return_url=back, expired_url=f"{page}?expired=1", actor=desk.actor
        )
    except DomainError as error:
        if error.status not in (502, 503):
            raise
        messages.error(desk.request, str(error))
        return redirect("provider:payee", id)
    return HttpResponseRedirect(url.removeprefix(settings.SITE_URL))


@at_desk(Role.OWNER)
def back(desk: Desk) -> HttpResponse:
    """Back from the payment company's page: it is asked, so that nobody waits for its message."""
    found = _payee(desk)
    if found.row is not None:
        try:
            sync_payee(payee=found.row.public_id)
        except DomainError:
            messages.info(
                desk.request, _("The payment company does not answer just now. This page follows it.")
            )
    return redirect("provider:payee", desk.provider.public_id)
