"""Calendars of other programs whose times take a person's open time: added, read, removed."""

import hashlib
import logging
import random
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.principals import Principal
from bookings.errors import CalendarAddressInvalid, CalendarsTooMany, CalendarTooLarge, CalendarUnreadable
from bookings.models import BusyCalendar, BusyTime
from bookings.rules.busy_file import BusyFile
from bookings.selectors.busy_calendars import access_busy_calendar, access_person
from bookings.services.busy_reading import Unreadable, read_file, zone_of
from common import clock
from common.fetching import MOST_BYTES, Fetched, FetchFailed, checked, fetch
from common.spans import Span
from providers.events import HOURS_CHANGED
from providers.models import StaffMember
from providers.selectors.access import WRITE
from providers.services.record import lock_provider, tell

log = logging.getLogger(__name__)

MOST_CALENDARS = 10  # of one person
EVERY, FILES_EVERY, AT_MOST = timedelta(minutes=15), timedelta(hours=20), timedelta(hours=24)
# Who reads one and dies leaves it to the next after so long.
LEASE = timedelta(minutes=10)
# "Read now" asks no more often.
AT_LEAST = timedelta(seconds=30)
BATCH = 10
ACCEPT = "text/calendar, text/plain;q=0.5, */*;q=0.1"


def subscribe(*, principal: Principal, staff: str, name: str, url: str) -> BusyCalendar:
    """Let the times of the calendar at `url` (http, https or webcal) take the open time of a person (public id).

    Without a `name` it is called as its host is. The worker reads it in a moment. By the person and managers.
    Raises NotSignedIn, NotFound, NotAllowed, CalendarAddressInvalid, CalendarsTooMany.
    """
    person = access_person(principal, staff, scope=WRITE)
    try:
        url = checked(url)
    except FetchFailed:
        raise CalendarAddressInvalid(field="url") from None
    name = name.strip() or urlsplit(url).hostname or ""
    return _add(person, principal.actor, BusyCalendar(name=name, url=url, next_read_at=clock.now()))


def add_file(*, principal: Principal, staff: str, name: str, file: UploadedFile) -> BusyCalendar:
    """The same for a file that was sent; without a `name` it is called as the file is.

    Call it outside a transaction: it is read at once, by another process. Raises as `subscribe`, and
    CalendarTooLarge, CalendarUnreadable.
    """
    person = access_person(principal, staff, scope=WRITE)
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise CalendarTooLarge(field="file")
    try:
        found = read_file(content, zone=zone_of(person))
    except Unreadable:
        raise CalendarUnreadable(field="file") from None
    with transaction.atomic():
        made = _add(person, principal.actor, BusyCalendar(name=name.strip() or file.name or ""))
        _apply(made, found)
    return made


def ask_to_read(*, principal: Principal, calendar: str) -> BusyCalendar:
    """Let the worker read a subscribed calendar (public id) in a moment. Raises NotSignedIn, NotFound, NotAllowed."""
    found = access_busy_calendar(principal, calendar, scope=WRITE)
    if found.url:
        soon = max(clock.now(), found.tried_at + AT_LEAST) if found.tried_at else clock.now()
        BusyCalendar.objects.filter(pk=found.pk).update(next_read_at=soon)
    return found


def remove(*, principal: Principal, calendar: str) -> None:
    """Its times take nothing any more. Raises NotSignedIn, NotFound, NotAllowed."""
    found = access_busy_calendar(principal, calendar, scope=WRITE)
    with transaction.atomic():
        provider = lock_provider(found.staff.provider_id)
        if BusyCalendar.objects.filter(pk=found.pk).delete()[0]:
            _tell(provider, found, "busy_calendar.remove", principal.actor)


def read_due(*, look: Callable[..., Fetched] = fetch) -> int:
    """Read the calendars whose time has come, a batch of them; how many. Any number of workers may run it."""
    now = clock.now()
    with transaction.atomic():
        due = list(
            BusyCalendar.objects.select_for_update(skip_locked=True)
            .filter(next_read_at__lte=now, staff__archived_at__isnull=True)
            .order_by("next_read_at")[:BATCH]
        )
        for each in due:
            each.lease += 1
            each.tried_at, each.next_read_at = now, now + LEASE
            each.save(update_fields=["lease", "tried_at", "next_read_at"])
    for each in due:
        try:
            _read(each, look)
        except (
            Exception
        ):  # one bad calendar must not keep the others waiting; it is tried again after its lease
            log.exception("calendar %s was not read", each.public_id)
    return len(due)


