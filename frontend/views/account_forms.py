"""The forms of the account page."""

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.principals import OPERATOR_SCOPES, SCOPES

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
