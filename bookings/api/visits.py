"""A visit from its acceptance to its end: marks, money at the counter, messages, objections."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from bookings import schemas
from bookings.api.given import access_to, again, caller
from bookings.models import VisitMessage
from bookings.presenters import objection as present_objection
from bookings.selectors.access import booking_for
from bookings.services import (
    arrival,
    message_reports,
    messages,
    not_come,
    objections,
    requests,
    standard,
    till,
    visits,
)
from common.api import ERRORS, idempotent, idempotent_together
from payments.enums import CounterMeans

router = Router(tags=["bookings"])


@router.post(
    "/bookings/{ref}/accept", response={200: schemas.BookingOut, **ERRORS}, operation_id="accept_booking"
)
@idempotent
def accept(request: HttpRequest, ref: schemas.PublicId) -> schemas.BookingOut:
    """The provider says yes to a request: it is confirmed (too late: 409 `answer_overdue`)."""
    access = access_to(request, ref)
    requests.accept(access=access)
    return again(access)


@router.post(
    "/bookings/{ref}/decline", response={200: schemas.BookingOut, **ERRORS}, operation_id="decline_booking"
)
@idempotent
def decline(request: HttpRequest, ref: schemas.PublicId, body: schemas.DeclineIn) -> schemas.BookingOut:
    """The provider says no to a request: everything goes back."""
    access = access_to(request, ref)
    requests.decline(access=access, reason=body.reason)
    return again(access)


@router.post(
    "/bookings/{ref}/check-in", response={200: schemas.BookingOut, **ERRORS}, operation_id="check_in"
)
@idempotent
def check_in(request: HttpRequest, ref: schemas.PublicId, body: schemas.CheckInIn) -> schemas.BookingOut:
    """Staff type the customer's code; a manager may leave it out."""
    access = access_to(request, ref)
    visits.check_in(access=access, code=body.code)
    return again(access)


@router.post(
    "/bookings/{ref}/arrive", response={200: schemas.BookingOut, **ERRORS}, operation_id="arrive_at_outlet"
)
@idempotent
def arrive(request: HttpRequest, ref: schemas.PublicId) -> schemas.BookingOut:
    """The customer is at the outlet and says so: staff see it, and check them in without the code."""
    access = access_to(request, ref)
    arrival.arrive(access=access)
    return again(access)


@router.post(
    "/bookings/{ref}/not-come", response={200: schemas.BookingOut, **ERRORS}, operation_id="say_nobody_came"
)
@idempotent
def say_nobody_came(
    request: HttpRequest, ref: schemas.PublicId, body: schemas.NotComeIn
) -> schemas.BookingOut:
    """The customer says that nobody came, a quarter of an hour after the start at the earliest. The business has a day
    to say otherwise; then everything goes back, with what its terms promise besides."""
    access = access_to(request, ref)
    not_come.say(access=access, text=body.text)
    return again(access)


@router.post(
    "/bookings/{ref}/concede-objection",
    response={200: schemas.BookingOut, **ERRORS},
    operation_id="concede_nobody_came",
)
@idempotent
def concede(request: HttpRequest, ref: schemas.PublicId) -> schemas.BookingOut:
    """A manager says that it is so, nobody came: it counts at once."""
    access = access_to(request, ref)
    not_come.concede(access=access)
    return again(access)


@router.post(
    "/bookings/{ref}/on-the-way", response={200: schemas.BookingOut, **ERRORS}, operation_id="on_the_way"
)
@idempotent
def on_the_way(request: HttpRequest, ref: schemas.PublicId) -> schemas.BookingOut:
    """Staff set out for a home visit."""
    access = access_to(request, ref)
    visits.on_the_way(access=access)
    return again(access)


@router.post(
    "/bookings/{ref}/start", response={200: schemas.BookingOut, **ERRORS}, operation_id="start_visit"
)
@idempotent
def start(request: HttpRequest, ref: schemas.PublicId) -> schemas.BookingOut:
    """The service begins."""
    access = access_to(request, ref)
    visits.start(access=access)
    return again(access)


@router.post(
    "/bookings/{ref}/standard", response={200: schemas.BookingOut, **ERRORS}, operation_id="tick_standard"
)
@idempotent
def tick_standard(
    request: HttpRequest, ref: schemas.PublicId, body: schemas.StandardIn
) -> schemas.BookingOut:
    """While serving: which steps of the service standard are done by now. Those that are left out are not."""
    access = access_to(request, ref)
    standard.tick(access=access, done=set(body.done))
    return again(access)


@router.post(
    "/bookings/{ref}/complete", response={200: schemas.BookingOut, **ERRORS}, operation_id="complete_visit"
)
@idempotent
def complete(request: HttpRequest, ref: schemas.PublicId) -> schemas.BookingOut:
    """The service is done, and paid for if it was to be paid at the counter."""
    access = access_to(request, ref)
    visits.complete(access=access)
    return again(access)


@router.post(
    "/bookings/{ref}/close", response={200: schemas.BookingOut, **ERRORS}, operation_id="close_booking"
)
@idempotent
def close(request: HttpRequest, ref: schemas.PublicId) -> schemas.BookingOut:
    """The customer says it was good: the provider gets the money."""
    access = access_to(request, ref)
    visits.close(access=access)
    return again(access)


@router.post(
    "/bookings/{ref}/counter-payment",
    response={200: schemas.BookingOut, **ERRORS},
    operation_id="take_counter_payment",
)
@idempotent
def take_counter_payment(
    request: HttpRequest, ref: schemas.PublicId, body: schemas.CounterPaymentIn
) -> schemas.BookingOut:
    """Note what was taken at the counter, before or at the end of the visit; once."""
    access = access_to(request, ref)
    till.take_payment(access=access, amount=body.amount, means=CounterMeans(body.means), note=body.note)
    return again(access)


