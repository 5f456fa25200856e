"""What a customer puts together to book: one service or several, for one guest or more, as a part of an address.

`svc_a` is one service, `svc_a+svc_b` are two in this order, `svc_a~svc_b` two in any order, and `svc_a+svc_a.2` the
same for each of two guests. `svc_a@stf_b` is with that person; what names nobody is with anyone able.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bookings.models import Booking
from bookings.selectors.slots import ItemRequest
from common.errors import NotFound

MOST_SERVICES = 6
MOST_GUESTS = 4
_ITEM = re.compile(
    r"(?P<service>[a-z0-9_]{1,40})(?:@(?P<staff>[a-z0-9_]{1,40}))?(?:\.(?P<guest>[1-8]))?", re.ASCII
)
# A service, the guest it is for (1, 2, …), and with whom ("" for anyone able).
Part = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Services (public ids) with the guest each is for (1, 2, …), in order; `staff` with whom each is to be (public
    ids, "" for anyone able), empty when it is anyone for all."""

    items: tuple[tuple[str, int], ...]
    any_order: bool = False
    staff: tuple[str, ...] = ()

    @classmethod
    def of(cls, parts: Sequence[Part], *, any_order: bool = False) -> "Wanted":
        """Of these parts; in any order only where a guest has several."""
        items = tuple((service, guest) for service, guest, _ in parts)
        staff = tuple(person for _, _, person in parts)
        plain = cls(items, staff=staff if any(staff) else ())
        return replace(plain, any_order=any_order and bool(items) and plain.has_an_order)

    def __str__(self) -> str:
        mark = "~" if self.any_order else "+"
        return mark.join(
            service + (f"@{staff}" if staff else "") + (f".{guest}" if guest > 1 else "")
            for service, guest, staff in self.parts
        )

    @property
    def parts(self) -> list[Part]:
        """Its services one by one."""
        staff = self.staff or ("",) * len(self.items)
        return [(service, guest, person) for (service, guest), person in zip(self.items, staff, strict=True)]

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
        parts = sorted([*self.parts, (service, guest, "")], key=lambda part: part[1])
        return Wanted.of(parts, any_order=self.any_order)

    def less(self, at: int) -> "Wanted":
        """Without the service at a place; guests close up, and one service has no order."""
        left = [part for place, part in enumerate(self.parts) if place != at]
        numbers = {guest: number for number, guest in enumerate(sorted({part[1] for part in left}), start=1)}
        return Wanted.of(
            [(service, numbers[guest], staff) for service, guest, staff in left], any_order=self.any_order
        )

    def by(self, at: int, staff: str) -> "Wanted":
        """The service at a place with somebody, or with anyone able ("")."""
        parts = [
            (service, guest, staff if place == at else person)
            for place, (service, guest, person) in enumerate(self.parts)
        ]
        return Wanted.of(parts, any_order=self.any_order)

    def may_be_earlier(self, at: int) -> bool:
        """Whether the service at a place follows another one of the same guest in a given order."""
        return not self.any_order and at > 0 and self.items[at - 1][1] == self.items[at][1]

    def earlier(self, at: int) -> "Wanted":
        """The service at a place before the one that it follows."""
        parts = self.parts
        parts[at - 1], parts[at] = parts[at], parts[at - 1]
        return Wanted.of(parts)

    def requests(self, staff: str | None = None) -> list[ItemRequest]:
        """The same as it is asked for: what names nobody with `staff` (public id), or with anyone able."""
        return [
            ItemRequest(service, staff=person or staff, guest=guest) for service, guest, person in self.parts
        ]


def of_booking(booking: Booking, *, people: bool = False) -> Wanted:
    """What a booking is for, with `people` by whom it was asked for; of a course one date."""
    items = sorted(booking.items.all(), key=lambda item: (item.guest, item.position))
    if items[0].session_id:
        items = items[:1]
    return Wanted.of(
        [
            (
                item.service.public_id,
                item.guest,
                item.staff.public_id if people and item.staff_was_chosen else "",
            )
            for item in items
        ]
    )


def parse(text: str) -> Wanted:
    """What a part of an address names. Raises NotFound."""
    any_order = "~" in text
    found: list[Part] = []
    for part in text.split("~" if any_order else "+"):
        match = _ITEM.fullmatch(part)
        if match is None:
            raise NotFound
        found.append((match["service"], int(match["guest"] or 1), match["staff"] or ""))
    guests = [guest for _, guest, _ in found]
    if (
        len(found) > MOST_SERVICES
        or guests != sorted(guests)
        or set(guests) != set(range(1, max(guests) + 1))
    ):
        raise NotFound
    return replace(Wanted.of(found), any_order=any_order)
