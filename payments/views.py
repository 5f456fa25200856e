"""Where gateways send their webhooks."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from common.errors import DomainError
from payments import services
from payments.errors import WebhookTooLarge

MAX_BODY = 64 * 1024


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, gateway: str) -> HttpResponse:
    """200 once the message is kept and applied, now or before; a gateway repeats what gets another answer."""
    try:
        body = request.read(MAX_BODY + 1)
        if len(body) > MAX_BODY:
            raise WebhookTooLarge
        services.receive_webhook(gateway=gateway, headers=request.headers, body=body)
    except DomainError as error:
        return JsonResponse(
            {"code": error.code, "title": str(error.title), "status": error.status},
            status=error.status,
            content_type="application/problem+json",
        )
    return HttpResponse(status=200)
