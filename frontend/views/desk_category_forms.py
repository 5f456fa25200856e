"""The forms of what operators keep about a category; each reads and says its part as services.categories takes it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.words import FALLBACK
from frontend.views.provider_forms import DeskForm
from providers.models import Category, DocumentKind
from providers.selectors import vetting as read
from providers.services.category_parts import MOST_CHOICES, MOST_QUESTIONS

# So many answers a question has boxes for; more than it had before, some are empty.
SHOWN_CHOICES = 4
SPARE_QUESTIONS = 2


class PartForm(DeskForm):
    """One part. `present` is as it is kept now, so that what the form does not show stays."""

    def __init__(self, *args: Any, category: Category, present: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.category, self.present = category, present
        self.build()

    def build(self) -> None:
        """Add the fields that depend on what there is."""

    def value(self) -> Any:
        """What the valid form says, as the part is kept."""
        raise NotImplementedError

    def add_words(
        self,
        name: str,
        label: Any,
        words: Mapping[str, str],
        *,
        longest: int,
        rows: int = 0,
        needed: bool = False,
    ) -> None:
        """A field for each language of the site, filled with `words`; if `needed`, there is an English text."""
        for code, language in settings.LANGUAGES:
            self.fields[f"{name}_{code}"] = forms.CharField(
                label=f"{label} · {language}",
                max_length=longest,
                required=needed and code == FALLBACK,
                initial=words.get(code, ""),
                widget=forms.Textarea(attrs={"rows": rows, "lang": code})
                if rows
                else forms.TextInput(attrs={"lang": code}),
            )

    def words(self, name: str) -> dict[str, str]:
        """What was typed, by language; nothing for a language that was left empty."""
        found = {
            code: (self.cleaned_data.get(f"{name}_{code}") or "").strip()
            for code, _name in settings.LANGUAGES
        }
        return {code: text for code, text in found.items() if text}

    def bound_words(self, name: str) -> list[BoundField]:
        """The fields of `name`, a language each."""
        return [self[f"{name}_{code}"] for code, _name in settings.LANGUAGES]


class BasicsForm(PartForm):
    """Names, place, and whether the category is in use."""

    position = forms.IntegerField(
        label=_("Place among its neighbours"),
        min_value=0,
        max_value=32767,
        help_text=_("The smallest comes first."),
    )
    asks_vehicle = forms.BooleanField(label=_("Who books says for which vehicle"), required=False)
    archived = forms.BooleanField(label=_("No longer in use: nothing in it is offered"), required=False)

    def build(self) -> None:
        self.add_words("name", _("Name"), self.present["names"], longest=80, needed=True)
        self.add_words("line", _("One line about it"), self.present["descriptions"], longest=200)
        self.order_fields([name for name in self.fields if name.startswith(("name", "line"))])
        for name in ("position", "asks_vehicle", "archived"):
            self.fields[name].initial = self.present[name]

    def value(self) -> Any:
        shown = {code for code, _name in settings.LANGUAGES}
        kept = {
            part: {code: text for code, text in self.present[part].items() if code not in shown}
            for part in ("names", "descriptions")
        }
        return {
            "names": kept["names"] | self.words("name"),
            "descriptions": kept["descriptions"] | self.words("line"),
            "position": self.cleaned_data["position"],
            "asks_vehicle": self.cleaned_data["asks_vehicle"],
            "archived": self.cleaned_data["archived"],
        }


class DocumentsForm(PartForm):
    """Which documents the category needs: a choice for each kind."""

    ASKED = (("no", _("Not asked for")), ("welcome", _("Welcome")), ("required", _("Required")))

    def build(self) -> None:
        names = read.kind_names(get_language() or "en")
        kinds = DocumentKind.objects.order_by("position", "slug")
        self.kinds = [kind for kind in kinds if kind.archived_at is None or kind.slug in self.present]
        for kind in self.kinds:
            found = names.get(kind.pk)
            now = self.present.get(kind.slug)
            self.fields[f"kind_{kind.slug}"] = forms.ChoiceField(
                label=found.name if found else kind.slug,
                choices=self.ASKED,
                initial="no" if now is None else "required" if now else "welcome",
                help_text=kind.get_subject_display(),
            )

    def value(self) -> Any:
        given = {kind.slug: self.cleaned_data[f"kind_{kind.slug}"] for kind in self.kinds}
        return {slug: asked == "required" for slug, asked in given.items() if asked != "no"}


class StandardForm(PartForm):
    """The steps of a visit: one a line, in each language."""

    def build(self) -> None:
        for code, language in settings.LANGUAGES:
            self.fields[f"steps_{code}"] = forms.CharField(
                label=language,
                required=False,
                strip=False,
                max_length=8000,
                initial="\n".join(step.get(code, "") for step in self.present).rstrip("\n"),
                widget=forms.Textarea(attrs={"rows": max(6, len(self.present) + 2), "lang": code}),
                help_text=_("One step a line, in the order of the visit.")
                if code == FALLBACK
                else _(
                    "The same steps, line by line. Whoever reads this language reads English where a line is empty."
                ),
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for step in self._steps():
            for code in step.keys() - {FALLBACK} if FALLBACK not in step else ():
                self.add_error(f"steps_{code}", _("A line here has no step in English beside it."))
        return data

    def _steps(self) -> list[dict[str, str]]:
        """What stands on each line, by language; lines that are empty in all of them are left out."""
        texts = {
            code: (self.cleaned_data.get(f"steps_{code}") or "").splitlines()
            for code, _name in settings.LANGUAGES
        }
        lines = [
            {code: lines[place].strip() for code, lines in texts.items() if place < len(lines)}
            for place in range(max(map(len, texts.values())))
        ]
        found = [{code: text for code, text in line.items() if text} for line in lines]
        return [line for line in found if line]

    def value(self) -> Any:
        return self._steps()


class QuizForm(PartForm):
    """A note and a quiz; a question without its English text is left out."""

    none = forms.BooleanField(label=_("No note and no quiz"), required=False)
    is_required = forms.BooleanField(
        label=_("Whoever has not passed is not offered for services of the category"), required=False
    )
    pass_percent = forms.IntegerField(label=_("Passed with, per cent"), min_value=1, max_value=100)

    def build(self) -> None:
        present = self.present or {"note": {}, "is_required": False, "pass_percent": 80, "questions": []}
        self.fields["none"].initial = False
        self.fields["is_required"].initial = present["is_required"]
        self.fields["pass_percent"].initial = present["pass_percent"]
        self.add_words("note", _("What to know"), present["note"], longest=6000, rows=6)
        asked = present["questions"]
        self.asked = min(MOST_QUESTIONS, max(len(asked) + SPARE_QUESTIONS, self._sent()))
        for n in range(self.asked):
            question = asked[n] if n < len(asked) else {"words": {}, "choices": []}
            self.add_words(f"q{n}", _("Question"), question["words"], longest=300)
            for m in range(max(SHOWN_CHOICES, min(MOST_CHOICES, len(question["choices"])))):
                choice = question["choices"][m] if m < len(question["choices"]) else {}
                self.add_words(f"q{n}a{m}", _("Answer"), choice.get("words", {}), longest=200)
                self.fields[f"q{n}a{m}_right"] = forms.BooleanField(
                    label=_("right"), required=False, initial=choice.get("is_right", False)
                )

    def _sent(self) -> int:
        sent = self.data.get("asked", "") if self.is_bound else ""
        return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 4 else 0

    @property
    def questions(self) -> list[dict[str, Any]]:
        """The boxes of each question: its words, and its answers with their tick."""
        return [
            {
                "words": self.bound_words(f"q{n}"),
                "answers": [
                    {"words": self.bound_words(f"q{n}a{m}"), "right": self[f"q{n}a{m}_right"]}
                    for m in self._answers(n)
                ],
                "is_new": not any(bound.value() for bound in self.bound_words(f"q{n}")),
            }
            for n in range(self.asked)
        ]

    @property
    def note(self) -> list[BoundField]:
        return self.bound_words("note")

    def _answers(self, n: int) -> list[int]:
        return [m for m in range(MOST_CHOICES) if f"q{n}a{m}_right" in self.fields]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        # Everybody without a language of their own here reads it.
        if not data.get("none") and not self.words("note").get(FALLBACK):
            self.add_error(f"note_{FALLBACK}", _("The English text is always needed."))
        return data

    def value(self) -> Any:
        if self.cleaned_data["none"]:
            return None
        questions = []
        for n in range(self.asked):
            if not (words := self.words(f"q{n}")).get(FALLBACK):
                continue
            answers = [
                {"words": text, "is_right": self.cleaned_data[f"q{n}a{m}_right"]}
                for m in self._answers(n)
                if (text := self.words(f"q{n}a{m}"))
            ]
            questions.append({"words": words, "choices": answers})
        return {
            "note": self.words("note"),
            "is_required": self.cleaned_data["is_required"],
            "pass_percent": self.cleaned_data["pass_percent"],
            "questions": questions,
        }
