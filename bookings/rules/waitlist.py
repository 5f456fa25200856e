"""Who is offered what has become free: plain values, local times by the outlet's wall clock."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bookings.enums import OfferState, PassReason

# Offers are made between these, on the outlet's clock: nobody answers at night, and nothing is held until morning.
DAY_BEGINS = time(8)
DAY_ENDS = time(21)
LONGEST_DAYS = 61


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one entry waits for. `staff` is a public id, None for anyone; hours are None for any.

    `able` are those who do the service; `offered` says how earlier offers of a start to this entry ended.
    """

    service: str
    staff: str | None
    seats: int
    first_day: date
    last_day: date
    from_time: time | None
    until_time: time | None
    able: Collection[str]
    offered: Mapping[datetime, str]
    has_offer: bool


@dataclass(frozen=True, slots=True)
class Freed:
    """A time that one entry is offered: what of, who would do it (public ids), and how many seats."""

    service: str
    start: datetime
    staff: Collection[str]
    seats: int


def is_day(now: datetime, zone: ZoneInfo) -> bool:
    """Whether offers are made at `now` (aware)."""
    return DAY_BEGINS <= now.astimezone(zone).time() < DAY_ENDS


def when_wanted(wanted: Wanted, start: datetime, zone: ZoneInfo) -> PassReason | None:
    """Why a start (aware) is none that they wait for; None when it is."""
    here = start.astimezone(zone)
    if not wanted.first_day <= here.date() <= wanted.last_day:
        return PassReason.OTHER_DAYS
    # To the minute: `until` is a start that is still wanted.
    minute = here.time().replace(second=0, microsecond=0)
    if not (wanted.from_time or time.min) <= minute <= (wanted.until_time or time.max):
        return PassReason.OTHER_HOURS
    if earlier := wanted.offered.get(start):
        return PassReason.EXPIRED if earlier == OfferState.EXPIRED else PassReason.DECLINED
    return None


def why_passed_over(wanted: Wanted, freed: Freed, zone: ZoneInfo) -> PassReason:
    """Why an entry that came earlier, and for which nothing was found, was not offered `freed`."""
    if wanted.has_offer:
        return PassReason.HAS_OFFER
    if reason := when_wanted(wanted, freed.start, zone):
        return reason
    if wanted.staff is not None and wanted.staff not in freed.staff:
        return PassReason.OTHER_PERSON
    if not set(wanted.able) & set(freed.staff):
        return PassReason.NOT_ABLE
    if wanted.service == freed.service and wanted.seats > freed.seats:
        return PassReason.FEW_SEATS
    return PassReason.TOO_SHORT


def answer_by(now: datetime, start: datetime, minutes: int) -> datetime:
    """Until when an offer made `now` of `start` is held, in minutes; never beyond the start."""
    return min(now + timedelta(minutes=minutes), start)
