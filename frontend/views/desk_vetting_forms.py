"""What an operator says when deciding: a reason from the list, words of their own, or both."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from common import clock
from frontend.formats import usual_zone, zone_name
from frontend.provider_steps import WORDS
from frontend.views.provider_forms import DeskForm
from providers.rules.vetting import STEPS

# By decision: short word in the list, and the sentence that the business reads in its own language.
REASONS: Mapping[str, Mapping[str, tuple[Any, Any]]] = {
    "revision": {
        "unreadable": (_("Document unreadable"), _("A document cannot be read. Please send a clearer one.")),
        "differs": (
            _("Names differ"),
            _("The name in a document is not the one in your application. Please mend one of them."),
        ),
        "cover": (
            _("Insurance too narrow"),
            _("Your insurance does not cover all that you offer. Please send one that does, or offer less."),
        ),
        "hours": (_("Hours or prices unclear"), _("Please look over your opening hours and prices.")),
    },
    "reject": {
        "register": (_("Not in the register"), _("We could not find your business in the trade register.")),
        "foreign": (
            _("Documents of another business"),
            _("The documents belong to another business than the one that applies."),
        ),
        "unfit": (_("Not offered here"), _("What you offer is none of the services of this marketplace.")),
    },
    "refuse": {
        "unreadable": (_("Unreadable"), _("It cannot be read. Please send a clearer one.")),
        "expired": (_("Out of date"), _("It is out of date. Please send the present one.")),
        "foreign": (_("Somebody else's"), _("It is about somebody else.")),
        "other": (_("Another kind of document"), _("It is another kind of document than asked for.")),
    },
    "appeal": {
        "seen": (_("We had missed something"), _("We had not seen something that counts.")),
        "stands": (_("Nothing new"), _("We looked at everything again, and the decision stands.")),
    },
}


class ReasonForm(DeskForm):
    """A reason: chosen, written, or both."""

    reason = forms.ChoiceField(label=_("Reason"), required=False)
    message = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=3500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The business reads it, in the thread and by mail."),
    )
    optional = False

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = REASONS.get(kind, {})
        if self.known:
            self.fields["reason"].choices = [  # type: ignore[attr-defined]
                ("", "—"),
                *((slug, short) for slug, (short, _long) in self.known.items()),
            ]
        else:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.optional and not data.get("reason") and not (data.get("message") or "").strip():
            self.add_error("message", _("Say why: choose a reason, or write one."))
        return data

    def words(self, language: str) -> str:
        """What the business reads: the chosen sentence in `language`, then the operator's own words."""
        chosen = self.cleaned_data.get("reason")
        with translation.override(language):
            sentence = str(self.known[chosen][1]) if chosen else ""
        return "\n\n".join(part for part in (sentence, self.cleaned_data["message"].strip()) if part)


class ApprovalForm(ReasonForm):
    """Approving needs no reason."""

    optional = True


class RevisionForm(ReasonForm):
    """What should be changed, step by step."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, kind="revision", **kwargs)
        for step in STEPS:
            self.fields[f"note_{step}"] = forms.CharField(
                label=WORDS[step][0], required=False, max_length=1000
            )

    @property
    def notes(self) -> list[Any]:
        """The fields of the steps."""
        return [self[f"note_{step}"] for step in STEPS]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.points:
            self.add_error(f"note_{STEPS[0]}", _("Name at least one thing to change, at its step."))
        return data

    @property
    def points(self) -> list[dict[str, str]]:
        found = ((step, (self.cleaned_data.get(f"note_{step}") or "").strip()) for step in STEPS)
        return [{"step": step, "note": note} for step, note in found if note]


class AppealAnswerForm(ReasonForm):
    """An appeal's outcome and why."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[("granted", _("Grant it: undo the decision")), ("dismissed", _("Dismiss it"))],
        widget=forms.RadioSelect,
    )
    field_order = ["outcome", "reason", "message"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, kind="appeal", **kwargs)


class MeasureForm(ReasonForm):
    """A measure against a listed business; a suspension may have an end, a reinstatement a term for documents."""

    until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    papers_until = forms.DateField(
        label=_("Expired documents have to be renewed by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: within 14 days. After that the business is suspended again for want of them."),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, prefix=None if args else kind, **kwargs)
        self.optional = kind == "reinstate"
        if kind != "reinstate":
            del self.fields["papers_until"]
        if kind != "suspend":
            del self.fields["until"]
        else:
            where = {"zone": zone_name(clock.now(), usual_zone())}
            self.fields["until"].help_text = _("%(zone)s. Empty: until an operator reinstates it.") % where

    def clean_until(self) -> datetime | None:
        """The instant that is meant, by the clock of the desk."""
        at: datetime | None = self.cleaned_data["until"]
        return at and at.replace(tzinfo=ZoneInfo(usual_zone()))
