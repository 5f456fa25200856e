"""A week as customers would see it with a change that is not saved yet, beside how they see it now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.forms import Form

from bookings.selectors.week_seen import SeenDay, week_seen
from bookings.services.affected import try_out
from common.errors import DomainError
from common.spans import Span
from frontend import formats
from frontend.affected import affected
from providers.models import Outlet, Provider, Service, StaffMember
from providers.selectors.public import live_offerings


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A day in words: the hours ("" when closed), how many starts, the first and last of them, each now and then."""

    day: str
    hours: tuple[str, str]
    counts: tuple[int, int]
    between: tuple[str, str]

    @property
    def is_other(self) -> bool:
        return self.hours[0] != self.hours[1] or self.counts[0] != self.counts[1]


@dataclass(frozen=True, slots=True)
class Preview:
    """Seven days; `service` is what somebody would book, None while nothing of it is listed."""

    rows: Sequence[SeenRow]
    service: Service | None

    @property
    def is_other(self) -> bool:
        return any(row.is_other for row in self.rows)


def preview(
    form: Form,
    *,
    provider: Provider,
    outlet: Outlet,
    person: StaffMember | None,
    first: date,
    do: Callable[[], Any],
) -> Preview | None:
    """The seven days from `first` on with what the form asks for; nothing is changed.

    None when the form's fields or the service refuse it: then the reason stands on the form. Visits that it would hit
    stand on the form as `affected`.
    """
    if not form.is_valid():
        return None
    service = _service(outlet, person)
    booked = service.public_id if service else ""
    try:
        tried = try_out(
            provider.pk,
            do=do,
            look=lambda: week_seen(outlet, first=first, service=booked, staff=person),
        )
    except DomainError as error:
        if error.status not in (409, 422):
            raise
        named = error.data.get("field")
        form.add_error(named if named in form.fields else None, str(error.detail))
        return None
    if tried.hits:
        form.affected = affected(provider, tried.hits)  # type: ignore[attr-defined]  # for the form's page
    pairs = zip(tried.before, tried.after, strict=True)
    return Preview([_row(outlet, before, after) for before, after in pairs], service)


def _service(outlet: Outlet, person: StaffMember | None) -> Service | None:
    """What most are asked to look at: the first service that is listed, and that the person does."""
    found = live_offerings(outlet).select_related("service").filter(service__capacity=1)
    if person is not None:
        found = found.filter(service__skills__staff=person, service__skills__held_back=False)
    offering = found.first()
    return offering.service if offering else None


def _row(outlet: Outlet, before: SeenDay, after: SeenDay) -> SeenRow:
    zone = outlet.timezone
    return SeenRow(
        day=formats.pattern(before.day, "medium"),
        hours=(_hours(before.hours, zone), _hours(after.hours, zone)),
        counts=(len(before.starts), len(after.starts)),
        between=(_between(before, zone), _between(after, zone)),
    )


def _hours(spans: Sequence[Span], zone: str) -> str:
    return ", ".join(
        f"{formats.clock_time(span.start, zone)}–{formats.clock_time(span.end, zone)}" for span in spans
    )


def _between(day: SeenDay, zone: str) -> str:
    if not day.starts:
        return ""
    return f"{formats.clock_time(day.starts[0], zone)}–{formats.clock_time(day.starts[-1], zone)}"
