"""The words, looks and icons of a booking's status: the one table that every page reads."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Look:
    """A status as people see it; `css` is a badge class, `icon` a name in src/icons.txt."""

    word: str | Promise
    css: str
    icon: str


LOOKS: dict[str, Look] = {
    "held": Look(_("Held"), "badge--lamp", "hourglass"),
    "requested": Look(_("Waiting for the provider"), "badge--lamp-line", "clock"),
    "declined": Look(_("Declined"), "badge--brick", "x"),
    "confirmed": Look(_("Confirmed"), "badge--spruce", "calendar-check"),
    "on_the_way": Look(_("On the way"), "badge--baltic", "navigation"),
    "checked_in": Look(_("Checked in"), "badge--baltic", "scan"),
    "started": Look(_("In service"), "badge--baltic-full", "play"),
    "completed": Look(pgettext_lazy("booking status", "Done"), "", "check"),
    "closed": Look(pgettext_lazy("booking status", "Completed"), "badge--spruce-line", "check-check"),
    "case": Look(_("Case open"), "badge--plum", "message-square-warning"),
    "no_show": Look(_("No-show"), "badge--brick", "user-x"),
    "cancelled_late": Look(_("Cancelled late"), "badge--brick", "calendar-x"),
    "cancelled": Look(_("Cancelled"), "badge--line", "x"),
    "expired": Look(_("Hold ended"), "badge--line", "timer-off"),
}


def look(status: str) -> Look:
    """The look of a status (a value of bookings.enums.Status), or of the badges case and cancelled_late."""
    return LOOKS[status]