def _read(calendar: BusyCalendar, look: Callable[..., Fetched]) -> None:
    """Ask for it, work out its times, keep them: the network and the other process outside any transaction."""
    kept = bytes(calendar.content or b"")
    fetched = Fetched(None)
    try:
        if calendar.url:
            marks = {"etag": calendar.etag, "modified": calendar.modified} if kept else {}
            fetched = look(calendar.url, accept=ACCEPT, **marks)
        new = None if fetched.content is None else hashlib.sha256(fetched.content).hexdigest()
        stale = calendar.worked_out_at is None or calendar.worked_out_at < clock.now() - FILES_EVERY
        found = None
        # Most servers know no ETag and say all of it again.
        if stale or new not in (None, calendar.digest):
            content = kept if fetched.content is None else fetched.content
            found = read_file(content, zone=zone_of(StaffMember.objects.get(pk=calendar.staff_id)))
    except (FetchFailed, Unreadable) as error:
        _note_failure(calendar, error.code)
        return
    with transaction.atomic():
        provider = lock_provider(calendar.staff.provider_id)
        locked = _still_ours(calendar)
        if locked is None:
            return
        if new is not None:
            locked.digest, locked.etag, locked.modified = new, fetched.etag, fetched.modified
        changed = _apply(locked, found) if found else False
        locked.failure, locked.failures, locked.read_at = "", 0, clock.now()
        locked.next_read_at = clock.now() + _soon(EVERY if locked.url else FILES_EVERY)
        locked.save()
        if changed:
            _tell(provider, locked, "busy_calendar.read", "system")


def _note_failure(calendar: BusyCalendar, code: str) -> None:
    """What was read before stands; the next try waits twice as long, up to a day."""
    with transaction.atomic():
        locked = _still_ours(calendar)
        if locked is None:
            return
        locked.failure = code
        locked.failures = min(locked.failures + 1, 20)
        wait = min(EVERY * 2 ** (locked.failures - 1), AT_MOST)
        locked.next_read_at = clock.now() + _soon(wait)
        locked.save(update_fields=["failure", "failures", "next_read_at"])


def _still_ours(calendar: BusyCalendar) -> BusyCalendar | None:
    """The row, locked, unless it was removed or somebody else has read it since."""
    mine = BusyCalendar.objects.select_for_update(of=("self",)).filter(pk=calendar.pk, lease=calendar.lease)
    return mine.select_related("staff").first()


def _add(person: StaffMember, actor: str, calendar: BusyCalendar) -> BusyCalendar:
    with transaction.atomic():
        provider = lock_provider(person.provider_id)
        if BusyCalendar.objects.filter(staff=person).count() >= MOST_CALENDARS:
            raise CalendarsTooMany
        calendar.staff = person
        calendar.name = calendar.name[:80]
        calendar.save()
        calendar.refresh_from_db()
        _tell(provider, calendar, "busy_calendar.add", actor)
    return calendar


def _apply(calendar: BusyCalendar, found: BusyFile) -> bool:
    """Keep what was found of a calendar whose row is locked or new; whether times changed. Only what differs is
    written: each row makes open time anew."""
    kept = {Span(row.period.lower, row.period.upper): row.pk for row in calendar.times.all()}
    wanted = set(found.spans)
    gone = [pk for span, pk in kept.items() if span not in wanted]
    new = sorted(wanted - kept.keys())
    BusyTime.objects.filter(pk__in=gone).delete()
    BusyTime.objects.bulk_create(
        BusyTime(calendar=calendar, staff_id=calendar.staff_id, period=DateTimeTZRange(*span)) for span in new
    )
    calendar.content = found.bare
    calendar.events, calendar.skipped = found.events, found.skipped
    calendar.unknown_zones = found.unknown_zones
    calendar.worked_out_at = calendar.read_at = clock.now()
    if not calendar.url:
        calendar.next_read_at = clock.now() + _soon(FILES_EVERY)
    calendar.save()
    return bool(gone or new)


def _soon(wait: timedelta) -> timedelta:
    """About so long: calendars of one host are not all read at once."""
    return wait * random.uniform(0.9, 1.1)  # noqa: S311  # nobody gains by guessing it


def _tell(provider: object, calendar: BusyCalendar, action: str, actor: str) -> None:
    """The outlets where the person works look again."""
    tell(
        provider,  # type: ignore[arg-type]  # locked above
        type=HOURS_CHANGED,
        actor=actor,
        action=action,
        of="staff",
        of_id=calendar.staff.public_id,
        outlets=list(calendar.staff.outlets.all()),
        calendar=calendar.public_id,
    )
