"""What a customer puts together to book: one service or several, for one guest or more, as a part of an address.

`svc_a` is one service, `svc_a+svc_b` are two in this order, `svc_a~svc_b` two in any order, and `svc_a+svc_a.2` the
same for each of two guests.
"""

import re
from dataclasses import dataclass, replace

from bookings.selectors.slots import ItemRequest
from common.errors import NotFound

MOST_SERVICES = 6
MOST_GUESTS = 4
_ITEM = re.compile(r"(?P<service>[a-z0-9_]{1,40})(?:\.(?P<guest>[1-8]))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Services (public ids) with the guest each is for (1, 2, …), in order."""

    items: tuple[tuple[str, int], ...]
    any_order: bool = False

    def __str__(self) -> str:
        mark = "~" if self.any_order else "+"
        return mark.join(service if guest == 1 else f"{service}.{guest}" for service, guest in self.items)

    @property
    def guests(self) -> int:
        """How many guests it is for."""
        return max(guest for _, guest in self.items)

    @property
    def may_have_more(self) -> bool:
        return len(self.items) < MOST_SERVICES

    @property
    def may_have_guests(self) -> bool:
        return self.may_have_more and self.guests < MOST_GUESTS

    @property
    def has_an_order(self) -> bool:
        """Whether a guest has several services, so that their order may matter."""
        guests = [guest for _, guest in self.items]
        return len(set(guests)) < len(guests)

    def plus(self, service: str, guest: int) -> "Wanted":
        """One service more, after the guest's others."""
        return replace(self, items=tuple(sorted((*self.items, (service, guest)), key=lambda item: item[1])))

    def less(self, at: int) -> "Wanted":
        """Without the service at a place; guests close up, and one service has no order."""
        left = [item for place, item in enumerate(self.items) if place != at]
        numbers = {guest: number for number, guest in enumerate(sorted({g for _, g in left}), start=1)}
        items = tuple((service, numbers[guest]) for service, guest in left)
        return Wanted(items, self.any_order and Wanted(items).has_an_order if items else False)

    def requests(self, staff: str | None = None) -> list[ItemRequest]:
        """The same as it is asked for: all of it with `staff` (public id), or with anyone able."""
        return [ItemRequest(service, staff=staff, guest=guest) for service, guest in self.items]


def parse(text: str) -> Wanted:
    """What a part of an address names. Raises NotFound."""
    any_order = "~" in text
    found = []
    for part in text.split("~" if any_order else "+"):
        match = _ITEM.fullmatch(part)
        if match is None:
            raise NotFound
        found.append((match["service"], int(match["guest"] or 1)))
    guests = [guest for _, guest in found]
    if (
        len(found) > MOST_SERVICES
        or guests != sorted(guests)
        or set(guests) != set(range(1, max(guests) + 1))
    ):
        raise NotFound
    return Wanted(tuple(found), any_order)
