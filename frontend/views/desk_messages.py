"""Messages on visits that were reported: the operator reads the thread, and keeps the message or hides its text."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.selectors.messages import open_reports, report_for_desk
from bookings.services import message_reports
from common.errors import NotFound
from frontend import desk_nav
from frontend.desk_nav import Queue
from frontend.once import new_key, once
from frontend.views.desk import OperatorsDesk, at_operators_desk
from frontend.views.provider_desk import attempt

ON_A_PAGE = 100


class DecisionForm(forms.Form):
    """What both sides read where the text was."""

    note = forms.CharField(
        label=gettext_lazy("What both sides are told"),
        max_length=message_reports.LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.data.get("do") == "hide" and not given.get("note"):
            self.add_error("note", _("Say why: both sides are told."))
        return given


@at_operators_desk()
def listing(desk: OperatorsDesk) -> HttpResponse:
    """What waits, the oldest first."""
    return desk.render("messages", nav="messages", reports=list(open_reports()[:ON_A_PAGE]))


@at_operators_desk(methods=("GET", "HEAD", "POST"))
def one(desk: OperatorsDesk, report: str) -> HttpResponse:
    """One report with the message in its thread; POST with `do` (hide, keep) decides."""
    found = report_for_desk(report)
    form = DecisionForm(desk.request.POST if desk.sent else None)
    if desk.sent:
        do = desk.request.POST.get("do", "")
        if do not in ("hide", "keep"):
            raise NotFound

        def run() -> dict[str, Any]:
            note = form.cleaned_data["note"]
            message_reports.decide(report=found, hide=do == "hide", note=note, operator=desk.user)
            return {"id": found.public_id}

        if attempt(form, lambda: once(desk.request, desk.request.POST.get("key", ""), run)):
            hidden = _("Hidden. Both sides read why in its place.")
            messages.success(desk.request, hidden if do == "hide" else _("It stays as it is."))
            return redirect("desk:messages")
        found = report_for_desk(report)
    booking = found.message.booking
    return desk.render(
        "message",
        nav="messages",
        status=422 if desk.sent else 200,
        report=found,
        booking=booking,
        outlet=booking.outlet,
        zone=booking.timezone,
        notes=list(booking.messages.select_related("author", "report")),
        form=form,
        key=new_key(),
    )


desk_nav.register(
    Queue(
        name="messages",
        title=gettext_lazy("Reported messages"),
        icon="message-circle-more",
        route="desk:messages",
        rows=open_reports,
        since="created_at",
        position=41,
        late_after_h=72,
    )
)
