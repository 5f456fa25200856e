"""The form of a business's bank account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.views.provider_forms import DeskForm, country_choices, text_field
from providers.rules.bank import HOLDER_LENGTH, has_ibans

# Browsers and password managers leave it alone.
_UNKEPT = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}


class BankForm(DeskForm):
    """The holder, and either the IBAN or, where there is none, country, bank and number."""

    wide = frozenset({"holder", "iban"})
    holder = text_field(
        _("Account holder"), longest=HOLDER_LENGTH, help_text=_("As your bank has it, such as Helmi Oy.")
    )
    iban = text_field("IBAN", longest=60, required=False, widget=forms.TextInput(attrs=_UNKEPT))
    country = forms.ChoiceField(label=_("Country of the bank"), required=False)
    bank = text_field(
        _("Bank"),
        longest=40,
        required=False,
        help_text=_("Its BIC, or its code in that country (routing number, BSB, …)."),
        widget=forms.TextInput(attrs=_UNKEPT),
    )
    number = text_field(
        _("Account number"), longest=60, required=False, widget=forms.TextInput(attrs=_UNKEPT)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            choice for choice in country_choices() if not (choice[0] and has_ibans(choice[0]))
        ]

    @property
    def without_iban(self) -> bool:
        """Whether something stands, or is missing, in the part for accounts without an IBAN."""
        names = ("country", "bank", "number")
        return any(self[name].value() or self[name].errors for name in names)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("iban"):
            if any(given.get(name) for name in ("country", "bank", "number")):
                self.add_error("iban", _("Give the IBAN or the account's number, not both."))
        elif not given.get("country"):
            self.add_error("iban", _("Give the IBAN, or open the part for accounts without one."))
        return given
