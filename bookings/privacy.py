"""What bookings hold about a person: their visits, and where they were visited at home."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models import (
    Booking,
    BookingAccess,
    BookingSeries,
    BusyCalendar,
    CalendarFeed,
    CustomerNote,
    MessageReport,
    Objection,
    ObjectionStatement,
    PayLink,
    PriceChange,
    QueueEntry,
    QueueLink,
    RefundRequest,
    VisitMessage,
    WaitEntry,
)
from bookings.rules import states
from common import clock, privacy
from common.actors import user_actor
from common.clock import rfc3339
from common.models import Event
from common.privacy import Obstacle, Subject

# Visits that have still to take place, or whose money has not reached its end.
OPEN = states.LIVE - {states.CLOSED}


@privacy.finder("bookings")
def _find(subject: Subject) -> None:
    """Their visits, and through them whose mails, payments and requests are theirs."""
    theirs = Booking.objects.filter(Q(customer_id__in=subject.customer_pks) | Q(pk__in=subject.booking_pks))
    for pk, ref in theirs.values_list("pk", "ref"):
        subject.booking_pks.add(pk)
        subject.booking_refs.add(ref)


def _export_calendars(subject: Subject) -> list[dict[str, Any]]:
    """Which calendars of theirs take their open time: what they gave us of them."""
    theirs = BusyCalendar.objects.filter(staff__in=subject.staff_pks).prefetch_related("times").order_by("pk")
    return [
        {
            "name": each.name,
            "address": each.url,
            "added_at": rfc3339(each.created_at),
            "times": [[rfc3339(time.period.lower), rfc3339(time.period.upper)] for time in each.times.all()],
        }
        for each in theirs
    ]


def _export(subject: Subject) -> list[dict[str, Any]]:
    visits = (
        Booking.objects.filter(pk__in=subject.booking_pks)
        .select_related("outlet", "queue_entry")
        .prefetch_related(
            "items__staff",
            "items__helpers",
            "messages__report",
            "objections__statements",
            "price_changes",
            "refund_requests",
        )
        .order_by("pk")
    )
    events: dict[str, list[dict[str, Any]]] = {}
    for event in Event.objects.filter(subject_type="booking", subject_id__in=subject.booking_refs).order_by(
        "subject_id", "seq"
    ):
        events.setdefault(event.subject_id, []).append({"type": event.type, "at": rfc3339(event.at)})
    return [_visit(booking, events.get(booking.ref, [])) for booking in visits]


def _visit(booking: Booking, events: list[dict[str, Any]]) -> dict[str, Any]:
    point = booking.address_point
    return {
        "ref": booking.ref,
        "status": booking.status,
        "shop": booking.outlet.name,
        "shop_address": f"{booking.outlet.street_line}, {booking.outlet.city}",
        "starts_at": rfc3339(booking.starts_at),
        "ends_at": rfc3339(booking.ends_at),
        "timezone": booking.timezone,
        "created_at": rfc3339(booking.created_at),
        "arrived_at": rfc3339(booking.arrived_at) if booking.arrived_at else None,
        "source": booking.source,
        "waited_in_the_shop": _waited(booking),
        "place": booking.place,
        "for": {
            "name": booking.served_name,
            "phone": booking.served_phone,
            "note": booking.served_note,
        }
        if booking.served_name or booking.served_note
        else None,
        "vehicle": {"plate": booking.vehicle_plate, "about": booking.vehicle_about}
        if booking.vehicle_plate
        else None,
        "address": {
            "line": booking.address_line,
            "note": booking.address_note,
            "point": {"lat": point.y, "lng": point.x} if point else None,
        }
        if booking.address_line
        else None,
        "total_amount": booking.total_amount,
        "fee_amount": booking.fee_amount,
        "currency": booking.currency,
        "payment_state": booking.payment_state,
        "decline_reason": booking.decline_reason,
        "objections": [
            {
                "about": found.kind,
                "state": found.state,
                "opened_at": rfc3339(found.opened_at),
                "said": [{"by": said.by, "text": said.text} for said in found.statements.all()],
                "decision": found.decision,
            }
            for found in booking.objections.all()
        ],
        "refunds": [
            {
                "amount": each.amount,
                "reason": each.reason,
                "state": each.state,
                "asked_at": rfc3339(each.asked_at),
            }
            for each in booking.refund_requests.all()
        ],
        "price_changes": [
            {
                "name": change.name,
                "reason": change.reason,
                "amount": change.amount,
                "minutes": change.minutes,
                "state": change.state,
                "asked_at": rfc3339(change.asked_at),
            }
            for change in booking.price_changes.all()
        ],
        "items": [
            {
                "service": item.name,
                "with": item.staff_names,
                "starts_at": rfc3339(item.starts_at),
                "ends_at": rfc3339(item.ends_at),
                "lines": item.lines,
            }
            for item in booking.items.all()
        ],
        "messages": [
            {
                "at": rfc3339(message.sent_at),
                "by": "customer" if message.by_customer else "shop",
                # What operators hid from both sides is its writer's own still.
                "text": message.text if message.by_customer or not message.is_hidden else "",
                "reported": _reported(message),
                "read_at": rfc3339(message.read_at) if message.read_at else None,
            }
            for message in booking.messages.all()
        ],
        "history": events,
    }


def _waited(booking: Booking) -> dict[str, Any] | None:
    """How they waited without a booking, for a visit that began so."""
    if not hasattr(booking, "queue_entry"):
        return None
    entry = booking.queue_entry
    return {
        "from": rfc3339(entry.joined_at),
        "called_at": rfc3339(entry.called_at) if entry.called_at else None,
        "name": entry.name,
        "phone": entry.phone,
        "email": entry.email,
        "party": entry.party,
    }


def _reported(message: VisitMessage) -> dict[str, Any] | None:
    """What the customer said of a message that they reported."""
    if message.by_customer or not hasattr(message, "report"):
        return None
    return {"reason": message.report.reason, "text": message.report.text, "decision": message.report.note}


def _export_waits(subject: Subject) -> list[dict[str, Any]]:
    """What they wait, or waited, for."""
    entries = WaitEntry.objects.filter(customer_id__in=subject.customer_pks)
    return [
        {
            "shop": entry.outlet.name,
            "service": entry.service.name,
            "with": entry.staff.name if entry.staff else None,
            "seats": entry.seats,
            "first_day": entry.first_day.isoformat(),
            "last_day": entry.last_day.isoformat(),
            "from_time": f"{entry.from_time:%H:%M}" if entry.from_time else None,
            "until_time": f"{entry.until_time:%H:%M}" if entry.until_time else None,
            "state": entry.state,
            "created_at": rfc3339(entry.created_at),
            "offered": [
                {"starts_at": rfc3339(offer.starts_at), "state": offer.state} for offer in entry.offers.all()
            ],
        }
        for entry in entries.select_related("outlet", "service", "staff")
        .prefetch_related("offers")
        .order_by("pk")
    ]


def _erase_waits(subject: Subject) -> None:
    """The rows go, with what was offered; a visit that came of it stays as any other."""
    WaitEntry.objects.filter(customer_id__in=subject.customer_pks).delete()


def _export_series(subject: Subject) -> list[dict[str, Any]]:
    """The rules by which they booked several visits together."""
    found = BookingSeries.objects.filter(customer_id__in=subject.customer_pks)
    return [
        {
            "shop": series.outlet.name,
            "service": series.service.name,
            "with": series.staff.name if series.staff else None,
            "rule": series.rule,
            "first_day": series.first_day.isoformat(),
            "at": f"{series.at:%H:%M}",
            "timezone": series.timezone,
            "created_at": rfc3339(series.created_at),
            "visits": [
                {"day": visit.day.isoformat(), "ref": visit.booking.ref} for visit in series.visits.all()
            ],
        }
        for series in found.select_related("outlet", "service", "staff")
        .prefetch_related("visits__booking")
        .order_by("pk")
    ]


def _erase_series(subject: Subject) -> None:
    """The rules go; the visits stay as any other."""
    BookingSeries.objects.filter(customer_id__in=subject.customer_pks).delete()


def _export_notes(subject: Subject) -> list[dict[str, Any]]:
    """What businesses wrote down about them; who wrote it is the business's own."""
    found = CustomerNote.objects.filter(customer_id__in=subject.customer_pks).select_related("provider")
    return [
        {
            "business": note.provider.name,
            "kind": note.kind,
            "text": note.text,
            "written_at": rfc3339(note.written_at),
            "changed_at": rfc3339(note.edited_at) if note.edited_at else None,
        }
        for note in found.order_by("pk")
    ]


