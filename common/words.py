"""Texts that operators write once per language of the site: {"en": …, "zh-hans": …}, English always there."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.db import models
from django.utils.text import capfirst

FALLBACK = "en"


def in_language(words: Mapping[str, str], language: str) -> str:
    """The text in `language` (as Django names it), else in English."""
    return words.get(language) or words.get(language.split("-")[0]) or words.get(FALLBACK, "")


class WordsInput(forms.MultiWidget):
    """One text box per language, each named by its language."""

    def __init__(self, rows: int = 2) -> None:
        boxes: dict[str, forms.Widget | type[forms.Widget]] = {
            code.replace("-", "_"): forms.Textarea(
                attrs={"rows": rows, "cols": 60, "lang": code, "placeholder": name, "aria-label": name}
            )
            for code, name in settings.LANGUAGES
        }
        super().__init__(boxes)

    def decompress(self, value: Any) -> list[str]:
        return [(value or {}).get(code, "") for code, _ in settings.LANGUAGES]


class WordsFormField(forms.MultiValueField):
    """What WordsInput sends, as the dictionary that is stored; texts that were left empty are not in it."""

    widget = WordsInput

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        fields = [
            forms.CharField(required=code == FALLBACK, max_length=longest) for code, _ in settings.LANGUAGES
        ]
        kwargs["require_all_fields"] = False
        super().__init__(fields, **kwargs)

    def compress(self, data_list: list[str]) -> dict[str, str]:
        pairs = zip(settings.LANGUAGES, data_list or [], strict=False)
        return {code: text.strip() for (code, _), text in pairs if text and text.strip()}


class WordsField(models.JSONField):
    """{language: text} in a column; at most `longest` characters each."""

    def __init__(self, *args: Any, longest: int = 200, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["longest"] = self.longest
        return name, path, args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        return WordsFormField(
            longest=self.longest,
            required=not self.blank,
            label=capfirst(str(self.verbose_name)),
            help_text=self.help_text,
        )
