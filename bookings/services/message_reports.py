"""Messages that should not stand: one side reports what the other wrote, an operator keeps it or hides its text."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from bookings.enums import MessageReason, Side
from bookings.errors import MessageReported, ReportDecided
from bookings.models import MessageReport, VisitMessage
from bookings.selectors.access import Access
from bookings.services import core, messages
from common import audit, clock
from common.actors import user_actor
from common.errors import InvalidInput, NotFound
from common.events import publish
from providers.services.parties import refuse_if_party

LONGEST = 1000


def to_report(access: Access, message: str) -> VisitMessage:
    """A message (public id) on the visit that the caller may report: one of the other side's.

    Raises NotAllowed for who neither is the customer nor marks the visit, NotFound, InvalidInput for one's own side's.
    """
    messages.side_of(access)
    found = (
        VisitMessage.objects.select_related("report")
        .filter(booking=access.booking, public_id="" if "\x00" in message else message)
        .first()
    )
    if found is None or not found.text or found.is_hidden:
        raise NotFound
    reads_it = access.may_mark() if found.by_customer else access.is_customer
    if not reads_it:
        raise InvalidInput(_("Your own side wrote it."), field="message")
    return found


def report(*, access: Access, message: str, reason: MessageReason, text: str = "") -> MessageReport:
    """Put a message (public id) of the other side before the operators; `text`, up to 1,000 characters, is for them.

    Raises what `to_report` raises, MessageReported.
    """
    text = _clean(text, field="text")
    actor = access.principal.actor
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        found = to_report(access, message)
        if hasattr(found, "report"):
            raise MessageReported
        made = MessageReport.objects.create(
            message=found, actor=actor, reason=MessageReason(reason), text=text, created_at=clock.now()
        )
        by = Side.PROVIDER if found.by_customer else Side.CUSTOMER
        _tell(made, booking_ref=booking.ref, seq=1, event="message_report.made", actor=actor, by=str(by))
        return made


def decide(*, report: MessageReport, hide: bool, note: str = "", operator: User) -> MessageReport:
    """An operator hides the message's text from both sides, with a `note` that both read, or leaves it.

    Raises NotFound, OwnCause for who is a party of the visit, ReportDecided, InvalidInput.
    """
    note = _clean(note, field="note")
    actor = user_actor(operator.public_id)
    with transaction.atomic():
        booking = core.lock(report.message.booking.ref)
        refuse_if_party(
            operator=operator,
            provider=booking.outlet.provider,
            customers=[booking.customer.user_id] if booking.customer else [],
        )
        found = MessageReport.objects.select_related("message").get(pk=report.pk)
        if found.decided_at is not None:
            raise ReportDecided
        found.decided_by, found.decided_at = operator, clock.now()
        found.hidden, found.note = hide, note if hide else ""
        found.save(update_fields=["decided_by", "decided_at", "hidden", "note"])
        if hide:
            core.change(booking, event="booking.message_hidden", actor=actor, message=found.message.public_id)
        _tell(
            found, booking_ref=booking.ref, seq=2, event="message_report.decided", actor=actor, kept=not hide
        )
        return found


def _tell(
    report: MessageReport, *, booking_ref: str, seq: int, event: str, actor: str, **data: object
) -> None:
    """The event and the audit row. The report has events of its own: those of the booking are read by both sides."""
    data |= {
        "booking_ref": booking_ref,
        "message": report.message.public_id,
        "reason": str(report.reason),
    }
    publish(
        subject_type="message_report",
        subject_id=report.public_id,
        seq=seq,
        type=event,
        actor=actor,
        payload=data,
    )
    audit.record(
        actor=actor,
        action=event,
        object_type="message_report",
        object_id=report.public_id,
        chained=seq == 2,
        **data,
    )


def _clean(text: str, *, field: str) -> str:
    text = text.strip()
    if len(text) > LONGEST or "\x00" in text:
        raise InvalidInput(_("At most 1,000 characters."), field=field)
    return text