def _erase_notes(subject: Subject) -> None:
    CustomerNote.objects.filter(customer_id__in=subject.customer_pks).delete()


def _erase(subject: Subject) -> None:
    theirs = Booking.objects.filter(pk__in=subject.booking_pks)
    # `""` through the encrypted fields is empty; the point goes with the line.
    theirs.update(address_line="", address_note="", address_point=None, held_from="", decline_reason="")
    theirs.update(served_name="", served_phone="", served_note="", vehicle_plate="", vehicle_about="")
    BookingAccess.objects.filter(booking__in=theirs).delete()
    VisitMessage.objects.filter(booking__in=theirs).update(text="")
    said = Q(message__booking__in=theirs)
    if subject.user_id:
        said |= Q(actor=user_actor(subject.user_id))
    MessageReport.objects.filter(said).update(text="")
    MessageReport.objects.filter(message__booking__in=theirs).update(note="")
    Objection.objects.filter(booking__in=theirs).update(decision="")
    said = Q(objection__booking__in=theirs)
    if subject.user_id:
        said |= Q(actor=user_actor(subject.user_id))
    ObjectionStatement.objects.filter(said).update(text="")
    PriceChange.objects.filter(booking__in=theirs).update(reason="")
    PayLink.objects.filter(booking__in=theirs).delete()
    waited = QueueEntry.objects.filter(booking__in=theirs)
    waited.update(name="", phone="", email="")
    QueueLink.objects.filter(entry__in=waited).delete()
    RefundRequest.objects.filter(booking__in=theirs).update(reason="")


