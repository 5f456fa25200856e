"""The forms of the account page."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.principals import SCOPES

SCOPE_WORDS = {
    "bookings:read": _("See bookings"),
    "bookings:write": _("Book, pay, move, cancel and mark visits"),
    "catalogue:read": _("See your businesses"),
    "catalogue:write": _("Change your businesses"),
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
        choices=[(scope, SCOPE_WORDS[scope]) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )

    # The page holds another form with a field called "name": ids must differ.
    prefix = "token"
