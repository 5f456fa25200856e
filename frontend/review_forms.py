"""The forms around reviews. They read what people choose and type; whether it holds is the services' to say."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from providers.rules.ratings import Stars
from reviews.rules import words

STARS = [(n, n) for n in range(1, 6)]


class PhotosInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """The files that were chosen, none to many; whether they are taken is the service's to say."""

    widget = PhotosInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/heic,.heic"})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        return [file for file in data or [] if file]


class ReviewForm(forms.Form):
    """Three groups of five stars, and words."""

    service = forms.TypedChoiceField(
        label=_("The service"), choices=STARS, coerce=int, widget=forms.RadioSelect
    )
    punctuality = forms.TypedChoiceField(
        label=_("On time"), choices=STARS, coerce=int, widget=forms.RadioSelect
    )
    value = forms.TypedChoiceField(
        label=_("Worth the price"), choices=STARS, coerce=int, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("What was it like?"),
        max_length=words.LONGEST_TEXT,
        required=False,
        help_text=_("What would you have liked to know before?"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    photos = PhotosField(
        label=_("Photos"),
        required=False,
        help_text=_(
            "Up to four, 9 MB together: JPEG, PNG, WebP or HEIC. Everybody sees them. Where and when they were taken "
            "is removed."
        ),
    )

    def stars(self) -> Stars:
        """The three stars of a valid form."""
        chosen = self.cleaned_data
        return Stars(chosen["service"], chosen["punctuality"], chosen["value"])


class ReplyForm(forms.Form):
    """What a business answers, in public."""

    text = forms.CharField(
        label=_("Your reply"),
        max_length=words.LONGEST_REPLY,
        help_text=_("Everybody reads it. You reply once, and it stays as you write it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AppealForm(forms.Form):
    """Why a decision should be looked at again."""

    text = forms.CharField(
        label=_("Why should we look again?"),
        max_length=words.LONGEST_REPLY,
        help_text=_("You can appeal once. Another person than the one who decided looks at it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