@router.post(
    "/bookings/{ref}/object", response={200: schemas.BookingOut, **ERRORS}, operation_id="object_to_booking"
)
@idempotent
def object_to_booking(
    request: HttpRequest, ref: schemas.PublicId, body: schemas.ObjectIn
) -> schemas.BookingOut:
    """Something was not right: nothing closes and no money moves until an operator decides. To an objection of the
    other side it adds the caller's words. Once for each side."""
    access = access_to(request, ref)
    objections.object_to(access=access, reason=body.reason)
    return again(access)


@router.post(
    "/bookings/{ref}/counter-payment/reverse",
    response={200: schemas.BookingOut, **ERRORS},
    operation_id="reverse_counter_payment",
)
@idempotent
def reverse_counter_payment(
    request: HttpRequest, ref: schemas.PublicId, body: schemas.ReasonIn
) -> schemas.BookingOut:
    """A manager takes it back: the visit is to be paid again."""
    access = access_to(request, ref)
    till.reverse_payment(access=access, reason=body.reason)
    return again(access)


@router.post(
    "/bookings/{ref}/withdraw-objection",
    response={200: schemas.BookingOut, **ERRORS},
    operation_id="withdraw_objection",
)
@idempotent
def withdraw_objection(request: HttpRequest, ref: schemas.PublicId) -> schemas.BookingOut:
    """Take one's own objection back: the timers run anew."""
    access = access_to(request, ref)
    objections.withdraw(access=access)
    return again(access)


@router.post(
    "/bookings/{ref}/messages", response={201: schemas.MessageOut, **ERRORS}, operation_id="send_message"
)
@idempotent_together
def send_message(
    request: HttpRequest, ref: schemas.PublicId, body: schemas.MessageIn
) -> tuple[int, schemas.MessageOut]:
    """Write to the other side: it stands on the booking at once, and is told by letter or on a device when it is not
    read within five minutes; thirty a day from each side, until 30 days after the visit."""
    access = access_to(request, ref)
    sent = messages.send_message(access=access, text=body.text)
    sent.refresh_from_db(fields=["sent_at"])
    return 201, _message(sent)


@router.get(
    "/bookings/{ref}/messages", response={200: schemas.MessagesOut, **ERRORS}, operation_id="list_messages"
)
def list_messages(request: HttpRequest, ref: schemas.PublicId) -> schemas.MessagesOut:
    """What was written about the visit, in order; for its customer, who serves it and managers."""
    access = access_to(request, ref, "bookings:read")
    messages.side_of(access)
    return schemas.MessagesOut(
        items=[_message(each) for each in access.booking.messages.select_related("report")],
        open=messages.is_open(access.booking),
    )


@router.post(
    "/bookings/{ref}/messages/{message}/report",
    response={201: schemas.MessageReportOut, **ERRORS},
    operation_id="report_message",
)
@idempotent
def report_message(
    request: HttpRequest, ref: schemas.PublicId, message: schemas.PublicId, body: schemas.ReportMessageIn
) -> tuple[int, schemas.MessageReportOut]:
    """Put a message of the other side before the operators, once: they leave it, or hide its text from both sides."""
    made = message_reports.report(
        access=access_to(request, ref), message=message, reason=body.reason, text=body.text
    )
    return 201, schemas.MessageReportOut(id=made.public_id, message=message, reason=body.reason)


@router.post("/bookings/{ref}/messages/read", response={204: None, **ERRORS}, operation_id="read_messages")
def read_messages(request: HttpRequest, ref: schemas.PublicId) -> HttpResponse:
    """The caller's side has seen what the other one wrote: no letter tells of it any more. Repeatable."""
    messages.mark_read(access=access_to(request, ref))
    return HttpResponse(status=204)


def _message(message: VisitMessage) -> schemas.MessageOut:
    return schemas.MessageOut(
        id=message.public_id,
        at=message.sent_at,
        text="" if message.is_hidden else message.text,
        by="customer" if message.by_customer else "provider",
        read_at=message.read_at,
        hidden=message.is_hidden,
        notice=message.report.note if message.is_hidden else "",
    )


@router.post(
    "/desk/objections/{objection}/decide",
    response={200: schemas.ObjectionOut, **ERRORS},
    operation_id="decide_objection",
    tags=["desk"],
)
@idempotent
def decide_objection(
    request: HttpRequest, objection: schemas.PublicId, body: schemas.DecideIn
) -> schemas.ObjectionOut:
    """An operator decides, in a session: `refund` of what is held goes back, the rest is the provider's; or nobody
    came (`missed`), and everything goes back."""
    principal = caller(request, "bookings:write")
    if body.missed:
        found = not_come.decide(principal=principal, objection=objection, reason=body.reason)
    else:
        found = objections.decide(
            principal=principal, objection=objection, refund_amount=body.refund, reason=body.reason
        )
    shown = present_objection(booking_for(principal, found.booking.ref))
    assert shown is not None
    return shown


@router.post("/bookings/{ref}/no-show", response={200: schemas.BookingOut, **ERRORS}, operation_id="no_show")
@idempotent
def no_show(request: HttpRequest, ref: schemas.PublicId) -> schemas.BookingOut:
    """The customer did not come."""
    access = access_to(request, ref)
    visits.no_show(access=access)
    return again(access)
