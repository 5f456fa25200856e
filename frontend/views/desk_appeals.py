"""Appeals at the desk: a decision looked at again by another operator than the one who took it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frontend import desk_nav
from frontend.desk_nav import Queue
from frontend.once import new_key
from frontend.views.desk import OperatorsDesk, at_operators_desk
from frontend.views.desk_vetting import (
    LATE_AFTER_H,
    MOST_SHOWN,
    answered,
    decided,
    in_whose_hands,
    thread_of,
)
from frontend.views.desk_vetting_forms import AppealAnswerForm
from providers.models import Appeal
from providers.selectors import vetting as read
from providers.services import vetting


@at_operators_desk()
def appeals(desk: OperatorsDesk) -> HttpResponse:
    """The appeals that wait, the oldest first; `?claimed=free|mine`."""
    claimed = desk.request.GET.get("claimed", "")
    claimed = claimed if claimed in ("free", "mine") else ""
    found = read.open_appeals(claimed=claimed, operator_id=desk.user.pk)
    rows = [_row(appeal, desk) for appeal in found[:MOST_SHOWN]]
    return desk.render("appeals", nav="appeals", rows=rows, claimed=claimed)


def _row(appeal: Appeal, desk: OperatorsDesk) -> dict[str, Any]:
    return {
        "appeal": appeal,
        "is_own_decision": appeal.against_id == desk.user.pk,
        **in_whose_hands(appeal, desk.user),
    }


@at_operators_desk(methods=("POST",))
def claim(desk: OperatorsDesk, appeal_id: str) -> HttpResponse:
    """Take it in hand, so that nobody else decides meanwhile."""
    found = read.find_appeal(appeal_id)
    return answered(
        desk,
        lambda: vetting.claim_appeal(appeal=found, operator=desk.user).public_id,
        _("It is yours for half an hour."),
        appeal_id,
        to="desk:appeal",
    )


@at_operators_desk(methods=("POST",))
def release(desk: OperatorsDesk, appeal_id: str) -> HttpResponse:
    """Give it back to the queue."""
    found = read.find_appeal(appeal_id)
    return answered(
        desk,
        lambda: vetting.release_appeal(appeal=found, operator=desk.user).public_id,
        _("It is in the queue again."),
        appeal_id,
        to="desk:appeal",
    )


@at_operators_desk(methods=("GET", "HEAD", "POST"))
def appeal(desk: OperatorsDesk, appeal_id: str) -> HttpResponse:
    """One appeal: the decision, what they say, the whole thread; decided here, unless the decision was one's own."""
    found = read.find_appeal(appeal_id)
    form = AppealAnswerForm(desk.request.POST or None)
    if desk.sent and decided(
        desk,
        form,
        lambda: (
            vetting.decide_appeal(
                appeal=found,
                operator=desk.user,
                granted=form.cleaned_data["outcome"] == "granted",
                answer=form.words(found.provider.language),
            ).public_id
        ),
    ):
        messages.success(desk.request, _("Decided. They are told."))
        return redirect("desk:appeals")
    return desk.render(
        "appeal",
        nav="appeals",
        status=422 if form.is_bound else 200,
        appeal=found,
        provider=found.provider,
        row=_row(found, desk),
        form=form,
        thread=thread_of(desk, found.provider),
        key=new_key(),
    )


desk_nav.register(
    Queue(
        name="appeals",
        title=gettext_lazy("Appeals"),
        icon="gavel",
        route="desk:appeals",
        rows=lambda: Appeal.objects.filter(outcome=""),
        since="made_at",
        position=30,
        late_after_h=LATE_AFTER_H,
    )
)
