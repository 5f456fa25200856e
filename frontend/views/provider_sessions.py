"""Group sessions of a shop: what is on the calendar, more of it, and who is in each."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.errors import BookingsAffected, SlotTaken
from bookings.models import GroupSession
from bookings.selectors import sessions as selectors
from bookings.services import sessions
from common import clock
from common.errors import DomainError
from common.spans import Span
from frontend import formats
from frontend.affected import Affected, affected
from frontend.views.provider_day import Row, SessionLine, day_outlet, day_row
from frontend.views.provider_desk import Desk, action, at_desk, attempt, form_page, sent_status
from frontend.views.provider_forms import DeskForm, every_weeks_choices, set_choices, text_field
from frontend.views.provider_hours_forms import day_field, time_field
from providers.enums import Role
from providers.models import Outlet, Service, StaffMember
from providers.selectors.public import outlet_staff

FARTHEST = timedelta(days=367)


class SessionForm(DeskForm):
    """What is done, when, by whom; how often, and whether the dates are one course."""

    wide = frozenset({"service", "course"})
    service = forms.ChoiceField(label=gettext_lazy("Service"))
    staff = forms.ChoiceField(label=gettext_lazy("Who does it"), required=False)
    capacity = forms.IntegerField(
        label=gettext_lazy("Seats"),
        required=False,
        min_value=1,
        max_value=500,
        help_text=gettext_lazy("Empty: as many as the service has."),
    )
    day = day_field(gettext_lazy("First date"))
    time = time_field(gettext_lazy("Starts at"), required=True)
    dates = forms.IntegerField(
        label=gettext_lazy("How many dates"), min_value=1, max_value=52, initial=1, required=True
    )
    every_weeks = forms.TypedChoiceField(label=gettext_lazy("How often"), coerce=int, initial=1)
    course = text_field(
        gettext_lazy("Name of the course"),
        required=False,
        help_text=gettext_lazy(
            "With a name, all dates are booked as one, at the price of the service. Empty: each on its own."
        ),
    )

    def __init__(self, *args: Any, services: list[Service], people: list[StaffMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(
            self,
            {
                "service": [(one.public_id, one.name) for one in services],
                "staff": [("", _("Anyone who is free")), *((one.public_id, one.name) for one in people)],
                "every_weeks": every_weeks_choices(4),
            },
        )

    def fields_for_service(self, outlet: Outlet) -> dict[str, Any]:
        """The cleaned fields as the services name them."""
        data = dict(self.cleaned_data)
        data["start"] = instant(outlet, data.pop("day"), data.pop("time"))
        data["staff"] = data["staff"] or None
        return data


class SeatsForm(DeskForm):
    """How many seats a session has."""

    prefix = "seats"
    capacity = forms.IntegerField(label=gettext_lazy("Seats"), min_value=1, max_value=500)


class MoveForm(DeskForm):
    """When a session takes place instead."""

    day = day_field(gettext_lazy("Day"))
    time = time_field(gettext_lazy("Starts at"), required=True)


def instant(outlet: Outlet, day: Any, time: Any) -> datetime:
    """The instant (UTC) of a local day and time of the outlet, the first when it occurs twice."""
    return datetime.combine(day, time.replace(second=0, microsecond=0), tzinfo=outlet.zone).astimezone(UTC)


@at_desk()
def listing(desk: Desk, outlet_id: str) -> HttpResponse:
    """What is on the calendar of a shop from now on."""
    outlet = day_outlet(desk, outlet_id)
    now = clock.now()
    rows = list(selectors.sessions_of(outlet, Span(now - timedelta(hours=12), now + FARTHEST)))
    return desk.render(
        "sessions",
        nav=f"sessions:{outlet.public_id}",
        outlet=outlet,
        zone=outlet.timezone,
        lines=lines_of([row for row in rows if row.ends_at > now]),
        services=list(selectors.group_services(desk.provider)),
    )


@form_page()
def create(desk: Desk, outlet_id: str) -> HttpResponse:
    """Put a session, a weekly row of them, or a course on the calendar."""
    outlet = day_outlet(desk, outlet_id)
    services = list(selectors.group_services(desk.provider).filter(offerings__outlet=outlet))
    form = SessionForm(desk.request.POST or None, services=services, people=list(outlet_staff(outlet)))

    def make() -> list[GroupSession]:
        return sessions.add_sessions(outlet=outlet, actor=desk.actor, **form.fields_for_service(outlet))

    if desk.sent and (made := _attempt(form, make, outlet, desk=desk)):
        count = len(made)
        said = _("On the calendar.") if count == 1 else _("%(n)d dates are on the calendar.") % {"n": count}
        return desk.done(said, "sessions", outlet.public_id)
    return desk.form(
        form,
        nav=f"sessions:{outlet.public_id}",
        title=_("New group session"),
        submit=_("Put it on the calendar"),
    )


@at_desk()
def session(desk: Desk, session_id: str) -> HttpResponse:
    """One session: who is in it, and what can be done about each."""
    found = _session(desk, session_id)
    said: dict[str, list[Message]] = {}
    for message in messages.get_messages(desk.request):
        said.setdefault(message.extra_tags or "", []).append(message)
    return _page(desk, found, said=said)


@action()
def seats(desk: Desk, session_id: str) -> HttpResponse:
    """Give the session more or fewer seats."""
    found = _session(desk, session_id, role=Role.MANAGER)
    form = SeatsForm(desk.request.POST)
    if attempt(
        form,
        lambda: sessions.change_capacity(
            session=found, capacity=form.cleaned_data["capacity"], actor=desk.actor
        ),
    ):
        return desk.done(_("Saved."), "session", found.public_id)
    return _page(desk, _session(desk, session_id), form=form)


@form_page()
def move(desk: Desk, session_id: str) -> HttpResponse:
    """To another time, with its bookings, once they were looked at."""
    found = _session(desk, session_id, role=Role.MANAGER)
    local = found.starts_at.astimezone(found.outlet.zone)
    form = MoveForm(desk.request.POST or None, initial={"day": local.date(), "time": local.time()})

    def save() -> GroupSession:
        start = instant(found.outlet, form.cleaned_data["day"], form.cleaned_data["time"])
        return sessions.move_session(
            session=found, start=start, actor=desk.actor, acknowledged=_acknowledged(desk)
        )

    if desk.sent and _attempt(form, save, found.outlet, desk=desk):
        return desk.done(_("Moved. Everybody who is in it is told."), "session", found.public_id)
    return desk.render(
        "session_move",
        nav=f"sessions:{found.outlet.public_id}",
        status=sent_status(form),
        session=found,
        zone=found.outlet.timezone,
        form=form,
    )


@form_page()
def cancel(desk: Desk, session_id: str) -> HttpResponse:
    """Ask, then take the session off the calendar; its bookings are shown first."""
    found = _session(desk, session_id, role=Role.MANAGER)
    hit: Affected | None = None
    if desk.sent:
        try:
            sessions.cancel_session(session=found, actor=desk.actor, acknowledged=_acknowledged(desk))
        except BookingsAffected as error:
            hit = affected(desk.provider, error)
        except DomainError as error:
            messages.error(desk.request, str(error))
            return _page(desk, found, status=error.status)
        else:
            return desk.done(
                _("Cancelled. Everybody who was in it is told."), "sessions", found.outlet.public_id
            )
    return desk.render(
        "session_cancel",
        nav=f"sessions:{found.outlet.public_id}",
        status=409 if hit else 200,
        session=found,
        zone=found.outlet.timezone,
        affected=hit,
    )


def lines_of(rows: list[GroupSession]) -> list[SessionLine]:
    """Sessions, as their selectors read them, with their place in their course. One query."""
    dates: dict[int, list[int]] = {}
    courses = {row.course_id for row in rows if row.course_id}
    if courses:
        theirs = GroupSession.objects.filter(course__in=courses, cancelled_at__isnull=True)
        for course, pk in theirs.order_by("starts_at", "pk").values_list("course", "pk"):
            dates.setdefault(course or 0, []).append(pk)
    lines = []
    for row in rows:
        of = dates.get(row.course_id or 0, [])
        nth = of.index(row.pk) + 1 if row.pk in of else 0
        lines.append(SessionLine(row, selectors.taken(row), nth, len(of)))
    return lines


def roster_rows(
    desk: Desk, session: GroupSession, said: dict[str, list[Message]], now: datetime
) -> list[tuple[Row, int]]:
    """Who is in the session, each with the seats they have."""
    return [
        (day_row(desk, booking, now, said.get(booking.ref)), selectors.seats_in(booking, session))
        for booking in selectors.roster(session)
    ]


def _page(
    desk: Desk,
    found: GroupSession,
    *,
    form: SeatsForm | None = None,
    said: dict[str, list[Message]] | None = None,
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    said = said or {}
    rows = roster_rows(desk, found, said, now)
    refs = {row.booking.ref for row, _seats in rows}
    return desk.render(
        "session",
        nav=f"sessions:{found.outlet.public_id}",
        status=sent_status(form) if form else status,
        outlet=found.outlet,
        session=found,
        line=lines_of([found])[0],
        zone=found.outlet.timezone,
        rows=rows,
        said=[message for ref, each in said.items() if ref not in refs for message in each],
        form=form or SeatsForm(initial={"capacity": found.capacity}),
        is_ahead=found.starts_at > now and found.cancelled_at is None,
    )


def _session(desk: Desk, session_id: str, *, role: Role = Role.STAFF) -> GroupSession:
    found = selectors.access_session(desk.principal, session_id, role=role)
    return desk.own(found, found.outlet.provider_id)


def _acknowledged(desk: Desk) -> str:
    return desk.request.POST.get("acknowledge", "")[:64]


def _attempt(form: forms.Form, do: Any, outlet: Outlet, *, desk: Desk) -> Any:
    """As `attempt`; a date that is taken is named."""

    def named() -> Any:
        try:
            return do()
        except SlotTaken as error:
            at = parse_datetime(error.data.get("start", ""))
            if at is None:
                raise
            when = formats.when(at, outlet.timezone)
            words = _("%(when)s: the person, or what the session needs, is taken then.") % {"when": when}
            raise SlotTaken(words, **error.data) from None

    return attempt(form, named, desk=desk, guards=False)
