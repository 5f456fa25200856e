"""Refunds at the operators' desk: giving back, agreeing to what another asked for, and the limits."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.find import user_named
from bookings.enums import RefundState
from bookings.errors import SecondPersonNeeded
from bookings.models import RefundRequest
from bookings.selectors.access import booking_for
from bookings.services import refunds
from common.actors import user_actor
from common.errors import DomainError, NotFound
from common.money import Money
from frontend import desk_nav, refund_forms
from frontend.booking_words import money_facts, money_lines
from frontend.desk_nav import Queue
from frontend.once import new_key, once
from frontend.views.desk import OperatorsDesk, at_operators_desk
from frontend.views.provider_forms import minor
from payments.selectors.refunds import refund_limits
from payments.services import set_refund_limit


class LimitForm(forms.Form):
    """Up to how much one person gives back alone, in one currency."""

    currency = forms.RegexField(
        label=gettext_lazy("Currency"), regex="^[A-Z]{3}$", max_length=3, initial="EUR"
    )
    amount = forms.DecimalField(
        label=gettext_lazy("One person gives back alone, at most"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )


@at_operators_desk()
def listing(desk: OperatorsDesk) -> HttpResponse:
    """What waits for a second person, and the limits."""
    return _listing(desk, LimitForm())


@at_operators_desk(methods=("POST",))
def limits(desk: OperatorsDesk) -> HttpResponse:
    """Set the limit of a currency."""
    form = LimitForm(desk.request.POST)
    if not form.is_valid():
        return _listing(desk, form, status=422)
    currency = form.cleaned_data["currency"]
    set_refund_limit(currency=currency, amount=minor(form.cleaned_data["amount"], currency), actor=desk.actor)
    messages.success(desk.request, _("Saved."))
    return redirect("desk:refunds")


@at_operators_desk(methods=("GET", "HEAD", "POST"))
def give(desk: OperatorsDesk, ref: str) -> HttpResponse:
    """Give money of a visit back: the form, the exact amounts, then it is done or waits for a second person."""
    access = booking_for(desk.principal, ref)
    if not refunds.may_refund(access):
        messages.error(desk.request, _("Nothing of this visit can be given back now."))
        return redirect("desk:booking", ref)
    asked, done = refund_forms.give(desk.request, access)
    if done:
        said = (
            _("Given back. The customer is told.")
            if done == RefundState.DONE
            else _("Noted: it waits for a second person.")
        )
        messages.success(desk.request, said)
        return redirect("desk:booking", ref)
    return desk.render("refund", nav="find", status=asked.status, **refund_forms.context(asked, new_key()))


@at_operators_desk(methods=("GET", "HEAD", "POST"))
def one(desk: OperatorsDesk, refund_id: str) -> HttpResponse:
    """A large refund as the second person sees it; POST agrees to it, or does not."""
    access, found = refunds.of_public_id(desk.principal, refund_id)
    refused: DomainError | None = None
    if desk.sent:
        do = desk.request.POST.get("do", "")
        if do not in ("approve", "refuse"):
            raise NotFound
        decide = refunds.approve if do == "approve" else refunds.refuse
        try:
            once(
                desk.request,
                desk.request.POST.get("key", ""),
                lambda: {"state": decide(principal=desk.principal, request=refund_id).state},
            )
        except (SecondPersonNeeded, DomainError) as error:
            if error.status == 404:
                raise
            refused = error
        else:
            messages.success(desk.request, _("Given back.") if do == "approve" else _("Not given back."))
            return redirect("desk:refunds")
        access, found = refunds.of_public_id(desk.principal, refund_id)
    booking = access.booking
    names = {item.public_id: item.name for item in booking.items.all()}
    return desk.render(
        "refund_request",
        nav="refunds",
        status=refused.status if refused else 200,
        found=found,
        amount=Money(found.amount, found.currency),
        items=[(names.get(each, each), Money(amount, found.currency)) for each, amount in found.items],
        booking=booking,
        zone=booking.timezone,
        who=_who(found.asked_by),
        is_mine=found.asked_by == desk.actor,
        is_open=found.state == RefundState.WAITING,
        money_lines=money_lines(booking, money_facts(booking)),
        refused=refused,
        key=new_key(),
    )


def _who(actor: str) -> str:
    """The name of who asked."""
    prefix = user_actor("")
    if not actor.startswith(prefix):
        return actor
    try:
        return user_named(actor.removeprefix(prefix)).name or actor
    except NotFound:
        return actor


def _listing(desk: OperatorsDesk, form: LimitForm, *, status: int = 200) -> HttpResponse:
    return desk.render(
        "refunds",
        nav="refunds",
        status=status,
        rows=list(refunds.waiting()[:200]),
        limits=[(row.currency, Money(row.amount, row.currency)) for row in refund_limits()],
        form=form,
    )


desk_nav.register(
    Queue(
        name="refunds",
        title=gettext_lazy("Refunds"),
        icon="rotate-ccw",
        route="desk:refunds",
        rows=lambda: RefundRequest.objects.filter(state=RefundState.WAITING),
        since="asked_at",
        position=45,
        late_after_h=48,
    )
)
