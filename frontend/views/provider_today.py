"""What a business has to see to now: who is next, what waits for an answer, the money of the day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from bookings.enums import ObjectionKind
from bookings.models import Booking
from bookings.rules import states
from bookings.selectors import waiting
from bookings.selectors.busy_calendars import Elsewhere, elsewhere_at
from common import clock
from common.money import Money
from common.spans import Span
from frontend import formats
from frontend.affected import WHY
from frontend.day_money import day_money
from frontend.views.provider_desk import Desk
from providers.enums import ProviderStatus
from providers.models import Outlet
from providers.selectors import vetting
from reviews.selectors.standing import of_business

# Of each kind of what waits, and of who is next; the rest is a link away.
# How long a review without a reply is something to do.
NEW = timedelta(days=30)
SHOWN = 5
UNDER_WAY = {states.ON_THE_WAY, states.CHECKED_IN, states.STARTED}
OVER = {states.COMPLETED, states.CLOSED, states.NO_SHOW}


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that waits: what it is, more about it, and where it is dealt with. `is_theirs`: the customer answers,
    the business only knows."""

    icon: str
    title: str
    about: str
    url: str
    is_theirs: bool = False


@dataclass(frozen=True, slots=True)
class Next:
    """A visit that is under way or to come today. `is_here`: the customer is there and nobody has begun."""

    booking: Booking
    url: str
    is_late: bool
    is_here: bool


@dataclass(frozen=True, slots=True)
class Today:
    """The day at all shops together."""

    next: list[Next]
    more: int
    done: int
    ahead: int
    late: int
    elsewhere: list[Elsewhere]
    money: list[dict[str, Money]]


def today_at(desk: Desk, shops: Sequence[Outlet]) -> Today:
    """Who is next at these shops, by each one's clock, and what the day brings. Five queries and one for each
    currency."""
    now = clock.now()
    visits = list(waiting.day_at(shops, now))
    open_ = [visit for visit in visits if visit.status not in OVER]
    # Who is there already comes before who is to come.
    open_.sort(key=lambda visit: (visit.status not in UNDER_WAY, visit.starts_at, visit.pk))
    late = [visit for visit in open_ if _is_late(visit, now)]
    currencies = sorted({visit.currency for visit in visits}) if desk.can_manage else []
    return Today(
        next=[
            Next(
                booking=visit,
                url=_day(desk, visit),
                is_late=visit in late,
                is_here=visit.status == states.CHECKED_IN
                or (visit.status == states.CONFIRMED and visit.arrived_at is not None),
            )
            for visit in open_[:SHOWN]
        ],
        more=max(0, len(open_) - SHOWN),
        done=len([visit for visit in visits if visit.status in (states.COMPLETED, states.CLOSED)]),
        ahead=len(open_),
        late=len(late),
        elsewhere=[each for each in elsewhere_at(shops, _day_of(desk, now)) if each.span.end > now],
        money=[day_money([visit for visit in visits if visit.currency == code], code) for code in currencies],
    )


def _day_of(desk: Desk, now: datetime) -> Span:
    """The local day by the business's clock."""
    zone = ZoneInfo(desk.zone)
    today = now.astimezone(zone).date()
    start, end = (datetime.combine(each, time(), tzinfo=zone) for each in (today, today + timedelta(days=1)))
    return Span(start, end)


def waits_at(desk: Desk) -> list[Wait]:
    """What waits for this member but for requests, what presses first; of colleagues' visits, papers and reviews only
    managers are told. A known number of queries, however much waits."""
    person = None if desk.can_manage else desk.membership.staff_id or 0
    found = [*_objections(desk, person)]
    if desk.can_manage:
        found += _misfits(desk)
    found += [*_queues(desk)]
    found += [*_messages(desk, person), *_unmarked(desk, person)]
    if desk.can_manage:
        found += [*_papers(desk), *_reviews(desk)]
    return [*found, *_prices(desk, person)]


def _objections(desk: Desk, person: int | None) -> Iterator[Wait]:
    for each in waiting.unanswered_objections(desk.provider, person):
        visit = each.booking
        if each.kind == ObjectionKind.NOT_COME:
            title = _("%(name)s says that nobody came") % {"name": _who(visit)}
        else:
            title = _("%(name)s objects to a visit") % {"name": _who(visit)}
        about = _what(visit)
        if each.answer_by:
            due = formats.when(each.answer_by, visit.timezone)
            about = _("Answer by %(when)s") % {"when": due} + f" · {about}"
        yield Wait("message-circle-more", title, about, reverse("frontend:booking", args=[visit.ref]))


def _misfits(desk: Desk) -> Iterator[Wait]:
    found = waiting.misfits_of(desk.provider)
    for each in found[:SHOWN]:
        why = formats.listed(str(WHY[word]) for word in each.why)
        title = _("%(name)s's visit does not fit: %(why)s") % {"name": _who(each.booking), "why": why}
        url = reverse("provider:visit_move", args=[desk.provider.public_id, each.booking.ref])
        yield Wait("calendar-x", title, _what(each.booking), url)
    yield from _rest(found[SHOWN:], "calendar-x")


