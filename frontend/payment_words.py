"""How a payment and a refund stand, in words for operators."""

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from payments.enums import PaymentStatus, RefundStatus

PAYMENT: dict[str, str | Promise] = {
    PaymentStatus.CREATED: pgettext_lazy("a payment", "Begun"),
    PaymentStatus.PENDING: pgettext_lazy("a payment", "Waits for the customer"),
    PaymentStatus.AUTHORISED: pgettext_lazy("a payment", "Held on the card"),
    PaymentStatus.CAPTURED: pgettext_lazy("a payment", "Paid"),
    PaymentStatus.FAILED: pgettext_lazy("a payment", "Declined"),
    PaymentStatus.CANCELLED: pgettext_lazy("a payment", "Given up"),
}
REFUND: dict[str, str | Promise] = {
    RefundStatus.REQUESTED: pgettext_lazy("a refund", "On its way"),
    RefundStatus.DONE: pgettext_lazy("a refund", "Given back"),
    RefundStatus.FAILED: pgettext_lazy("a refund", "Did not go through"),
}
