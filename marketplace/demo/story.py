"""What happened in a visit, step by step: the events that the services would have published. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bookings.rules.acceptance import answer_due
from common.actors import GUEST, gateway_actor, user_actor
from common.clock import rfc3339
from marketplace.demo.plan import VisitPlan
from payments.rules.policy import DEFAULT, Action, ActorKind, Outcome, outcome


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a booking: its type, when, who, the status after it, more of its payload."""

    type: str
    at: datetime
    actor: str
    status: str
    payload: dict[str, Any] = field(default_factory=dict)


def customer_actor(visit: VisitPlan) -> str:
    """How events name the one who booked."""
    return user_actor(visit.person.user_id) if visit.person.user_id else GUEST


def paid_at(visit: VisitPlan) -> datetime:
    """When it was paid, or promised to be paid at the counter."""
    return visit.booked_at + timedelta(minutes=3)


def confirmed_at(visit: VisitPlan) -> datetime | None:
    """When the booking was confirmed: at once, or accepted within the hour; None while it waits for that."""
    if visit.status == "requested":
        return None
    return paid_at(visit) + timedelta(minutes=47 if visit.service.accepts_within_h else 0)


def accept_by(visit: VisitPlan) -> datetime | None:
    """Until when the provider had to accept it; None when it was confirmed at once."""
    hours = visit.service.accepts_within_h
    if not hours:
        return None
    return answer_due(asked_at=paid_at(visit), starts_at=visit.starts_at, hours=hours)


def completed_at(visit: VisitPlan) -> datetime:
    """When staff marked the visit as done."""
    return visit.ends_at + timedelta(minutes=2)


def ended_at(visit: VisitPlan) -> datetime | None:
    """When the booking reached its end; None while it has not."""
    if visit.status == "closed":
        return completed_at(visit) + timedelta(minutes=20)
    if visit.status == "no_show":
        return visit.starts_at + timedelta(minutes=20)
    return visit.cancelled_at


def settlement(visit: VisitPlan) -> Outcome:
    """What goes back and what is kept of a cancelled or missed visit, by the default policy."""
    if visit.status not in ("cancelled", "no_show"):
        return Outcome(refund=0, fee=0)
    return outcome(
        DEFAULT,
        paid=visit.amount if visit.method == "sandbox" else 0,
        total=visit.amount,
        starts_at=visit.starts_at,
        at=ended_at(visit) or visit.starts_at,
        actor_kind=ActorKind.CUSTOMER,
        action=Action.CANCEL if visit.status == "cancelled" else Action.NO_SHOW,
    )


def steps(visit: VisitPlan, *, staff_actor: str) -> Iterator[Step]:
    """The visit's events in order. `staff_actor` is who marks it at the outlet."""
    customer = customer_actor(visit)
    yield Step("booking.held", visit.booked_at, customer, "held", {"source": "demo"})
    payer = gateway_actor("sandbox") if visit.method == "sandbox" else customer
    if due := accept_by(visit):
        yield Step("booking.requested", paid_at(visit), payer, "requested", {"accept_by": rfc3339(due)})
    if confirmed := confirmed_at(visit):
        who, more = (staff_actor, {"accepted": True}) if due else (payer, {})
        yield Step("booking.confirmed", confirmed, who, "confirmed", more)
    money = {"refund": settlement(visit).refund, "fee": settlement(visit).fee}
    end = ended_at(visit)
    if visit.status == "cancelled" and end:
        yield Step("booking.cancelled", end, customer, "cancelled", {**money, "by": "customer"})
    elif visit.status == "no_show" and end:
        yield Step("booking.no_show", end, staff_actor, "no_show", money)
    elif visit.took_place:
        if visit.visit_to:
            set_out = visit.starts_at - timedelta(minutes=25)
            yield Step("booking.on_the_way", set_out, staff_actor, "on_the_way")
        came = visit.starts_at - timedelta(minutes=3)
        yield Step("booking.checked_in", came, staff_actor, "checked_in", {"by_code": True})
        yield Step("booking.started", visit.starts_at, staff_actor, "started")
        yield Step("booking.completed", completed_at(visit), staff_actor, "completed")
        if end:
            yield Step("booking.closed", end, customer, "closed")
