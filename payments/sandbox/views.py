"""The sandbox's hosted page: where a customer of a real gateway would enter a card."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from common.money import Money
from payments.sandbox import service
from payments.sandbox.models import IntentStatus, SandboxIntent

CHOICES = [
    ("pay_slowly", _("Pay, confirmed after 10 seconds")),
    ("pay_twice", _("Pay, and tell the shop twice")),
    ("pay_disordered", _("Pay, and tell the shop in the wrong order")),
    ("decline", _("Decline the card")),
]


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
        except service.SandboxError:
            return HttpResponse(status=400)
        return HttpResponseRedirect(intent.return_url)
    amount = Money(intent.amount, intent.currency).format(get_language() or "en")
    return render(
        request,
        "sandbox/pay.html",
        {
            "intent": intent,
            "amount": amount,
            "is_open": intent.status == IntentStatus.REQUIRES_PAYMENT,
            "choices": CHOICES,
        },
    )
