"""A place in the queue in words: when, as a range, and why somebody is where they are."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.selectors.queue import Place
from frontend import formats

# What is nearer is "now".
SOON = timedelta(minutes=1)
FIVE = timedelta(minutes=5)


def times_words(place: Place, now: datetime, zone: str) -> str:
    """When somebody would be served: a range of clock times, and no promise that what is open does not hold."""
    first, last = place.earliest, place.latest
    if first is None:
        return _("No time left before closing")
    early = formats.clock_time(first, zone)
    if last is None:
        if first - now < SOON:
            return _("Now, or not before closing")
        return _("%(early)s at the earliest, perhaps not before closing") % {"early": early}
    if last - now < SOON:
        return _("Now")
    late = formats.clock_time(last, zone)
    if first - now < SOON:
        return _("Now to %(late)s") % {"late": late}
    if first == last:
        return _("About %(early)s") % {"early": early}
    return _("%(early)s to %(late)s") % {"early": early, "late": late}


def wait_words(place: Place, now: datetime) -> str:
    """The same in minutes from now, for whoever waits; empty where there is nothing to count."""
    if place.earliest is None or place.latest is None:
        return ""
    # To whole five minutes, later rather than sooner.
    least, most = (max(0, -(-(when - now) // FIVE) * 5) for when in (place.earliest, place.latest))
    if most < 1:
        return ""
    if least == most:
        return ngettext("in about %(n)d minute", "in about %(n)d minutes", most) % {"n": most}
    return _("in %(least)d to %(most)d minutes") % {"least": least, "most": most}


def reason_words(place: Place, next_: Place | None, zone: str) -> str:
    """Why it is their turn, or not yet."""
    wanted = place.entry.staff
    if next_ is not None and place.entry.pk == next_.entry.pk:
        if place.number == 1:
            return _("Next: came first")
        return _("Next: of those who could begin now, came first")
    if place.free_now:
        return _("Could begin now, came after who is next")
    if place.earliest is None:
        if wanted:
            return _("%(name)s has no time left before closing") % {"name": wanted.name}
        return _("Nobody has time left before closing")
    time = formats.clock_time(place.earliest, zone)
    if wanted:
        return _("Waits for %(name)s, free at %(time)s") % {"name": wanted.name, "time": time}
    return _("The first who is free is %(name)s, at %(time)s") % {
        "name": formats.listed(place.who),
        "time": time,
    }