def _queues(desk: Desk) -> Iterator[Wait]:
    now = clock.now()
    for each in waiting.queues_of(desk.provider, now):
        title = ngettext(
            "%(n)s waits in the queue at %(shop)s", "%(n)s wait in the queue at %(shop)s", each.count
        ) % {"n": each.count, "shop": each.outlet.name}
        minutes = max(0, int((now - each.since).total_seconds() // 60))
        about = ngettext("The first for %(n)s minute", "The first for %(n)s minutes", minutes) % {
            "n": minutes
        }
        url = reverse("provider:queue", args=[desk.provider.public_id, each.outlet.public_id])
        yield Wait("users", title, about, url)


def _messages(desk: Desk, person: int | None) -> Iterator[Wait]:
    found = list(waiting.unread_by_business(desk.provider, person))
    for visit in found[:SHOWN]:
        count: int = visit.unread  # type: ignore[attr-defined]  # the selector's
        title = ngettext("%(name)s wrote a message", "%(name)s wrote %(n)s messages", count) % {
            "name": _who(visit),
            "n": count,
        }
        url = reverse("provider:visit", args=[desk.provider.public_id, visit.ref]) + "#messages"
        yield Wait("message-circle-more", title, _what(visit), url)
    yield from _rest(found[SHOWN:], "message-circle-more")


def _unmarked(desk: Desk, person: int | None) -> Iterator[Wait]:
    found = list(waiting.unmarked(desk.provider, person, clock.now()))
    for visit in found[:SHOWN]:
        title = _("How did %(name)s's visit go?") % {"name": _who(visit)}
        yield Wait("clock", title, _what(visit), _day(desk, visit))
    yield from _rest(found[SHOWN:], "clock")


def _papers(desk: Desk) -> Iterator[Wait]:
    names = vetting.kind_names(get_language() or "en")
    for paper in vetting.expiring_documents().filter(provider=desk.provider):
        name = names[paper.kind_id].name if paper.kind_id in names else paper.kind.slug
        assert paper.valid_until is not None  # the selector's condition
        day = formats.pattern(paper.valid_until, "date")
        if paper.valid_until < clock.now().date():
            title = _("%(document)s ran out on %(day)s") % {"document": name, "day": day}
        else:
            title = _("%(document)s runs out on %(day)s") % {"document": name, "day": day}
        about = paper.staff.name if paper.staff else desk.provider.name
        yield Wait("file-text", title, about, reverse("provider:documents", args=[desk.provider.public_id]))


def _reviews(desk: Desk) -> Iterator[Wait]:
    """Those of the last month: an old one waits for nobody any more."""
    new = of_business(desk.provider).filter(created_at__gt=clock.DatabaseNow() - NEW)
    count = new.filter(replied_at__isnull=True, hidden_at__isnull=True).count()
    if count:
        title = ngettext("%(n)s new review without a reply", "%(n)s new reviews without a reply", count) % {
            "n": count
        }
        url = reverse("provider:reviews", args=[desk.provider.public_id]) + "?show=unanswered"
        yield Wait("star", title, "", url)


def _prices(desk: Desk, person: int | None) -> Iterator[Wait]:
    found = list(waiting.open_price_changes(desk.provider, person))
    for each in found[:SHOWN]:
        title = _("%(name)s has still to agree to %(amount)s") % {
            "name": _who(each.booking),
            "amount": formats.money(each.after_amount, each.currency),
        }
        url = reverse("provider:visit", args=[desk.provider.public_id, each.booking.ref])
        yield Wait("hourglass", title, _("Waits for the customer"), url, is_theirs=True)


def _rest(rows: Sequence[object], icon: str) -> Iterator[Wait]:
    """That there is more of a kind than is shown."""
    if rows:
        yield Wait(icon, ngettext("and %(n)s more", "and %(n)s more", len(rows)) % {"n": len(rows)}, "", "")


def _who(visit: Booking) -> str:
    return (visit.customer.name if visit.customer else "") or _("Not said yet")


def _what(visit: Booking) -> str:
    """When and what, in one line."""
    return f"{formats.when(visit.starts_at, visit.timezone)} · {visit.service_names}"


def _day(desk: Desk, visit: Booking) -> str:
    """The visit in the list of its day."""
    day = visit.starts_at.astimezone(visit.outlet.zone).date().isoformat()
    url = reverse("provider:day", args=[desk.provider.public_id, visit.outlet.public_id])
    return f"{url}?day={day}#{visit.ref}"


def _is_late(visit: Booking, now: datetime) -> bool:
    return visit.starts_at < now and visit.status == states.CONFIRMED


def is_open(desk: Desk) -> bool:
    """Whether there are days to see: before a business is approved nobody comes."""
    return desk.provider.status in (ProviderStatus.APPROVED, ProviderStatus.SUSPENDED)
