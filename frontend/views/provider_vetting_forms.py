"""Forms of an application: a document, a message, an appeal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.views.provider_forms import DeskForm, text_field
from providers.models import DocumentKind


def words_field(label: Any, *, required: bool = True, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=4000, required=required, widget=forms.Textarea(attrs={"rows": 3}), **more
    )


class DocumentForm(DeskForm):
    """One document, with what its kind asks for."""

    wide = frozenset({"file"})
    file = forms.FileField(
        label=_("The document"),
        help_text=_("A PDF, or a clear photo (JPEG, PNG, WebP, HEIC). Up to 9 MB."),
        widget=forms.ClearableFileInput(
            attrs={"accept": ".pdf,.jpg,.jpeg,.png,.webp,.heic,application/pdf,image/*"}
        ),
    )
    number = text_field(
        _("Number on the document"), longest=80, help_text=_("We keep it encrypted."), required=False
    )
    valid_from = forms.DateField(
        label=_("Valid from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    valid_until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("We remind you 30, 7 and 1 days before it."),
    )

    def __init__(self, *args: Any, kind: DocumentKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].required = kind.asks_number
        self.fields["valid_until"].required = kind.asks_until


class MessageForm(DeskForm):
    """A message to the operators."""

    message = words_field(_("Your message"))


class AppealForm(DeskForm):
    """Why a decision should be looked at again."""

    wide = frozenset({"text"})
    text = words_field(
        _("Why should we look at it again?"),
        help_text=_("Say what we did not see. Somebody else than before decides."),
    )
