"""What customers say of a business, and its replies."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from common.errors import NotFound
from frontend.once import new_key, once
from frontend.review_forms import AppealForm, ReplyForm
from frontend.views.provider_desk import Desk, at_desk, attempt
from providers.enums import Role
from reviews.enums import Side
from reviews.models import Review
from reviews.selectors.access import access_review
from reviews.selectors.public import cut
from reviews.selectors.standing import of_business, standing
from reviews.services import appeals, replies

ON_A_PAGE = 20
UNANSWERED = "unanswered"


@at_desk()
def listing(desk: Desk) -> HttpResponse:
    """All reviews of the business, the latest first; `?show=unanswered` those without a reply."""
    wanted = desk.request.GET.get("show", "")
    rows = of_business(desk.provider)
    if wanted == UNANSWERED:
        rows = rows.filter(replied_at__isnull=True, hidden_at__isnull=True)
    reviews, following = cut(
        rows,
        of=f"business-reviews:{desk.provider.public_id}:{wanted}",
        limit=ON_A_PAGE,
        cursor=desk.request.GET.get("cursor", ""),
    )
    return desk.render(
        "reviews",
        nav="reviews",
        rows=[(row, standing(row, Side.PROVIDER)) for row in reviews],
        next_cursor=following,
        show=wanted,
    )


@at_desk(methods=("GET", "HEAD", "POST"))
def review(desk: Desk, review_id: str) -> HttpResponse:
    """One review; a manager replies (`do=reply`) or appeals (`do=appeal`)."""
    least = Role.MANAGER if desk.sent else Role.STAFF
    found = access_review(desk.principal, review_id, role=least)
    desk.own(found, found.outlet.provider_id)
    reply_form, appeal_form = ReplyForm(), AppealForm()
    if desk.sent and desk.request.POST.get("do") == "appeal":
        appeal_form = AppealForm(desk.request.POST)
        if attempt(appeal_form, lambda: _once(desk, lambda: _appeal(desk, found, appeal_form))):
            return desk.done(_("We look again, and tell you."), "review", review_id)
    elif desk.sent and desk.request.POST.get("do") == "reply":
        reply_form = ReplyForm(desk.request.POST)
        if attempt(reply_form, lambda: _once(desk, lambda: _reply(desk, found, reply_form))):
            return desk.done(_("Your reply is public."), "review", review_id)
    elif desk.sent:
        raise NotFound
    return desk.render(
        "review",
        nav="reviews",
        status=422 if desk.sent else 200,
        review=found,
        stands=standing(found, Side.PROVIDER),
        reply_form=reply_form,
        appeal_form=appeal_form,
        key=new_key(),
    )


def _once(desk: Desk, run: Any) -> dict[str, Any]:
    return once(desk.request, desk.request.POST.get("key", ""), run)


def _reply(desk: Desk, found: Review, form: ReplyForm) -> dict[str, Any]:
    replies.reply(review=found, text=form.cleaned_data["text"], actor=desk.actor)
    return {"id": found.public_id}


def _appeal(desk: Desk, found: Review, form: AppealForm) -> dict[str, Any]:
    made = appeals.appeal(review=found, side=Side.PROVIDER, text=form.cleaned_data["text"], actor=desk.actor)
    return {"id": made.public_id}
