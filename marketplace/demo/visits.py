"""Inventing visits: who came, who will come, and what they said after."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from marketplace.demo import people, words
from marketplace.demo.days import Span, absences, instant, spans
from marketplace.demo.plan import (
    AbsencePlan,
    BusinessPlan,
    OptionPlan,
    PersonPlan,
    Place,
    ReviewPlan,
    ServicePlan,
    StaffPlan,
    UnitPlan,
    VisitPlan,
)
from marketplace.demo.seeds import booking_ref, chance, public_id
from marketplace.demo.templates import AT_CUSTOMER

REGULARS = 150
# A visit with its turnaround takes about this long.
_USUAL_MIN = 75
# From one end of the demo city to the other, by car and at the worst hour.
_LONGEST_WAY = timedelta(minutes=25)


class Visits:
    """The visits of some businesses, day by day. The same seed, day and `today` give the same visits.

    `today` (the outlets' date) decides what is past: past visits are closed, cancelled or no-shows, the
    others confirmed, a few of them cancelled in time. `homes` are the addresses that home visits go to,
    `known` the person that the demo's customer sign-in is.
    """

    def __init__(
        self, seed: int, plans: list[BusinessPlan], *, today: date, homes: list[Place], known: PersonPlan
    ) -> None:
        self.seed, self.today, self.homes, self.known = seed, today, homes, known
        self.plans = [plan for plan in plans if plan.status == "approved" and plan.busy]
        self.regulars = people.regulars(seed, REGULARS)
        # One business is not what it should be: quality watch finds it.
        others = [plan for plan in self.plans if not plan.members]
        self.struggling = max(others, key=lambda plan: plan.busy).public_id if others else ""

    def on(self, day: date) -> list[VisitPlan]:
        """All visits of a day."""
        return [visit for plan in self.plans for visit in self._of(plan, day)]

    def absent(self, day: date) -> list[AbsencePlan]:
        """Everything out of the ordinary on a day: closed and short days, people's days off."""
        return [absence for plan in self.plans for absence in absences(self.seed, plan, day)]

    def _of(self, plan: BusinessPlan, day: date) -> list[VisitPlan]:
        r = chance(self.seed, "visits", plan.public_id, day)
        away = absences(self.seed, plan, day)
        taken: dict[str, list[Span]] = defaultdict(list)
        # Further ahead less is booked yet.
        ahead = max(0, (day - self.today).days)
        share = plan.busy * max(0.25, 1 - ahead / 16)
        visits: list[VisitPlan] = []
        expected = _comes_today(plan, day)
        for staff in plan.staff:
            for start, end in spans(plan, staff, day, away):
                wanted = share * (end - start) / timedelta(minutes=_USUAL_MIN)
                count = int(wanted) + (r.random() < wanted % 1)
                if expected and not visits:
                    count = max(1, count)
                if plan.members and plan.trade == "cleaning" and ahead < 5:
                    count = max(2, count)  # their days have ways between homes
                for _ in range(count):
                    n = len(visits)
                    if visit := self._visit(r, plan, staff, (start, end), taken, n, expected and not n):
                        visits.append(visit)
        return visits

    def _visit(
        self,
        r: Random,
        plan: BusinessPlan,
        staff: StaffPlan,
        within: Span,
        taken: dict[str, list[Span]],
        number: int,
        is_known: bool,
    ) -> VisitPlan | None:
        """One visit somewhere in a span of work, or None when chance finds no room for it."""
        services = [s for s in plan.services if s.public_id in staff.skills]
        service = r.choice(services)
        options = tuple(option for option in service.options if r.random() < 0.25)
        minutes = service.duration_min + sum(option.extra_min for option in options)
        way = _LONGEST_WAY if service.place == AT_CUSTOMER else timedelta()
        # Long visits with ways between them need luck to fit.
        for _ in range(16 if way else 4):
            start = _on_grid(r, within, plan)
            end = start + timedelta(minutes=minutes)
            span = (start - timedelta(minutes=service.before_min), end + timedelta(minutes=service.after_min))
            clear = (span[0] - way, span[1] + way)
            if span[0] < within[0] or span[1] > within[1] or not _is_free(taken[staff.public_id], clear):
                continue
            unit = next(
                (u for u in plan.units if u.kind == service.needs and _is_free(taken[u.public_id], span)),
                None,
            )
            if service.needs and unit is None:
                continue
            taken[staff.public_id].append(span)
            if unit:
                taken[unit.public_id].append(span)
            return self._told(r, plan, staff, service, options, unit, start, end, number, is_known)
        return None

    def _told(
        self,
        r: Random,
        plan: BusinessPlan,
        staff: StaffPlan,
        service: ServicePlan,
        options: tuple[OptionPlan, ...],
        unit: UnitPlan | None,
        start: datetime,
        end: datetime,
        number: int,
        is_known: bool,
    ) -> VisitPlan:
        """The visit's story: who booked it when, what became of it."""
        name = (self.seed, plan.public_id, staff.public_id, start.isoformat(), number)
        if is_known:
            person = self.known
        elif r.random() < 0.35:
            person = r.choice(self.regulars)
        else:
            person = people.guest(r, *name)
        midnight = instant(self.today, time(0), ZoneInfo(plan.place.timezone))
        booked = min(
            start - timedelta(days=r.randint(2, 20), minutes=r.randrange(600)),
            midnight - timedelta(hours=r.randint(31, 200), minutes=r.randrange(60)),
        )
        status, cancelled = _ending(r, start, booked, is_past=start < midnight)
        if is_known and status == "no_show":
            status = "closed"
        status, booked = self._still_open(name, service, status, start, booked, midnight)
        home = r.choice(self.homes) if service.place == AT_CUSTOMER else None
        return VisitPlan(
            ref=booking_ref(*name),
            business=plan,
            service=service,
            options=options,
            staff=staff,
            unit=unit,
            person=person,
            booked_at=booked,
            starts_at=start,
            ends_at=end,
            status=status,
            method="sandbox" if r.random() < 0.7 else "counter",
            staff_was_chosen=r.random() < 0.4,
            code=f"{r.randrange(10_000):04}",
            cancelled_at=cancelled,
            review=self._review(r, plan, service, staff, person, end, midnight)
            if status == "closed"
            else None,
            visit_to=home,
            visit_note=r.choice(
                ("", "", "Door code is on the gate.", "Please ring twice.", "The dog is kind.")
            )
            if home
            else "",
        )

    def _still_open(
        self,
        name: tuple[object, ...],
        service: ServicePlan,
        status: str,
        start: datetime,
        booked: datetime,
        midnight: datetime,
    ) -> tuple[str, datetime]:
        """Some visits wait: yesterday's for the customer's word, those just asked for for the provider's answer."""
        r = chance("waits", *name)
        if status == "closed" and start >= midnight - timedelta(days=1) and r.random() < 0.5:
            return "completed", booked
        asked = status == "confirmed" and service.accepts_within_h and start > midnight + timedelta(days=2)
        if asked and r.random() < 0.35:
            return "requested", midnight - timedelta(minutes=r.randint(5, 400))
        return status, booked

    def _review(
        self,
        r: Random,
        plan: BusinessPlan,
        service: ServicePlan,
        staff: StaffPlan,
        person: PersonPlan,
        end: datetime,
        before: datetime,
    ) -> ReviewPlan | None:
        at = end + timedelta(minutes=r.randint(60, 3_000))
        chosen = r.random() < 0.38
        stars, text, language, reply = words.review(
            r,
            service=service.name,
            staff_name=staff.name,
            chinese=person.language == "zh-hans",
            is_poor=plan.public_id == self.struggling,
        )
        if not chosen or at >= before:
            return None
        return ReviewPlan(
            public_id("rev", self.seed, staff.public_id, end.isoformat()), stars, text, language, reply, at
        )


def _comes_today(plan: BusinessPlan, day: date) -> bool:
    """Whether the demo's customer comes: cleaning on Wednesdays, hair each second Friday, the car monthly."""
    if not plan.members:
        return False
    week = day.toordinal() // 7
    days = {"cleaning": (2, 1), "salon": (4, 2), "workshop": (1, 4)}
    weekday, weeks = days.get(plan.trade, (-1, 1))
    return day.weekday() == weekday and week % weeks == 0


def _on_grid(r: Random, within: Span, plan: BusinessPlan) -> datetime:
    """A start within the span on the outlet's grid of minutes (whole quarters are the same in UTC)."""
    step = timedelta(minutes=plan.slot_step_min)
    first = within[0] + (datetime(1970, 1, 1, tzinfo=UTC) - within[0]) % step
    return first + step * r.randrange(max(1, (within[1] - first) // step))


def _is_free(spans_taken: list[Span], span: Span) -> bool:
    return all(span[1] <= start or end <= span[0] for start, end in spans_taken)


def _ending(r: Random, start: datetime, booked: datetime, *, is_past: bool) -> tuple[str, datetime | None]:
    """How a visit ended, and when it was cancelled: in time the more often, late seldom."""
    draw = r.random()
    in_time = booked + timedelta(hours=r.randint(2, 20))
    late = start - timedelta(hours=r.randint(2, 20))
    if draw < (0.075 if is_past else 0.05):
        return "cancelled", in_time
    if not is_past:
        return "confirmed", None
    if draw < 0.095:
        return "cancelled", late
    return ("no_show", None) if draw < 0.13 else ("closed", None)
