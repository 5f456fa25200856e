"""Pages of a search: matches in order, each verified by the engine, until the page is full.

Open time that is kept ready says who may be free (discovery/kept.py). What it says is nearly always so: a page takes
three statements, the matches and then their rules and busy times, and three more only when too many fell out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from bookings.rules.availability import Slot
from bookings.selectors.open_time import Ask, OpenTime, open_time
from common import clock
from common.spans import Span
from discovery.enums import Sort
from discovery.kept import NEVER, UNKNOWN, Kept
from discovery.matches import Match, find_matches, find_these
from discovery.rules.questions import Question
from discovery.terms import Key
from geo.rules.positions import Position
from providers.enums import Place
from providers.selectors.categories import find_category

# Without an asked span, next slots are looked for this far ahead.
HORIZON = timedelta(days=14)
NEXT_SLOTS = 3
# No outlet takes bookings further ahead.
FURTHEST = timedelta(days=368)
# A page may say how many matches there are, up to this many.
COUNT_CAP = 200
# A few more than the page has are asked for at first, since some may fall out; then twice as many each time.
SPARE = 8
LARGEST_BATCH = 400
# By soonest, so many are sorted by their first slot, then the next.
SOONEST_BATCH = 60
# Against a span in which hardly anybody who may be free is: a page may then hold fewer and still have a next one.
EXAMINED = 2000
# By soonest, where open time is not kept that far ahead, so many of the nearest are sorted, then the next.
UNKEPT_BATCH = 200


@dataclass(frozen=True, slots=True)
class Free:
    """A match that may be shown, with its slots."""

    match: Match
    slots: list[Slot]

    @property
    def soonest(self) -> tuple[float, ...]:
        """Its place among the soonest: by first slot, then nearest first; those without come last."""
        _, away, pk = self.match.key
        return (self.slots[0].start.timestamp() if self.slots else NEVER, UNKNOWN, away, float(pk))


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page starts: `after` a key of the order, and by soonest `within` the batch that follows it."""

    after: Key | None = None
    within: tuple[float, ...] = ()

    @classmethod
    def of(cls, numbers: list[float]) -> "Cursor":
        """As a page's `following` wrote it."""
        if len(numbers) in (3, 7):
            return cls((numbers[0], numbers[1], int(numbers[2])), tuple(numbers[3:]))
        return cls(within=tuple(numbers))


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown, where the next page starts (None at the end), and how many match, at most COUNT_CAP."""

    shown: list[Free]
    following: tuple[float, ...] | None
    count: int = 0


def page_of(asked: Question, at: Cursor, *, limit: int, language: str, with_count: bool) -> Page:
    """One page of `asked` from the cursor on, each outlet with its next slots. Raises CategoryUnknown."""
    if asked.free is None and asked.sort is not Sort.SOONEST:
        return _plain_page(asked, at, limit, language, with_count=with_count)
    now = clock.now()
    window = _window(asked.free, now)
    if window is None:
        _matches(asked, at.after, 1, language)
        return Page([], None)
    kept = Kept.within(window, now=now)
    if asked.sort is Sort.SOONEST:
        page = _soonest_page(asked, at, limit, language, window=window, kept=kept)
        return replace(page, count=_count(asked, language, window, kept)) if with_count else page
    return _free_page(asked, at, limit, language, window=window, kept=kept, with_count=with_count)


def these(outlets: Sequence[str], *, here: Position | None, language: str) -> list[Free]:
    """These outlets (public ids) in their order, with their next slots; without those that sell nothing now."""
    found = find_these(outlets, here=here, language=language)
    if not found:
        return []
    now = clock.now()
    asks = [Ask(match.offering_pk) for match in found]
    times = open_time(asks, window=Span(now, now + HORIZON), fair_share=False)
    return [Free(match, times[match.offering_pk].next_slots(NEXT_SLOTS)) for match in found]


def _plain_page(asked: Question, at: Cursor, limit: int, language: str, *, with_count: bool) -> Page:
    """Matches in order; free time is looked at only for those that are shown."""
    outlets = max(limit, COUNT_CAP if with_count else 0) + 1
    found = _matches(asked, at.after, outlets, language)
    shown = [matches[0] for matches in found[:limit]]
    now = clock.now()
    times = _free_times(asked, shown, window=Span(now, now + HORIZON))
    return Page(
        [Free(match, times[match.offering_pk].next_slots(NEXT_SLOTS)) for match in shown],
        shown[-1].key if len(found) > limit else None,
        min(len(found), COUNT_CAP),
    )


def _free_page(
    asked: Question,
    at: Cursor,
    limit: int,
    language: str,
    *,
    window: Span,
    kept: Kept | None,
    with_count: bool,
) -> Page:
    """Matches that are free in the span, in order."""
    wanted = max(limit + 1, COUNT_CAP if with_count else 0)
    size = wanted + SPARE
    found: list[Free] = []
    after, examined, more = at.after, 0, True
    while more and len(found) < wanted and examined < EXAMINED:
        batch = _matches(asked, after, size, language, kept=kept)
        times = _free_times(asked, [match for matches in batch for match in matches], window=window)
        verified = (each for matches in batch if (each := _first_free(asked, matches, times)))
        found += islice(verified, wanted - len(found))
        examined, more = examined + len(batch), len(batch) == size
        after = batch[-1][0].key if batch else after
        size = min(2 * size, LARGEST_BATCH)
    shown = found[:limit]
    following = shown[-1].match.key if len(found) > limit else after if more else None
    if asked.sort is Sort.PRICE:
        shown.sort(key=lambda each: (each.match.price_amount, each.match.key))
    return Page(shown, following, min(len(found), COUNT_CAP))


def _soonest_page(
    asked: Question, at: Cursor, limit: int, language: str, *, window: Span, kept: Kept | None
) -> Page:
    """Matches by their first slot: batches come by the first quarter that may be free, and are sorted in themselves."""
    shown: list[Free] = []
    after, within, examined = at.after, at.within, 0
    while examined < EXAMINED:
        size = max(SOONEST_BATCH, limit) if kept else UNKEPT_BATCH
        found = _matches(asked, after, size + 1, language, kept=kept)
        batch = found[:size]
        times = _free_times(asked, [match for matches in batch for match in matches], window=window)
        free = [each for matches in batch if (each := _first_free(asked, matches, times))]
        rest = sorted(
            (each for each in free if (not kept or _is_due(each)) and each.soonest > within),
            key=lambda each: each.soonest,
        )
        room = limit - len(shown)
        if len(rest) > room:
            # Full: the next page starts within this batch, or with it.
            inside = rest[room - 1].soonest if room else within
            return Page([*shown, *rest[:room]], (*(after or ()), *inside) or None)
        shown += rest
        if len(found) <= size:
            return Page(shown, None)
        after, within, examined = batch[-1][0].key, (), examined + len(batch)
    return Page(shown, after)


def _is_due(free: Free) -> bool:
    """Whether an outlet is shown for this row: it has one for every day on which it may be free."""
    key, slots = free.match.key[0], free.slots
    if key == UNKNOWN or not slots:
        return bool(slots) if key == UNKNOWN else key == NEVER
    return key != NEVER and slots[0].start.astimezone(UTC).date() == _day(key)


def _day(seconds: float) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()


def _count(asked: Question, language: str, window: Span, kept: Kept | None) -> int:
    """How many there are in any order, at most COUNT_CAP; those that are free in the span when one was asked."""
    order = replace(asked, sort=Sort.DISTANCE if asked.centre else Sort.RATING)
    if asked.free is None:
        return len(_matches(order, None, COUNT_CAP, language))
    page = _free_page(order, Cursor(), 1, language, window=window, kept=kept, with_count=True)
    return page.count


def _matches(
    asked: Question, after: Key | None, outlets: int, language: str, *, kept: Kept | None = None
) -> list[list[Match]]:
    found = find_matches(
        asked,
        after=after,
        outlets=outlets,
        every_service=asked.free is not None,
        language=language,
        kept=kept,
    )
    if not found and asked.category:
        find_category(asked.category)  # nothing there, or no such category
    return found


def _first_free(asked: Question, matches: list[Match], times: dict[int, OpenTime]) -> Free | None:
    """The cheapest of one outlet's services that has a slot; without a span to be free in, the cheapest."""
    for match in matches:
        slots = times[match.offering_pk].next_slots(NEXT_SLOTS) if match.offering_pk in times else []
        if slots or asked.free is None:
            return Free(match, slots)
    return None


def _free_times(asked: Question, matches: list[Match], *, window: Span) -> dict[int, OpenTime]:
    """When they are free; home visits with the ways to the asked place, estimated: a search waits for no server."""
    if not matches:
        return {}
    # By soonest an outlet may come more than once.
    asks = {
        match.offering_pk: Ask(match.offering_pk, where=asked.here if match.place == Place.CUSTOMER else None)
        for match in matches
    }
    return open_time(list(asks.values()), window=window, fair_share=False)


def _window(free: Span | None, now: datetime) -> Span | None:
    """Where slots are looked for: the asked span as far as it is to come (else None), or the next days."""
    if free is None:
        return Span(now, now + HORIZON)
    window = Span(max(free.start, now), min(free.end, now + FURTHEST))
    return window if window.start < window.end else None
