"""The form by which money is given back: for the business and for operators, the same."""

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import get_currency_precision
from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from bookings.enums import RefundState
from bookings.errors import PolicyChanged
from bookings.selectors.access import Access
from bookings.services import refunds
from bookings.services.refunds import Preview
from common.errors import DomainError
from common.money import Money
from frontend import formats
from frontend.once import once
from frontend.views.provider_forms import minor
from payments.selectors.refunds import refundable


class RefundForm(forms.Form):
    """All of it, an amount, or items; and why."""

    what = forms.ChoiceField(
        label=_("What goes back"),
        choices=[("all", _("All of it")), ("items", _("Single items")), ("amount", _("An amount"))],
        initial="all",
        widget=forms.RadioSelect(attrs={"class": "tick"}),
    )
    items = forms.MultipleChoiceField(
        label=_("Items"), required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "tick"})
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=refunds.REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The customer and the business read it."),
    )

    def __init__(self, data: QueryDict | None, *, access: Access) -> None:
        super().__init__(data)
        self.access = access
        booking = access.booking
        field = self.fields["items"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (
                item.public_id,
                f"{item.name}, {formats.money(item.price_amount, item.currency)}",
            )
            for item in booking.items.all()
            if item.price_amount
        ]
        self.fields["amount"] = forms.DecimalField(
            label=_("Amount"),
            min_value=0,
            max_digits=12,
            decimal_places=get_currency_precision(booking.currency),
            required=False,
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        )
        self.order_fields(["what", "items", "amount", "reason"])

    def asked(self) -> dict[str, object]:
        """The valid form as the services take it."""
        data = self.cleaned_data
        if data["what"] == "items":
            return {"items": data["items"] or ["-"]}
        if data["what"] == "amount":
            return {"amount": minor(data["amount"] or Decimal(0), self.access.booking.currency) or -1}
        return {}


@dataclass(slots=True)
class Asked:
    """How the form stands: what was typed, the amounts that it means, and what was refused."""

    form: RefundForm
    preview: Preview | None = None
    refused: DomainError | None = None

    @property
    def status(self) -> int:
        if self.refused:
            return self.refused.status
        return 422 if self.form.is_bound and self.form.errors else 200


def ask(data: QueryDict | None, access: Access) -> Asked:
    """Read the form and preview it. `data` None: nothing was sent yet."""
    asked = Asked(RefundForm(data, access=access))
    if data is not None and asked.form.is_valid():
        try:
            asked.preview = refunds.preview(access=access, **asked.form.asked())  # type: ignore[arg-type]
        except DomainError as error:
            if error.status not in (404, 409, 422):
                raise
            asked.form.add_error("items" if error.status == 404 else "amount", str(error))
    return asked


def give(request: HttpRequest, access: Access) -> tuple[Asked, RefundState | None]:
    """What a page of a refund does: show the form; the exact amounts of what was typed; then, confirmed with them, give
    it back, once. Answers how the form stands, and what became of the refund when it was made."""
    asked = ask(request.POST if request.method == "POST" else None, access)
    if asked.preview is None or "confirm" not in request.POST:
        return asked, None
    try:
        answer = once(
            request,
            request.POST.get("key", ""),
            lambda: {
                "state": refunds.ask(
                    access=access,
                    reason=asked.form.cleaned_data["reason"],
                    version=request.POST.get("version", "")[:80],
                    **asked.form.asked(),  # type: ignore[arg-type]
                ).state
            },
        )
    except PolicyChanged as error:
        asked.refused = error  # the amounts are others by now: they are shown anew
    except DomainError as error:
        asked.form.add_error(None, str(error))
        asked.preview = None
    else:
        return asked, RefundState(answer["state"])
    return asked, None


def context(asked: Asked, key: str) -> dict[str, object]:
    """What templates/parts/refund.html shows."""
    booking, found = asked.form.access.booking, asked.preview
    amounts = {}
    if found:
        amounts = {
            name: Money(getattr(found, name), found.currency)
            for name in ("amount", "held", "provider", "commission", "vat")
        }
    return {
        "asked": asked,
        "form": asked.form,
        "amounts": amounts,
        "left": Money(refundable(booking.ref), booking.currency),
        "booking": booking,
        "zone": booking.timezone,
        "key": key,
    }
