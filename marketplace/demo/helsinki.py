"""Loading the demo city into the database, whole or by the days that are still missing."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from accounts.models import User
from common import clock
from common.actors import SYSTEM
from common.locks import lock_named
from common.models import AuditEntry
from geo.importer import store
from marketplace.demo import city, places, signins
from marketplace.demo.groups import load_groups
from marketplace.demo.load_businesses import load_businesses
from marketplace.demo.load_calendars import load_calendars
from marketplace.demo.load_cases import load_cases
from marketplace.demo.load_payouts import load_payouts
from marketplace.demo.load_people import known_customer, load_categories, load_people
from marketplace.demo.load_regulars import load_notes, load_series
from marketplace.demo.load_shopfloor import load_shopfloor
from marketplace.demo.load_vetting import load_vetting
from marketplace.demo.load_visits import Rows, load_absences, load_visits
from marketplace.demo.papers import load_papers
from marketplace.demo.pictures import load_pictures
from marketplace.demo.plan import AbsencePlan, VisitPlan
from marketplace.demo.portraits import load_portraits
from marketplace.demo.progress import Progress
from marketplace.demo.teams import load_teams
from marketplace.demo.terms import load_terms
from marketplace.demo.visits import Visits

ZONE = ZoneInfo("Europe/Helsinki")
PAST_DAYS = 60
# Today, and this many days after it.
FUTURE_DAYS = 13
_ACTION = "demo.loaded"
_CITY = "helsinki"
# Visits are written this many days at a time: enough for speed, and the bar moves.
_CHUNK = 15


class OtherSeed(Exception):
    """This database holds the demo city of another seed; both cannot exist beside each other."""


class NameTaken(Exception):
    """Someone who is not of the demo has a demo e-mail address already."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a run did: how many businesses and visits it wrote, and the last day that has visits now."""

    businesses: int
    visits: int
    through: date


def today() -> date:
    """The date in Helsinki."""
    return clock.now().astimezone(ZONE).date()


def through(seed: int) -> date | None:
    """The last day for which visits were written, or None before the first run. Raises OtherSeed."""
    last = (
        AuditEntry.objects.filter(action=_ACTION, object_type="demo", object_id=_CITY).order_by("-pk").first()
    )
    if last is None:
        return None
    if last.data["seed"] != seed:
        raise OtherSeed(last.data["seed"])
    return date.fromisoformat(last.data["through"])


def load(
    seed: int = 1, *, day: date | None = None, progress: Progress | None = None, every: int = 1
) -> Loaded | None:
    """Make the demo city as of `day` (default: Helsinki's today), or top it up; None: nothing to do.

    The first run writes everything: map, people, businesses, 60 days of past visits, 14 days from `day` on.
    A run on a later day adds visits for the days since the last one's end up to 13 days ahead, and leaves all
    else as it is: earlier visits, and what people changed by hand. Visits that would overlap others are left
    out. One transaction. `every` thins out businesses, for tests. Raises OtherSeed, NameTaken.
    """
    day = day or today()
    progress = progress or Progress(StringIO(), 1)
    last = day + timedelta(days=FUTURE_DAYS)
    written = through(seed)
    if written and written >= last:
        return None
    with transaction.atomic():
        lock_named("demo-city", _CITY)
        written = through(seed)  # another run may have been faster
        if written and written >= last:
            return None
        plans = city.businesses(seed, every=every)
        visits = Visits(
            seed, plans, today=day, homes=places.houses(city.extract()), known=known_customer(seed)
        )
        midnight = datetime.combine(day, time(0), tzinfo=ZONE).astimezone(UTC)
        if written is None:
            if User.objects.filter(email__in=[s.email for s in signins.SIGN_INS]).exists():
                raise NameTaken
            progress.step("map and addresses")
            store(city.extract())
            progress.step("people and categories")
            load_categories()
            load_people(seed, regulars=visits.regulars, at=midnight - timedelta(days=300))
            progress.step("businesses")
            load_businesses(seed, plans, at=midnight)
            progress.step("portraits")
            load_portraits(seed, plans)
            progress.step("pictures")
            load_pictures(seed, plans)
            progress.step("documents and applications")
            load_vetting(seed, plans, at=midnight)
            load_calendars(at=midnight)
        first = written + timedelta(days=1) if written else day - timedelta(days=PAST_DAYS)
        count = _load_days(visits, [p.public_id for p in plans], first, last, progress)
        # What follows reads them: a planner that thinks there are none takes minutes for it.
        _analyse()
        if written is None:
            progress.step("reports, cases and objections")
            load_cases(seed, struggling=visits.struggling)
            progress.step("group sessions")
            load_groups(seed, at=midnight)
            load_teams(seed, at=midnight)
            load_terms()
            load_payouts(at=midnight)
            load_papers()
            load_shopfloor()
            load_notes(at=midnight)
        load_series(at=midnight)
        AuditEntry.objects.create(
            actor=SYSTEM,
            action=_ACTION,
            object_type="demo",
            object_id=_CITY,
            data={"seed": seed, "day": day.isoformat(), "through": last.isoformat(), "visits": count},
        )
        progress.step("checking and committing")
    _analyse()
    progress.end(f"{count} visits up to {last}")
    return Loaded(0 if written else len(plans), count, last)


def _analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def steps(seed: int) -> int:
    """How many steps a progress bar of `load` has."""
    return 9 + -(-(PAST_DAYS + FUTURE_DAYS + 1) // _CHUNK) if through(seed) is None else 2


def _load_days(visits: Visits, providers: list[str], first: date, last: date, progress: Progress) -> int:
    rows = Rows.of(providers)
    count = 0
    while first <= last:
        days = [first + timedelta(days=n) for n in range(min(_CHUNK, (last - first).days + 1))]
        progress.step(f"visits of {days[0]} to {days[-1]}")
        found: list[VisitPlan] = [visit for day in days for visit in visits.on(day)]
        absences: list[AbsencePlan] = [absence for day in days for absence in visits.absent(day)]
        load_absences(rows, absences)
        count += load_visits(rows, found)
        first = days[-1] + timedelta(days=1)
    return count
