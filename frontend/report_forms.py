"""Telling operators that what somebody wrote should not stand."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

LONGEST = 1000  # as the services take; they refuse a longer one by themselves


class ReportForm(forms.Form):
    """What is wrong with it: one of `reasons` (values and words), and what else the operators should know."""

    reason = forms.ChoiceField(label=_("What is wrong with it?"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What should we know?"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, reasons: Iterable[tuple[str, Any]], data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.fields["reason"].choices = list(reasons)  # type: ignore[attr-defined]  # the field is a choice
