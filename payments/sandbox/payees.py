"""The sandbox's accounts of those whom its merchants pay. It checks nobody: what its page is told is what it finds."""

from django.conf import settings

from payments.sandbox.models import SandboxPayee
from payments.sandbox.wire import SandboxError, Wire

# What is done on the page, and how the account stands then.
ACTIONS = {"verify": "verified", "ask_document": "document_needed", "refuse": "refused", "later": ""}


def create_payee(*, merchant: str, reference: str, country: str, idempotency_key: str) -> Wire:
    """Open an account; the same key answers the same one. Raises SandboxError idempotency_mismatch."""
    found, _ = SandboxPayee.objects.get_or_create(
        idempotency_key=idempotency_key,
        defaults={"merchant": merchant, "merchant_reference": reference, "country": country},
    )
    if (found.merchant_reference, found.country) != (reference, country):
        raise SandboxError("idempotency_mismatch")
    return _wire(found)


def get_payee(account: str) -> Wire:
    """The account as it is: `{"id", "reference", "status"}`. Raises SandboxError not_found."""
    return _wire(_found(account))


def page_of(account: str, *, return_url: str) -> Wire:
    """`{"url"}` of the page on which its owner says who they are, and which leads back to `return_url`. Raises
    SandboxError not_found."""
    found = _found(account)
    SandboxPayee.objects.filter(pk=found.pk).update(return_url=return_url)
    return {"url": f"{settings.SITE_URL}/sandbox/payee/{found.public_id}"}


def act(account: str, action: str) -> None:
    """What a person does on the page: verify, ask_document, refuse or later. Raises SandboxError not_found,
    unknown_action."""
    found = _found(account)
    if action not in ACTIONS:
        raise SandboxError("unknown_action")
    if status := ACTIONS[action]:
        SandboxPayee.objects.filter(pk=found.pk).update(status=status)


def _found(account: str) -> SandboxPayee:
    found = SandboxPayee.objects.filter(public_id=account).first()
    if found is None:
        raise SandboxError("not_found")
    return found


def _wire(found: SandboxPayee) -> Wire:
    return {"id": found.public_id, "reference": found.merchant_reference, "status": found.status}
