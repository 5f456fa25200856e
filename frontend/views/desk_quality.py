"""Quality watch: businesses and people who fell under a threshold, and what operators do about it."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frontend import desk_nav
from frontend.desk_nav import Queue
from frontend.formats import usual_zone
from frontend.once import new_key, once
from frontend.views.desk import OperatorsDesk, at_operators_desk
from frontend.views.provider_desk import attempt
from reviews.enums import Outcome
from reviews.models import QualityCase
from reviews.rules import words
from reviews.selectors import quality as selectors
from reviews.services import quality

CAUSES = {
    "rating": gettext_lazy("Its reviews fell under the threshold"),
    "breaches": gettext_lazy("Too many visits were declined, cancelled or decided against it"),
}


class OutcomeForm(forms.Form):
    """What is done about a case."""

    outcome = forms.ChoiceField(label=gettext_lazy("What is done"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=words.LONGEST_NOTE,
        help_text=gettext_lazy("The business reads it, unless there is nothing to do."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    until = forms.DateField(
        label=gettext_lazy("Suspended until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Through this day. Without it an operator ends the suspension."),
    )

    def __init__(self, *args: Any, case: QualityCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcome = self.fields["outcome"]
        assert isinstance(outcome, forms.ChoiceField)
        outcome.choices = [
            choice for choice in Outcome.choices if not case.staff_id or choice[0] != Outcome.SUSPENSION
        ]
        if case.staff_id:
            del self.fields["until"]

    def ends_at(self) -> datetime | None:
        """The end of the suspension's last day, by the clock of the desk."""
        day = self.cleaned_data.get("until")
        return (
            datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(usual_zone())) if day else None
        )


@at_operators_desk()
def listing(desk: OperatorsDesk) -> HttpResponse:
    """The open cases, the oldest first."""
    cases = [(case, _causes(case)) for case in selectors.open_cases()[:100]]
    return desk.render("quality", nav="quality", cases=cases)


@at_operators_desk(methods=("GET", "HEAD", "POST"))
def case(desk: OperatorsDesk, case_id: str) -> HttpResponse:
    """One case with its evidence; POST closes it."""
    found = selectors.find_case(case_id)
    form = OutcomeForm(desk.request.POST if desk.sent else None, case=found)

    def run() -> dict[str, Any]:
        chosen = form.cleaned_data
        closed = quality.close(
            case=found,
            operator=desk.user,
            outcome=Outcome(chosen["outcome"]),
            reason=chosen["reason"],
            until=form.ends_at(),
        )
        return {"id": closed.public_id}

    if desk.sent and attempt(form, lambda: once(desk.request, desk.request.POST.get("key", ""), run)):
        messages.success(desk.request, _("Closed."))
        return redirect("desk:quality")
    return desk.render(
        "quality_case",
        nav="quality",
        status=422 if desk.sent else 200,
        case=found,
        causes=_causes(found),
        evidence=found.evidence,
        reviews=selectors.evidence_reviews(found),
        objections=selectors.evidence_objections(found),
        earlier=list(selectors.earlier_cases(found)[:10]),
        form=form,
        key=new_key(),
    )


def _causes(found: QualityCase) -> list[Any]:
    return [CAUSES[cause] for cause in found.evidence.get("causes", [])]


desk_nav.register(
    Queue(
        name="quality",
        title=gettext_lazy("Quality watch"),
        icon="message-square-warning",
        route="desk:quality",
        rows=selectors.open_cases,
        since="opened_at",
        position=50,
    )
)