def _erase_calendars(subject: Subject) -> None:
    CalendarFeed.objects.filter(user_id=subject.user_pk).delete()
    BusyCalendar.objects.filter(staff__in=subject.staff_pks).delete()


def _obstacles(subject: Subject) -> Iterator[Obstacle]:
    visits = Booking.objects.filter(pk__in=subject.booking_pks, status__in=OPEN).select_related("outlet")
    for booking in visits.order_by("starts_at"):
        yield Obstacle("open_booking", booking.ref, booking.outlet.name)
    theirs = Q(items__staff__in=subject.staff_pks) | Q(items__helpers__in=subject.staff_pks)
    to_do = Booking.objects.filter(theirs, status__in=OPEN, ends_at__gt=clock.now()).distinct()
    for booking in to_do.select_related("outlet").order_by("starts_at"):
        yield Obstacle("visit_to_do", booking.ref, booking.outlet.name)


privacy.area(
    "bookings", app="bookings", title=_("Bookings"), export=_export, erase=_erase, obstacles=_obstacles
)
privacy.area("waits", app="bookings", title=_("Waitlists"), export=_export_waits, erase=_erase_waits)
privacy.personal(
    "bookings.WaitEntry", area="waits", blanked="public_id state made_by", reason="the row is deleted"
)
privacy.personal("bookings.WaitOffer", area="waits", blanked="state", reason="the row is deleted")
privacy.personal("bookings.WaitPass", area="waits", blanked="reason", reason="the row is deleted")
privacy.area("series", app="bookings", title=_("Series"), export=_export_series, erase=_erase_series)
privacy.personal(
    "bookings.BookingSeries",
    area="series",
    blanked="public_id rule timezone made_by",
    reason="the row is deleted",
)
privacy.area(
    "customer_notes",
    app="bookings",
    title=_("What businesses noted about you"),
    export=_export_notes,
    erase=_erase_notes,
)
privacy.personal(
    "bookings.CustomerNote",
    area="customer_notes",
    blanked="public_id kind text",
    reason="the row is deleted",
)
privacy.impersonal("bookings.WaitLook", {"what the worker saw of the database": "snapshot"})
privacy.area(
    "calendars",
    app="bookings",
    title=_("Calendars"),
    export=_export_calendars,
    erase=_erase_calendars,
)
privacy.personal(
    "bookings.Booking",
    area="bookings",
    blanked="address_line address_note address_point held_from decline_reason"
    " served_name served_phone served_note vehicle_plate vehicle_about",
    kept={
        "says what was agreed, which tax law keeps; names nobody": "ref policy currency timezone",
        "an id": "cancelled_by cancel_asked_by cancel_asked_as",
        "four random digits": "check_in_code",
    },
)
privacy.personal(
    "bookings.Objection", area="bookings", blanked="decision", kept={"an id": "actor ended_by public_id"}
)
privacy.personal("bookings.ObjectionStatement", area="bookings", blanked="text", kept={"an id": "actor"})
privacy.personal(
    "bookings.BookingItem",
    area="bookings",
    kept={
        "says what was sold, which tax law keeps; names nobody": "name language phases lines currency",
        "what was to be done; who did it is named by id": "standard",
    },
)
privacy.personal("bookings.BookingAccess", area="bookings", blanked="token_hash", reason="the row is deleted")
privacy.personal(
    "bookings.PriceChange",
    area="bookings",
    blanked="reason",
    kept={
        "says what was sold, which tax law keeps; names nobody": "name option currency",
        "an id": "public_id asked_by ended_by ended_as",
    },
)
privacy.personal(
    "bookings.RefundRequest",
    area="bookings",
    blanked="reason",
    kept={
        "says what was given back, which tax law keeps; names nobody": "items currency",
        "an id": "public_id asked_by decided_by",
    },
)
privacy.personal(
    "bookings.CalendarFeed",
    area="calendars",
    blanked="token_hash",
    reason="the row is deleted",
    kept={"an id": "public_id"},
)
privacy.personal(
    "bookings.BusyCalendar",
    area="calendars",
    blanked="name url content digest etag modified unknown_zones",
    reason="the row is deleted",
    kept={"an id": "public_id", "a fixed word": "failure"},
)
privacy.personal("bookings.PayLink", area="bookings", blanked="token_hash", reason="the row is deleted")
privacy.impersonal("bookings.PayLink", {"an id": "made_by"})
privacy.personal(
    "bookings.QueueEntry",
    area="bookings",
    blanked="name phone email",
    kept={"an id": "public_id called_by", "a fixed word": "language"},
)
privacy.personal("bookings.QueueLink", area="bookings", blanked="token_hash", reason="the row is deleted")
privacy.personal("bookings.VisitMessage", area="bookings", blanked="text")
privacy.personal("bookings.MessageReport", area="bookings", blanked="text note", kept={"an id": "actor"})
privacy.impersonal("bookings.BookingAccess", {"a fixed word": "purpose"})
privacy.impersonal("bookings.Allocation", {"the business's note on its own time": "note"})
privacy.impersonal("bookings.OpenKept", {"where a business is": "point"})
privacy.impersonal("bookings.OutletDay", {"where a business is": "point"})
privacy.impersonal("bookings.Course", {"what the business sells": "name language"})
