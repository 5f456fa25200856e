"""Random hours, periods and visits around the moments at which clocks change."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from common.spans import Span
from providers.rules.hours import DateOverride, WeeklyRule
from tests.rules.brute import CHANGES

places = st.sampled_from(CHANGES).map(lambda change: (ZoneInfo(change[0]), change[1]))
# Mostly near the small hours, where clocks change, and on quarters, where periods touch.
times = st.one_of(
    st.integers(0, 16).map(lambda n: time(n // 4, n % 4 * 15)),
    st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15)),
    st.integers(0, 1439).map(lambda n: time(n // 60, n % 60)),
)


def windows(about: datetime, days: int = 2) -> st.SearchStrategy[Span]:
    """Up to `days` days, within `days` days of a moment."""
    reach = days * 24 * 60
    return st.tuples(st.integers(-reach, reach // 2), st.integers(0, reach)).map(
        lambda edges: Span(
            about + timedelta(minutes=edges[0]), about + timedelta(minutes=edges[0] + edges[1])
        )
    )


def periods(about: datetime, most: int = 6) -> st.SearchStrategy[list[Span]]:
    """Periods of up to five hours within a day and a half of a moment, in any order, overlapping or not."""
    one = st.tuples(st.integers(-144, 144), st.integers(1, 20)).map(
        lambda at: Span(
            about + timedelta(minutes=at[0] * 15), about + timedelta(minutes=(at[0] + at[1]) * 15)
        )
    )
    return st.lists(one, max_size=most)


def rules(about: datetime) -> st.SearchStrategy[list[WeeklyRule]]:
    """A week's rules, some of which hold only before or from about then."""
    edge = st.one_of(
        st.none(), st.none(), st.integers(-2, 2).map(lambda n: (about + timedelta(days=n)).date())
    )

    first_day = st.integers(-20, 2).map(lambda n: (about + timedelta(days=n)).date())

    def build(days: list[int], *rest: Any) -> list[WeeklyRule]:
        return [WeeklyRule(day, *rest) for day in days]

    days = st.sets(st.integers(0, 6), min_size=1).map(sorted)
    some = st.one_of(
        st.builds(build, days, times, times, edge, edge),
        st.builds(build, days, times, times, first_day, edge, st.integers(2, 3)),
    )
    return st.lists(some, max_size=3).map(lambda groups: [rule for group in groups for rule in group])


def overrides(about: datetime) -> st.SearchStrategy[list[DateOverride]]:
    """Dates near a moment that are closed or have other times."""
    dates = st.integers(-2, 2).map(lambda n: (about + timedelta(days=n)).date())
    return st.lists(
        st.one_of(st.builds(DateOverride, dates), st.builds(DateOverride, dates, times, times)), max_size=3
    )
