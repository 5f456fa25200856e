"""The sandbox's hosted page: where a customer of a real gateway would enter a card."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from common.money import Money
from payments.sandbox import payees, service
from payments.sandbox.models import IntentStatus, SandboxIntent, SandboxPayee
from payments.sandbox.wire import SandboxError

# The ways of paying that try the shop's patience.
CHOICES = [
    {
        "action": "step_up",
        "name": _("The bank asks"),
        "text": _("Your bank wants you to confirm the payment on a page of its own."),
    },
    {
        "action": "pay_slowly",
        "name": _("Slowly"),
        "text": _("You go back at once, the money arrives 10 seconds later."),
    },
    {"action": "pay_twice", "name": _("Told twice"), "text": _("The shop gets the same message two times.")},
    {
        "action": "pay_disordered",
        "name": _("Told in the wrong order"),
        "text": _("The shop hears “paid” first and “being paid” after it."),
    },
]
KEPT_BADLY = {
    "action": "pay_once",
    "name": _("Declined the next time"),
    "text": _("It pays now and is kept, and the bank declines it when you pay with it again."),
}
STATES = {
    IntentStatus.REQUIRES_ACTION: _("Your bank asks: is this payment yours?"),
    IntentStatus.AUTHORIZED: _("The amount is held on the card"),
    IntentStatus.PROCESSING: _("This payment is being made"),
    IntentStatus.SUCCEEDED: _("This payment is made"),
    IntentStatus.DECLINED: _("The card was declined"),
    IntentStatus.CANCELED: _("This payment was cancelled"),
}


@never_cache
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, intent_id: str) -> HttpResponse:
    """Show the amount and what can happen; POST `action` does it and goes back to the shop."""
    intent = SandboxIntent.objects.filter(public_id=intent_id).first()
    if intent is None:
        raise Http404
    if request.method == "POST":
        try:
            service.act(intent_id, request.POST.get("action", ""))
        except SandboxError:
            return HttpResponse(status=400)
        intent.refresh_from_db()
        # What the bank does afterwards, and its question, stay on these pages.
        if intent.status == IntentStatus.REQUIRES_ACTION or request.POST.get("action") in service.AFTER:
            return HttpResponseRedirect(request.path)
        return HttpResponseRedirect(intent.return_url)
    status = IntentStatus(intent.status)
    return render(
        request,
        "sandbox/pay.html",
        {
            "intent": intent,
            "merchant": intent.merchant,
            "amount": Money(intent.amount, intent.currency).format(get_language() or "en"),
            "is_open": status == IntentStatus.REQUIRES_PAYMENT,
            "asks": status == IntentStatus.REQUIRES_ACTION,
            "dispute": intent.disputes.first(),
            "may_dispute": status == IntentStatus.SUCCEEDED,
            "state": STATES.get(status),
            "choices": [*CHOICES, KEPT_BADLY] if intent.save_card else CHOICES,
            "saves": intent.save_card,
        },
    )


@never_cache
@require_http_methods(["GET", "POST"])
def payee(request: HttpRequest, payee_id: str) -> HttpResponse:
    """Where somebody whom a shop pays says who they are; POST `action` is what the sandbox makes of it."""
    found = SandboxPayee.objects.filter(public_id=payee_id).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        try:
            payees.act(payee_id, request.POST.get("action", ""))
        except SandboxError:
            return HttpResponse(status=400)
        return HttpResponseRedirect(found.return_url or request.path)
    return render(
        request,
        "sandbox/payee.html",
        {"payee": found, "merchant": found.merchant, "wants_document": found.status == "document_needed"},
    )
