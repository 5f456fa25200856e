"""The operators' queue of objections: what both sides say beside what happened and where the money is."""

from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.enums import ObjectionState
from bookings.models import Objection
from bookings.selectors.bookings import events_after, objection_for_desk, open_objections
from bookings.services import not_come, objections
from common.errors import DomainError, NotFound
from common.money import Money
from frontend import desk_nav
from frontend.booking_words import money_facts
from frontend.desk_nav import Queue
from frontend.once import new_key, once
from frontend.timeline import timeline
from frontend.views.desk import OperatorsDesk, at_operators_desk
from frontend.views.provider_forms import major, minor
from payments.enums import AccountKind
from payments.selectors import held_amount, ledger_of

# What the books call the accounts, for people.
ACCOUNTS = {
    AccountKind.GATEWAY: gettext_lazy("Payment company"),
    AccountKind.ESCROW: gettext_lazy("Held for the visit"),
    AccountKind.REFUND_DUE: gettext_lazy("On its way back"),
    AccountKind.PAYABLE: gettext_lazy("The provider"),
    AccountKind.COMMISSION: gettext_lazy("Commission"),
}


class DecisionForm(forms.Form):
    """How much of what is held goes back, and why."""

    refund = forms.DecimalField(
        label=gettext_lazy("Goes back to the customer"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=objections.TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Both sides read it."),
    )

    def __init__(self, *args: object, held: Money, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.held = held
        field = self.fields["refund"]
        field.widget.attrs |= {"max": str(major(held.amount, held.currency)), "inputmode": "decimal"}
        if not held.amount:
            del self.fields["refund"]

    @property
    def refund_amount(self) -> int:
        """In minor units."""
        return minor(self.cleaned_data.get("refund") or Decimal(0), self.held.currency)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the ledger as people read it."""

    at: object
    what: str
    account: object
    amount: Money


@at_operators_desk()
def listing(desk: OperatorsDesk) -> HttpResponse:
    """The open objections, the oldest first."""
    return desk.render("objections", nav="objections", rows=list(open_objections()[:200]))


@at_operators_desk(methods=("GET", "HEAD", "POST"))
def one(desk: OperatorsDesk, objection: str) -> HttpResponse:
    """One objection with all about it; POST decides."""
    found = objection_for_desk(objection)
    if found is None:
        raise NotFound
    held = Money(held_amount(found.booking.ref), found.booking.currency)
    form = DecisionForm(desk.request.POST if desk.sent else None, held=held)
    status = 200
    if desk.sent:
        if form.is_valid() and _decide(desk, found, form):
            messages.success(desk.request, _("Decided. Both sides are told."))
            return redirect("desk:objections")
        status, found = 422, objection_for_desk(objection) or found
    booking = found.booking
    return desk.render(
        "objection",
        nav="objections",
        status=status,
        objection=found,
        booking=booking,
        item=booking.items.all()[0],
        zone=booking.timezone,
        is_open=found.state == ObjectionState.OPEN,
        may_find=found.state == ObjectionState.OPEN and not_come.may_find(found),
        gets=_gets(found) if found.state == ObjectionState.OPEN and not_come.may_find(found) else None,
        form=form,
        held=held,
        steps=timeline(booking, list(events_after(booking.ref, 0)), money_facts(booking)),
        lines=[
            Line(
                entry.transaction.at,
                entry.transaction.get_kind_display(),
                ACCOUNTS[AccountKind(entry.account.kind)],
                Money(entry.amount, entry.currency),
            )
            for entry in ledger_of(booking.ref)
        ],
        key=new_key(),
    )


def _gets(found: Objection) -> tuple[Money, Money]:
    """What goes back, or is let go, if nobody came, and what is given besides."""
    gets = not_come.consequence(found.booking)
    return Money(gets.refund + gets.let_go + gets.at_shop, gets.currency), Money(
        gets.compensation, gets.currency
    )


def _decide(desk: OperatorsDesk, found: Objection, form: DecisionForm) -> bool:
    """Whether it was decided; else the form says why not."""
    reason = form.cleaned_data["reason"]

    def decide() -> Objection:
        if desk.request.POST.get("do") == "missed":
            return not_come.decide(principal=desk.principal, objection=found.public_id, reason=reason)
        return objections.decide(
            principal=desk.principal,
            objection=found.public_id,
            refund_amount=form.refund_amount,
            reason=reason,
        )

    try:
        once(
            desk.request,
            desk.request.POST.get("key", ""),
            lambda: {"state": decide().state},
        )
    except DomainError as error:
        form.add_error("refund" if error.code == "refund_too_much" and form.held.amount else None, str(error))
        return False
    return True


desk_nav.register(
    Queue(
        name="objections",
        title=gettext_lazy("Cases"),
        icon="message-square-warning",
        route="desk:objections",
        rows=lambda: Objection.objects.filter(state=ObjectionState.OPEN),
        since="opened_at",
        position=40,
        late_after_h=72,
    )
)
