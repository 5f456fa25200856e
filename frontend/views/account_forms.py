"""The forms of the account page."""

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.principals import OPERATOR_SCOPES, SCOPES
from common.errors import DomainError
from geo.errors import AddressUnknown

SCOPE_WORDS = {
    "bookings:read": _("See bookings"),
    "bookings:write": _("Book, pay, move, cancel and mark visits"),
    "catalogue:read": _("See your businesses"),
    "catalogue:write": _("Change your businesses"),
    "money:read": _("See what your businesses earned"),
    "payouts:read": _("As an operator: see the marketplace's money"),
    "payouts:write": _("As an operator: run and mark payouts, hold them, settle differences"),
}


class ProfileForm(forms.Form):
    """Name, number and language."""

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=40,
        help_text=_("So that they can reach you about a visit."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class PersonForm(forms.Form):
    """Somebody whom the user books for."""

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=40,
        help_text=_("So that they can be reached about a visit. Without one we call you."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel", "type": "tel"}),
    )
    note = forms.CharField(
        label=_("What they should know"),
        required=False,
        max_length=500,
        help_text=_("An allergy, a fear of scissors, a wheelchair."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    agreed = forms.BooleanField(
        label=_(
            "Keep this note and show it to who serves. It may be about health; change or remove it whenever you like."
        ),
        required=False,
    )


class SavedAddressForm(forms.Form):
    """Where home visits go."""

    label = forms.CharField(
        label=_("What you call it"),
        max_length=40,
        required=False,
        help_text=_("Home, Work, Grandma."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    line = forms.CharField(
        label=_("Address"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    note = forms.CharField(
        label=_("How to get in"),
        max_length=500,
        required=False,
        help_text=_("Door code, floor, a dog that barks. Only who comes to you reads it."),
    )
    is_default = forms.BooleanField(label=_("Fill in this one first"), required=False)


class VehicleForm(forms.Form):
    """What is washed or mended."""

    plate = forms.CharField(
        label=_("Number plate"),
        max_length=16,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    model = forms.CharField(
        label=_("Make and model"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(
        label=_("Size, or what is special"),
        max_length=200,
        required=False,
        help_text=_("Estate car, roof box, a dog's hair."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def put_error(error: DomainError, form: forms.Form) -> None:
    """Show a refusal beside the field that it is about."""
    name = "line" if isinstance(error, AddressUnknown) else str(error.data.get("field", ""))
    form.add_error(name if name in form.fields else None, str(error))


class TokenForm(forms.Form):
    """A new token's name and what it may do."""

    name = forms.CharField(label=_("What is it for?"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
    )

    # The page holds another form with a field called "name": ids must differ.
    prefix = "token"

    def __init__(self, data: QueryDict | None = None, *, as_operator: bool = False) -> None:
        super().__init__(data)
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)
        offered = SCOPES if as_operator else [scope for scope in SCOPES if scope not in OPERATOR_SCOPES]
        field.choices = [(scope, SCOPE_WORDS[scope]) for scope in offered]
