"""The sign-up and sign-in forms, as django-allauth takes them."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.enums import ConsentSource
from accounts.models import User
from accounts.services import consents, main_customer


class SignupForm(forms.Form):
    """What sign-up asks for besides e-mail and password (ACCOUNT_SIGNUP_FORM_CLASS: allauth's extends it)."""

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    agree_words = consents.WORDS[ConsentSource.SIGNUP]
    field_order = ["name", "email", "language", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = get_language() or settings.LANGUAGE_CODE

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth with the new, saved user."""
        user.name = self.cleaned_data["name"].strip()
        user.language = self.cleaned_data["language"]
        user.save(update_fields=["name", "language"])
        # Beside the button stood what making the account agrees to.
        consents.accept_terms(customer=main_customer(user=user), source=ConsentSource.SIGNUP)
