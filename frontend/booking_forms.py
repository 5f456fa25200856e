"""The forms of the checkout."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking
from common.money import Money
from frontend import formats
from payments import gateways
from providers.enums import Place


class ContactForm(forms.Form):
    """Who it is for. What a number or an address lacks is said by the services, in words."""

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("Your receipt goes here."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel", "inputmode": "tel"}),
    )


class AddressForm(forms.Form):
    """Where a home visit goes."""

    address_line = forms.CharField(
        label=_("Address"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    address_note = forms.CharField(
        label=_("How to get in"),
        max_length=500,
        required=False,
        help_text=_("Door code, floor, a dog that barks. Only who comes to you reads it."),
    )


def online_methods() -> list[tuple[str, str | Promise]]:
    """The ways to pay online, for what is left of a visit."""
    words: dict[str, str | Promise] = {"sandbox": _("Card")}
    return [(name, words.get(name, name)) for name in gateways.methods() if name != "counter"]


# Follows the method's name in the choice of paying only the deposit now: `sandbox:deposit`.
DEPOSIT = "deposit"
HOLD = "hold"  # and of only holding it on the card: `sandbox:hold`


def method_choices(booking: Booking, *, by_customer: bool) -> list[tuple[str, str | Promise]]:
    """The ways to pay that the held booking's terms leave, those paid online first, and a deposit before all of it."""
    words: dict[str, str | Promise] = {
        "sandbox": _("Card"),
        "stripe": _("Card, by Stripe"),
        "counter": _("To who comes, at your door")
        if booking.place == Place.CUSTOMER
        else pgettext_lazy("a way to pay", "At the shop"),
    }
    due = booking.asked_beforehand if by_customer else 0
    names = [name for name in gateways.methods() if name != "counter" or not due]
    if by_customer and due and booking.is_held_on_card:
        holding = [name for name in names if gateways.get(name).holds]
        held = [(f"{name}:{HOLD}", _("Hold it on my card")) for name in holding]
        return [*held, *((name, _("Pay it now, by card")) for name in names)]
    choices = [(name, words.get(name, name)) for name in names]
    if not 0 < due < booking.total_amount:
        return choices
    deposits = [(f"{name}:{DEPOSIT}", _("A deposit, by card")) for name in names if name != "counter"]
    return [*deposits, *((name, _("All of it, by card")) for name in names)]


def method_hint(method: str, *, deposit: Money, rest: Money, total: Money, at_home: bool) -> str:
    """A line below a way to pay that says what it means; empty when there is nothing to say."""
    name, _colon, part = method.partition(":")
    words = {
        key: formats.money(each.amount, each.currency)
        for key, each in {"deposit": deposit, "rest": rest, "total": total}.items()
    }
    if part == DEPOSIT:
        if at_home:
            return gettext("%(deposit)s now, %(rest)s when they have been") % words
        return gettext("%(deposit)s now, %(rest)s at the shop") % words
    if part == HOLD:
        return gettext("%(total)s is held on your card. Nothing is taken until the visit is done.") % words
    if name == "sandbox":
        return gettext("A demonstration: no card is asked for, no money moves.")
    if name != "counter":
        return ""
    if at_home:
        return gettext("After the work, as you agree there")
    return gettext("Cash or card, when you are there")


class PaymentForm(forms.Form):
    """How to pay."""

    method = forms.ChoiceField(label=_("Pay with"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, methods: list[tuple[str, str | Promise]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["method"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = methods
