"""Reviews that were reported or appealed about, and what operators decide."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import NotFound
from frontend import desk_nav
from frontend.desk_nav import Queue
from frontend.once import new_key, once
from frontend.views.desk import OperatorsDesk, at_operators_desk
from frontend.views.provider_desk import attempt
from reviews.enums import Reason
from reviews.models import Review, ReviewAppeal
from reviews.rules import words
from reviews.selectors.waiting import review_with_case, waiting
from reviews.services import appeals, moderation

ON_A_PAGE = 100


class DecisionForm(forms.Form):
    """Why, in a word that everybody knows, and in the operator's own."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why it is hidden"), choices=[("", "—"), *Reason.choices], required=False
    )
    note = forms.CharField(
        label=gettext_lazy("What both sides are told"),
        max_length=words.LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.data.get("do") == "hide" and not given.get("reason"):
            self.add_error("reason", _("Say why: both sides are told."))
        return given


@at_operators_desk()
def listing(desk: OperatorsDesk) -> HttpResponse:
    """What waits, the oldest first."""
    return desk.render("reviews", nav="reviews", reviews=list(waiting()[:ON_A_PAGE]))


@at_operators_desk(methods=("GET", "HEAD", "POST"))
def review(desk: OperatorsDesk, review_id: str) -> HttpResponse:
    """One review with its visit, reports and earlier decisions; POST with `do` decides."""
    found = review_with_case(review_id)
    form = DecisionForm(desk.request.POST if desk.sent else None)
    if desk.sent:
        do = _acts(desk, found, form).get(desk.request.POST.get("do", ""))
        if do is None:
            raise NotFound

        def run() -> dict[str, Any]:
            do()
            return {"id": found.public_id}

        if attempt(form, lambda: once(desk.request, desk.request.POST.get("key", ""), run)):
            kept = desk.request.POST.get("do") == "keep"
            messages.success(
                desk.request,
                _("It stays. Whoever reported it is told, if we have an address.")
                if kept
                else _("Decided. Both sides are told, and whoever reported it."),
            )
            return redirect("desk:reviews")
        found = review_with_case(review_id)
    appeal = _open_appeal(found)
    return desk.render(
        "review",
        nav="reviews",
        status=422 if desk.sent else 200,
        review=found,
        item=found.booking.items.all()[0],
        reports=list(found.reports.all()),
        decisions=sorted(found.decisions.all(), key=lambda each: each.pk),
        appeals=list(found.appeals.all()),
        appeal=appeal,
        is_own_decision=appeal is not None and appeal.against_id == desk.user.pk,
        has_reports=any(each.decision_id is None for each in found.reports.all()),
        form=form,
        key=new_key(),
    )


def _acts(desk: OperatorsDesk, found: Review, form: DecisionForm) -> dict[str, Callable[[], object]]:
    """What can be decided, by the form's button."""
    given: Callable[[str], str] = lambda name: form.cleaned_data.get(name, "")  # noqa: E731

    def decide_appeal(grant: bool) -> None:
        appeal = _open_appeal(found)
        if appeal is None:
            raise NotFound
        appeals.decide_appeal(
            appeal=appeal,
            grant=grant,
            note=given("note"),
            reason=Reason(given("reason") or Reason.OTHER),
            operator=desk.user,
        )

    return {
        "hide": lambda: moderation.hide(
            review=found, reason=Reason(given("reason")), note=given("note"), operator=desk.user
        ),
        "keep": lambda: moderation.keep(review=found, note=given("note"), operator=desk.user),
        "restore": lambda: moderation.restore(review=found, note=given("note"), operator=desk.user),
        "grant": lambda: decide_appeal(True),
        "refuse": lambda: decide_appeal(False),
    }


def _open_appeal(found: Review) -> ReviewAppeal | None:
    return next((each for each in found.appeals.all() if each.decided_at is None), None)


desk_nav.register(
    Queue(
        name="reviews",
        title=gettext_lazy("Reported reviews"),
        icon="star",
        route="desk:reviews",
        rows=waiting,
        since="since",
        position=40,
        late_after_h=72,
    )
)
