"""Inventing businesses: at given places, with people, services, prices and hours."""

from dataclasses import replace
from random import Random

from marketplace.demo import people, words
from marketplace.demo.catalogue import TRADES
from marketplace.demo.opening import opening, personal
from marketplace.demo.plan import BusinessPlan, OptionPlan, Place, ServicePlan, StaffPlan, UnitPlan
from marketplace.demo.seeds import FICTIONAL_PHONES, chance, public_id
from marketplace.demo.templates import Template

_THIS_YEAR = 2026
_TEAM = {
    "salon": (2, 3, 3, 4),
    "barber": (2, 3, 3),
    "beauty": (2, 3, 3),
    "nails": (2, 3, 3),
    "massage": (2, 2, 3),
    "cleaning": (3, 3, 4, 5),
    "carwash": (2, 3, 3),
    "workshop": (2, 3, 4),
}
_UNITS = {"Treatment room": "Room", "Wash bay": "Wash bay", "Service bay": "Bay"}


def business(seed: object, number: int, *, trade: str, place: Place, taken: set[str]) -> BusinessPlan:
    """The business called `number` of a city or town, deterministic for (seed, number).

    `taken` holds casefolded names already given, and gets this one.
    """
    r = chance(seed, "business", number)
    about, language = words.about(r, trade)
    name = words.business_name(r, trade, taken)
    hours = opening(r, trade=trade, text=place.opening_hours)
    team_size = r.choice(_TEAM[trade])
    kinds: dict[str, str] = {}
    services = _services(r, seed, number, trade, kinds)
    return BusinessPlan(
        public_id=public_id("prv", seed, number),
        outlet_id=public_id("out", seed, number),
        trade=trade,
        name=name,
        description=about,
        language=language,
        status="approved",
        email=f"shop{number}@demo.example",
        phone=FICTIONAL_PHONES[number % len(FICTIONAL_PHONES)],
        place=place,
        main_category=TRADES[trade].main_category,
        hours=hours,
        services=services,
        staff=_team(r, seed, number, trade, team_size, services, hours),
        kinds={kind_id: kind for kind, kind_id in kinds.items()},
        units=tuple(
            UnitPlan(public_id("res", seed, number, kind, n), kind_id, f"{_UNITS[kind]} {n + 1}")
            for kind, kind_id in kinds.items()
            for n in range(max(2, team_size - 1) if "bay" in kind else r.choice((1, 2, 2)))
        ),
        service_radius_m=r.choice((2_000, 3_000, 5_000, 8_000)) if trade == "cleaning" else None,
        slot_step_min=30 if trade == "cleaning" else 15,
        notice_min=r.choice((60, 120, 240)) if trade == "cleaning" else r.choice((0, 30, 60)),
        # Drawn so that some shops are full and some nearly empty.
        busy=r.choice((0.01, 0.02, 0.02, 0.04)),
    )


def renamed(plan: BusinessPlan, names: dict[int, str]) -> BusinessPlan:
    """The business with some of its people, by position, under other names (they keep résumé and skills)."""
    staff = list(plan.staff)
    for position, name in names.items():
        was = staff[position]
        first, new_first = was.name.split()[0], name.split()[0]
        staff[position] = replace(was, name=name, resume=was.resume.replace(first, new_first, 1))
    return replace(plan, staff=tuple(staff))


def _services(
    r: Random, seed: object, number: int, trade: str, kinds: dict[str, str]
) -> tuple[ServicePlan, ...]:
    of = TRADES[trade]
    templates = of.templates
    count = min(len(templates), r.randint(of.fewest, of.most))
    chosen = sorted(r.sample(range(len(templates)), count))
    # A shop is dear or cheap as a whole.
    level = r.random()
    return tuple(_service(r, seed, number, templates[n], n, level, kinds) for n in chosen)


def _service(
    r: Random, seed: object, number: int, of: Template, n: int, level: float, kinds: dict[str, str]
) -> ServicePlan:
    euros = of.low + (of.high - of.low) * min(1.0, max(0.0, level + r.uniform(-0.15, 0.15)))
    if of.needs:
        kinds.setdefault(of.needs, public_id("knd", seed, number, of.needs))
    return ServicePlan(
        public_id=public_id("svc", seed, number, n),
        category=of.category,
        name=of.name,
        description=of.description,
        place=of.place,
        duration_min=of.minutes,
        before_min=of.before,
        after_min=of.after,
        amount=100 * round(euros) - (10 if r.random() < 0.2 else 0),
        needs=kinds[of.needs] if of.needs else "",
        options=tuple(
            OptionPlan(public_id("opt", seed, number, n, m), name, minutes, 100 * max(1, euros_more))
            for m, (name, minutes, euros_more) in enumerate(of.options)
        ),
        accepts_within_h=of.accepts_within,
        takes=of.takes,
    )


def _team(
    r: Random,
    seed: object,
    number: int,
    trade: str,
    size: int,
    services: tuple[ServicePlan, ...],
    hours: tuple[object, ...],
) -> tuple[StaffPlan, ...]:
    title = TRADES[trade].title
    team = []
    for n in range(size):
        name, speaks = people.person_name(r)
        since = _THIS_YEAR - r.choice((1, 2, 3, 4, 6, 8, 9, 11, 14, 18, 23))
        # The first can do everything; the others leave one or two services out.
        can = list(services) if n == 0 else r.sample(services, max(2, len(services) - r.randint(0, 2)))
        veteran = _THIS_YEAR - since > 8
        level = "expert" if veteran else "skilled"
        team.append(
            StaffPlan(
                public_id=public_id("stf", seed, number, n),
                name=name,
                title=title if n or not veteran else f"Senior {title.lower()}",
                resume=people.resume(r, name=name, title=title, since=since),
                speaks=speaks,
                working_since=since,
                skills={
                    s.public_id: "learning" if since > _THIS_YEAR - 2 and r.random() < 0.3 else level
                    for s in can
                },
                shifts=personal(r, hours, number=n) if n else (),  # type: ignore[arg-type]
            )
        )
    return tuple(team)
