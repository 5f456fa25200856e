"""Appeals at the desk: a decision looked at again by another operator than the one who took it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frontend import desk_nav
from frontend.desk_nav import Queue, waiting_in
from frontend.once import new_key
from frontend.views.desk import OperatorsDesk, at_operators_desk
from frontend.views.desk_vetting import LATE_AFTER_H, MOST_SHOWN, ZONE, decided, thread_of
from frontend.views.desk_vetting_forms import AppealAnswerForm
from providers.models import Appeal
from providers.selectors import vetting as read
from providers.services import vetting


@at_operators_desk()
def appeals(desk: OperatorsDesk) -> HttpResponse:
    """The appeals that wait, the oldest first."""
    rows = [(row, row.against_id != desk.user.pk) for row in read.open_appeals()[:MOST_SHOWN]]
    return desk.render("appeals", nav="appeals", rows=rows, zone=ZONE)


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
        may=found.against_id != desk.user.pk,
        form=form,
        thread=thread_of(desk, found.provider),
        key=new_key(),
        zone=ZONE,
    )


desk_nav.register(
    Queue(
        name="appeals",
        title=gettext_lazy("Appeals"),
        icon="gavel",
        route="desk:appeals",
        waiting=lambda: waiting_in(Appeal.objects.filter(outcome=""), "made_at"),
        position=30,
        late_after_h=LATE_AFTER_H,
    )
)
