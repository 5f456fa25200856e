"""Form fields of accounts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.errors import PhoneInvalid
from accounts.services.contacts import clean_phone


class PhoneField(forms.CharField):
    """A phone number as people here write it; its value is E.164."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Phone"))
        attrs = {"autocomplete": "tel", "inputmode": "tel", "type": "tel"}
        super().__init__(max_length=40, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> str:
        try:
            return clean_phone(super().clean(value)) or ""
        except PhoneInvalid as error:
            raise forms.ValidationError(str(error)) from None
