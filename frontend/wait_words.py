"""Waitlists in words: what somebody waits for, which one they are, what was offered."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.enums import OfferState, WaitState
from bookings.models import WaitEntry, WaitOffer, WaitPass
from common import clock
from frontend import formats


@dataclass(frozen=True, slots=True)
class WaitLine:
    """One entry as pages show it; `place` counts from 1, `passed` is the newest time it was passed over for."""

    entry: WaitEntry
    place: int
    days: str
    hours: str
    offer: WaitOffer | None
    earlier: list[WaitOffer]
    passed: list[WaitPass]

    @property
    def place_words(self) -> str:
        """`You are next`, or how many come before them."""
        if self.entry.state != WaitState.WAITING:
            return ""
        if self.place == 1:
            return _("You are next.")
        before = self.place - 1
        return ngettext("%(n)d person is asked before you.", "%(n)d people are asked before you.", before) % {
            "n": before
        }


def wait_line(entry: WaitEntry) -> WaitLine:
    """An entry as selectors.waitlist.told reads it."""
    offers = list(entry.offers.all())
    now = clock.now()
    ends = {offer.pk: offer.booking.hold_expires_at for offer in offers}
    still = [each for each in offers if each.state == OfferState.OPEN and (ends[each.pk] or now) > now]
    return WaitLine(
        entry=entry,
        place=entry.place,  # type: ignore[attr-defined]  # annotated by told()
        days=days_words(entry.first_day, entry.last_day),
        hours=_("starting between %(first)s and %(last)s")
        % {"first": f"{entry.from_time:%H:%M}", "last": f"{entry.until_time:%H:%M}"}
        if entry.from_time and entry.until_time
        else _("at any hour"),
        offer=still[0] if still else None,
        earlier=[each for each in offers if each not in still][::-1],
        passed=list(entry.passes.all())[:3],
    )


def days_words(first: date, last: date) -> str:
    """One day, or the first and the last, in the reader's language."""
    if first == last:
        return formats.pattern(first, "medium")
    return f"{formats.pattern(first, 'medium')} – {formats.pattern(last, 'medium')}"
