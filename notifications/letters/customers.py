"""What customers are told. Each function answers a Letter in the active language, or None when it is moot."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from bookings.enums import PaymentState
from bookings.models import Booking, VisitMessage
from bookings.rules import states
from bookings.services.access import mail_link
from common import clock
from notifications.letters.calendar import invitation, location
from notifications.letters.letter import File, Letter
from notifications.letters.words import amount, long_time
from notifications.models import Message
from payments.rules.policy import free_until
from providers.enums import Place

# The visit is still ahead: only then is it worth saying that it is confirmed, moved, or near.
AHEAD = frozenset({states.CONFIRMED, states.ON_THE_WAY, states.CHECKED_IN})


def confirmed(booking: Booking, message: Message, email: str) -> Letter | None:
    if booking.status not in AHEAD:
        return None
    when = long_time(booking.starts_at, booking.zone)
    return Letter(
        subject=_("Confirmed: %(service)s, %(when)s") % {"service": _service(booking), "when": when},
        heading=_("%(when)s is yours.") % {"when": when},
        paragraphs=[_before_you_come(booking), _until_when_free(booking)],
        facts=facts_of(booking),
        link=mail_link(booking),
        link_text=_("See or change your booking"),
        files=[calendar_file(booking, message, email)],
    )


def rescheduled(booking: Booking, message: Message, email: str) -> Letter | None:
    if booking.status not in AHEAD:
        return None
    payload = message.event.payload if message.event else {}
    # Of a course it may be a later date.
    date = payload.get("date", {}).get("starts_at")
    when = long_time(datetime.fromisoformat(date) if date else booking.starts_at, booking.zone)
    fee = payload.get("fee", 0)
    paragraphs = [_before_you_come(booking)]
    if fee:
        paragraphs.append(
            _("It was moved late, so %(fee)s of what you paid can no longer be refunded.")
            % {"fee": amount(fee, booking.currency)}
        )
    else:
        paragraphs.append(_until_when_free(booking))
    return Letter(
        subject=_("Moved: %(service)s, now %(when)s") % {"service": _service(booking), "when": when},
        heading=(
            _("One date of your course is now on %(when)s.") if date else _("Your visit is now on %(when)s.")
        )
        % {"when": when},
        paragraphs=paragraphs,
        facts=facts_of(booking),
        link=mail_link(booking),
        link_text=_("See or change your booking"),
        files=[calendar_file(booking, message, email)],
    )


def cancelled(booking: Booking, message: Message, email: str) -> Letter | None:
    """With the exact money, as the event of the cancellation holds it."""
    payload = message.event.payload if message.event else {}
    names = ("refund", "fee", "back_at_shop", "let_go")
    refund, fee, at_shop, let_go = (payload.get(name, 0) for name in names)
    when = long_time(booking.starts_at, booking.zone)
    paragraphs = []
    if payload.get("by") == "staff":
        paragraphs.append(_("%(outlet)s had to cancel. We are sorry.") % {"outlet": booking.outlet.name})
    if refund:
        back = {"refund": amount(refund, booking.currency)}
        paragraphs.append(
            _("%(refund)s comes back: it is in your wallet here.") % back
            if payload.get("wallet")
            else _("You get %(refund)s back, in 2–5 days.") % back
        )
    if given := payload.get("compensation", 0):
        paragraphs.append(
            _("It was late: %(outlet)s gives you %(amount)s besides. It is in your wallet here.")
            % {"outlet": booking.outlet.name, "amount": amount(given, booking.currency)}
        )
    if at_shop:
        paragraphs.append(
            _("You paid at the counter. %(outlet)s gives you %(amount)s back there.")
            % {"outlet": booking.outlet.name, "amount": amount(at_shop, booking.currency)}
        )
    if fee:
        paragraphs.append(
            _("%(fee)s is kept, as agreed when you booked.") % {"fee": amount(fee, booking.currency)}
        )
    if let_go:
        paragraphs.append(
            _("%(amount)s was only held on your card, and is free again within a few days.")
            % {"amount": amount(let_go, booking.currency)}
        )
    if not refund and not fee and not at_shop and not let_go:
        paragraphs.append(_("Nothing was charged."))
    return Letter(
        subject=_("Cancelled: %(service)s, %(when)s") % {"service": _service(booking), "when": when},
        heading=_("Your visit on %(when)s is cancelled.") % {"when": when},
        paragraphs=paragraphs,
        facts=[
            (_("Service"), _service(booking)),
            (_("Shop"), booking.outlet.name),
            (_("Booking"), booking.ref),
        ],
        link=mail_link(booking),
        link_text=_("See the booking"),
        # Of what was never confirmed nobody has a calendar file.
        files=[calendar_file(booking, message, email, cancelled=True)] if booking.confirmed_at else [],
    )


def requested(booking: Booking, message: Message, email: str) -> Letter | None:
    """It is not booked yet: by when they hear, and what happens with their money if they do not."""
    if booking.status != states.REQUESTED or booking.accept_by is None:
        return None
    when = long_time(booking.starts_at, booking.zone)
    names = {"outlet": booking.outlet.name, "when": long_time(booking.accept_by, booking.zone)}
    if booking.payment_state == PaymentState.ON_CARD:
        otherwise = _("If they cannot, or do not answer, nothing is taken from your card.")
    elif booking.prepaid_amount:
        otherwise = _("If they cannot, or do not answer, you get everything back.")
    else:
        otherwise = _("If they cannot, or do not answer, it is off and costs you nothing.")
    return Letter(
        subject=_("Asked: %(service)s, %(when)s") % {"service": _service(booking), "when": when},
        heading=_("We asked %(outlet)s for %(when)s.") % {"outlet": booking.outlet.name, "when": when},
        paragraphs=[_("%(outlet)s answers by %(when)s. The time is yours until then.") % names, otherwise],
        facts=[fact for fact in facts_of(booking) if fact[0] != _("Your code")],
        link=mail_link(booking),
        link_text=_("See the booking"),
    )


def declined(booking: Booking, message: Message, email: str) -> Letter | None:
    payload = message.event.payload if message.event else {}
    when = long_time(booking.starts_at, booking.zone)
    names = {"outlet": booking.outlet.name}
    if payload.get("by") == "system":
        paragraphs = [_("%(outlet)s did not answer in time. We are sorry.") % names]
    else:
        paragraphs = [_("%(outlet)s cannot take this visit. We are sorry.") % names]
    if booking.decline_reason:
        paragraphs.append(_("They say: %(reason)s") % {"reason": booking.decline_reason})
    if refund := payload.get("refund", 0):
        paragraphs.append(
            _("You get all of it back, %(amount)s, in 2–5 days.")
            % {"amount": amount(refund, booking.currency)}
        )
    else:
        paragraphs.append(_("Nothing was charged."))
    return Letter(
        subject=_("Not booked: %(service)s, %(when)s") % {"service": _service(booking), "when": when},
        heading=_("Your visit on %(when)s does not take place.") % {"when": when},
        paragraphs=paragraphs,
        facts=[
            (_("Service"), _service(booking)),
            (_("Shop"), booking.outlet.name),
            (_("Booking"), booking.ref),
        ],
        link=settings.SITE_URL + "/",
        link_text=_("Find another time"),
    )


def reminder(booking: Booking, message: Message, email: str) -> Letter | None:
    if booking.status != states.CONFIRMED or booking.starts_at <= clock.now():
        return None
    when = long_time(booking.starts_at, booking.zone)
    return Letter(
        subject=_("Soon: %(service)s, %(when)s") % {"service": _service(booking), "when": when},
        heading=_("See you on %(when)s.") % {"when": when},
        paragraphs=[_before_you_come(booking)],
        facts=facts_of(booking),
        link=mail_link(booking),
        link_text=_("See or change your booking"),
    )


def paid_too_late(booking: Booking, message: Message, email: str) -> Letter | None:
    paid = (
        message.event.payload.get("amount", booking.total_amount) if message.event else booking.total_amount
    )
    when = long_time(booking.starts_at, booking.zone)
    return Letter(
        subject=_("Not booked: %(service)s, %(when)s") % {"service": _service(booking), "when": when},
        heading=_("%(when)s was taken while you paid.") % {"when": when},
        paragraphs=[
            _("Your payment arrived after the hold had ended, and somebody else has the time now."),
            _("You get all of it back, %(amount)s, in 2–5 days.")
            % {"amount": amount(paid, booking.currency)},
        ],
        facts=[
            (_("Service"), _service(booking)),
            (_("Shop"), booking.outlet.name),
            (_("Booking"), booking.ref),
        ],
        link=settings.SITE_URL + "/",
        link_text=_("Find another time"),
    )


def refunded(booking: Booking, message: Message, email: str) -> Letter | None:
    payload = message.event.payload if message.event else {}
    money = amount(payload["refund_amount"], payload["currency"])
    return Letter(
        subject=_("%(amount)s is on its way back to you") % {"amount": money},
        heading=_("%(amount)s is on its way back to you.") % {"amount": money},
        paragraphs=[
            _("It is in your wallet here.")
            if payload.get("wallet")
            else _("It goes back the way it was paid. Depending on your bank, it arrives in 2–5 days."),
        ],
        facts=[
            (_("Service"), _service(booking)),
            (_("Shop"), booking.outlet.name),
            (_("Booking"), booking.ref),
        ],
        link=mail_link(booking),
        link_text=_("See the booking"),
    )


def message(booking: Booking, message: Message, email: str) -> Letter | None:
    """What who serves wrote, as long as the row still holds it and the customer has not seen it."""
    written = unread_message(booking, message)
    if not written:
        return None
    phone = booking.outlet.phone
    return Letter(
        subject=_("A message from %(outlet)s") % {"outlet": booking.outlet.name},
        heading=_("%(outlet)s writes about your visit on %(when)s:")
        % {"outlet": booking.outlet.name, "when": long_time(booking.starts_at, booking.zone)},
        paragraphs=[
            *written.text.splitlines(),
            _("Answer on the booking's page, or call them: %(phone)s.") % {"phone": phone}
            if phone
            else _("Answer on the booking's page. A reply to this mail is not read."),
        ],
        facts=[(_("Service"), _service(booking)), (_("Booking"), booking.ref)],
        link=mail_link(booking),
        link_text=_("See the booking"),
    )


def unread_message(booking: Booking, message: Message) -> VisitMessage | None:
    """The message on the visit that a letter is about; None once it was seen, blanked or hidden."""
    assert message.event is not None
    written = (
        booking.messages.select_related("report")
        .filter(public_id=message.event.payload["message"], read_at__isnull=True)
        .first()
    )
    return written if written and written.text and not written.is_hidden else None


def _service(booking: Booking) -> str:
    return booking.service_names


def _when(booking: Booking) -> str:
    """When it is; all dates of a course."""
    starts = [item.starts_at for item in booking.items.all()] if booking.is_course else [booking.starts_at]
    return "; ".join(long_time(start, booking.zone) for start in starts)


def facts_of(booking: Booking) -> list[tuple[str, str]]:
    total = amount(booking.total_amount, booking.currency)
    on_the_spot = (
        _("%(amount)s, of it %(paid)s paid and %(due)s on the spot")
        if booking.prepaid_amount
        else _("%(amount)s, to be paid on the spot")
    )
    price = {
        PaymentState.PAID: _("%(amount)s, paid"),
        PaymentState.COUNTER: on_the_spot,
        PaymentState.ON_CARD: _("%(amount)s, held on your card and taken when it is done"),
    }.get(PaymentState(booking.payment_state), "%(amount)s") % {
        "amount": total,
        "paid": amount(booking.prepaid_amount, booking.currency),
        "due": amount(booking.due_at_counter, booking.currency),
    }
    return [
        (_("Service"), _service(booking)),
        (_("When"), _when(booking)),
        *([(_("Seats"), str(booking.seats))] if booking.seats else []),
        (_("With"), booking.staff_names),
        (_("Where"), location(booking)),
        (_("Price"), price),
        (_("Your code"), booking.check_in_code),
        (_("Booking"), booking.ref),
    ]


def _before_you_come(booking: Booking) -> str:
    if booking.place == Place.CUSTOMER:
        return _("Tell them your code at the door, and they begin.")
    return _("Say your code when you arrive.")


def _until_when_free(booking: Booking) -> str:
    until = free_until(booking.terms, booking.starts_at, booked_at=booking.confirmed_at)
    if until is None or until <= clock.now():
        return _("It can no longer be cancelled for free; the booking shows what a change would cost.")
    return _("Cancelling or moving is free until %(until)s.") % {"until": long_time(until, booking.zone)}


def calendar_file(booking: Booking, message: Message, email: str, *, cancelled: bool = False) -> File:
    assert message.event is not None
    return invitation(
        booking, sequence=message.event.seq, attendee=email, at=message.event.at, cancelled=cancelled
    )
