"""What both sides are told of an objection to a visit: that it is open, taken back, or decided, and the money.

What the sides say of each other stands on their pages only; the operator's reason is for both.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from bookings.enums import Side
from bookings.models import Booking, Objection
from bookings.services.access import mail_link
from notifications.letters.letter import Letter
from notifications.letters.words import amount, long_time
from notifications.models import Message


def to_customer(booking: Booking, message: Message, email: str) -> Letter | None:
    return _letter(booking, message, reader=Side.CUSTOMER, link=mail_link(booking))


def to_provider(booking: Booking, message: Message, email: str) -> Letter | None:
    link = f"{settings.SITE_URL}/b/{booking.ref}"
    return _letter(booking, message, reader=Side.PROVIDER, link=link)


def _letter(booking: Booking, message: Message, *, reader: Side, link: str) -> Letter | None:
    event = message.event
    assert event is not None
    about = Objection.objects.get(public_id=event.payload["objection"])
    values = {
        "service": booking.service_names,
        "when": long_time(booking.starts_at, booking.zone),
        "outlet": booking.outlet.name,
    }
    mine = about.by == reader
    if event.type == "booking.objected":
        subject, heading = _("Case open: %(service)s, %(when)s"), _("There is a case about %(when)s.")
        paragraphs = [_who(mine, reader, values), _("Until we have decided, no money moves.")]
        if not mine:
            paragraphs.append(_("Say on its page how it was: we hear both sides."))
        if about.answer_by:
            subject = _("Nobody came: %(service)s, %(when)s")
            paragraphs = _not_come(booking, about.answer_by, mine, values)
    elif event.type == "booking.objection_withdrawn":
        subject, heading = _("Case closed: %(service)s, %(when)s"), _("The case about %(when)s is closed.")
        paragraphs = [
            _("You took your objection back.") if mine else _("The other side took its objection back."),
            _("A day from now the visit counts as good."),
        ]
    else:
        subject, heading = _("Decided: %(service)s, %(when)s"), _("We have decided about %(when)s.")
        paragraphs = [
            *(
                _missed(booking, event.payload, reader)
                if event.payload.get("missed")
                else _money(booking, event.payload["refund"], event.payload["released"], reader)
            ),
            # What nobody denied in time needs no reason.
            *([_("Why: %(reason)s") % {"reason": about.decision}] if about.decision else []),
        ]
    return Letter(
        subject=subject % values,
        heading=heading % values,
        paragraphs=paragraphs,
        facts=[
            (_("Service"), values["service"]),
            (_("Shop"), values["outlet"]),
            (_("Booking"), booking.ref),
        ],
        link=link,
        link_text=_("See the booking"),
    )


def _who(mine: bool, reader: Side, values: dict[str, str]) -> str:
    if mine:
        return _("You told us that something was not right.")
    if reader == Side.CUSTOMER:
        return _("%(outlet)s told us that something was not right.") % values
    return _("The customer told us that something was not right.")


def _not_come(booking: Booking, answer_by: datetime, mine: bool, values: dict[str, str]) -> list[str]:
    """Nobody came, the customer says: until when the business may say otherwise, and what follows if it does not."""
    due = {**values, "due": long_time(answer_by, booking.zone)}
    if mine:
        return [
            _("You told us that nobody came."),
            _("%(outlet)s has until %(due)s to say otherwise. If they do not, everything goes back to you.")
            % due,
        ]
    return [
        _("The customer told us that nobody came."),
        _("If it is not so, say it on its page by %(due)s. Else it counts, and everything goes back to them.")
        % due,
    ]


def _missed(booking: Booking, payload: dict[str, Any], reader: Side) -> list[str]:
    """The business did not come: what the customer gets, and what it costs the business."""
    refund, besides = payload["refund"], payload.get("compensation", 0)
    money = {
        "outlet": booking.outlet.name,
        "refund": amount(refund, booking.currency),
        "let_go": amount(payload.get("let_go", 0), booking.currency),
        "besides": amount(besides, booking.currency),
    }
    lines = []
    if reader == Side.CUSTOMER:
        lines.append(_("%(outlet)s did not come. We are sorry.") % money)
        if refund:
            lines.append(_("You get %(refund)s back, in 2–5 days.") % money)
        if payload.get("let_go"):
            lines.append(_("Nothing is taken of the %(let_go)s that was held on your card.") % money)
        if besides:
            lines.append(_("%(outlet)s gives you %(besides)s besides. It is in your wallet here.") % money)
        return lines
    lines.append(_("It counts as a visit that you did not keep."))
    if refund:
        lines.append(_("All of it, %(back)s, goes back to the customer.") % {"back": money["refund"]})
    if besides:
        lines.append(_("As your terms say, you give them %(besides)s besides, from your balance.") % money)
    return lines


def _money(booking: Booking, refund: int, released: int, reader: Side) -> list[str]:
    """What each side gets of what was held; the business less the commission."""
    if not refund and not released:
        return [_("Nothing was held for this visit, so no money moves.")]
    back = amount(refund, booking.currency)
    if reader == Side.CUSTOMER:
        if refund:
            return [_("You get %(refund)s back, in 2–5 days.") % {"refund": back}]
        return [_("Nothing comes back.")]
    kept = {"amount": amount(released, booking.currency), "back": back}
    if not released:
        return [_("All of it, %(back)s, goes back to the customer.") % kept]
    if not refund:
        return [_("%(amount)s is yours, less the commission.") % kept]
    return [_("%(amount)s is yours, less the commission; %(back)s goes back to the customer.") % kept]
