"""The demo city's businesses: who is where in central Helsinki."""

from dataclasses import replace
from functools import cache

from geo import osm
from marketplace.demo import places, signins
from marketplace.demo.businesses import business, renamed
from marketplace.demo.plan import BusinessPlan, MemberPlan
from marketplace.demo.seeds import chance

# How many businesses of the trades that have no shops in the extract, at real addresses.
AT_ADDRESSES = {"cleaning": 34, "carwash": 12, "workshop": 18}
NOT_PUBLIC = (
    ("workshop", "submitted"),
    ("salon", "submitted"),
    ("massage", "submitted"),
    ("carwash", "revision"),
    ("nails", "draft"),
    ("cleaning", "rejected"),
    ("barber", "suspended"),
)


@cache
def extract() -> osm.Extract:
    """The extract of central Helsinki, read once."""
    return osm.read(osm.helsinki())


def businesses(seed: int, *, every: int = 1) -> list[BusinessPlan]:
    """All businesses of the city for a seed, those of the demo sign-ins first; `every` thins the rest."""
    source = extract()
    r = chance(seed, "city")
    spots = places.shops(r, source)
    doors = places.houses(source)
    for trade, count in AT_ADDRESSES.items():
        spots += [(trade, door) for door in r.sample(doors, count)]
    taken = places.real_names(source) | {wish.name.casefold() for wish in signins.BUSINESSES}
    plans = [
        business(seed, number, trade=trade, place=place, taken=taken)
        for number, (trade, place) in enumerate(spots)
    ]
    for (trade, status), door in zip(NOT_PUBLIC, r.sample(doors, len(NOT_PUBLIC)), strict=True):
        hidden = business(seed, len(plans), trade=trade, place=door, taken=taken)
        plans.append(replace(hidden, status=status, busy=0.0))
    plans = _with_members(plans)
    first = [plan for plan in plans if plan.members or plan.status != "approved"]
    others = [plan for plan in plans if not plan.members and plan.status == "approved"]
    return first + others[::every]


def _with_members(plans: list[BusinessPlan]) -> list[BusinessPlan]:
    """Give the demo's people their businesses: the first of a trade and status that is large enough."""
    plans = list(plans)
    for wish in signins.BUSINESSES:
        index = next(
            n
            for n, plan in enumerate(plans)
            if (plan.trade, plan.status) == (wish.trade, wish.status)
            and len(plan.staff) >= max(wish.staff_names, default=-1) + 1
            and not plan.members
        )
        plan = renamed(replace(plans[index], name=wish.name), wish.staff_names)
        members = tuple(
            MemberPlan(email, role, plan.staff[position].public_id if position is not None else "")
            for email, role, position in wish.members
        )
        plans[index] = replace(plan, members=members, busy=0.3 if plan.status == "approved" else 0.0)
    return plans
