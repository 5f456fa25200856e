"""The plain values that travel between the registry and the apps."""

from collections.abc import Callable
from dataclasses import dataclass, field

from common.errors import Text


@dataclass(slots=True)
class Subject:
    """The person whose data is meant: a user with every customer joined to them, or one guest's customer.

    `finder`s of the apps fill in the rest from what is known when it is made. Ids are public ids, `*_pks` the
    database's. `asked_to_forget` names what the person wants gone that would otherwise stay, such as `reviews`.
    """

    user_pk: int = 0
    user_id: str = ""
    customer_pks: set[int] = field(default_factory=set)
    customer_ids: set[str] = field(default_factory=set)
    # Addresses that are or were theirs, in lower case; never shown, only searched for.
    emails: set[str] = field(default_factory=set, repr=False)
    # Their verified number, E.164: what their shops wrote down may be anybody's.
    phones: set[str] = field(default_factory=set, repr=False)
    booking_pks: set[int] = field(default_factory=set)
    booking_refs: set[str] = field(default_factory=set)
    payment_refs: set[str] = field(default_factory=set)
    staff_pks: set[int] = field(default_factory=set)
    asked_to_forget: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file that is the person's. `name` is where it stands in their ZIP, such as `photos/fil_….jpg`."""

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What must be settled before a person can be erased: a `code`, and what it is about by public id and name."""

    code: str
    about: str
    name: Text = ""
