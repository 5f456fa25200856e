"""What the peer keeps, by id, and its own kinds of error. Amounts in minor units, instants in Unix seconds."""

import itertools
import secrets
import time
from collections.abc import Callable
from typing import Any

Wire = dict[str, Any]
DAY = 86_400


class StripeError(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, type: str, code: str = "", message: str = "", param: str = "") -> None:
        self.status = status
        self.error = {"type": type, "code": code or None, "message": message or code, "param": param or None}
        super().__init__(message or code)


def invalid(code: str, message: str = "", param: str = "", status: int = 400) -> StripeError:
    return StripeError(status, "invalid_request_error", code, message, param)


class Store:
    """One account at Stripe. Not locked: the server asks one thing at a time."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.things: dict[str, Wire] = {}
        self.events: list[Wire] = []
        self.page_url = ""
        self._count = itertools.count(1)

    def get(self, id: str, kind: str, *, param: str = "id") -> Wire:
        found = self.things.get(id)
        if found is None or found["object"] != kind:
            raise invalid("resource_missing", f"No such {kind}: '{id}'", param, status=404)
        return found

    def all(self, kind: str) -> list[Wire]:
        """Newest first, as Stripe lists."""
        return [each for each in reversed(list(self.things.values())) if each["object"] == kind]

    def balance(self, currency: str) -> int:
        moved = (each for each in self.all("balance_transaction") if each["currency"] == currency)
        return sum(each["net"] for each in moved)

    def _move(self, type: str, source: Wire, amount: int, *, fee: int = 0) -> None:
        self._new(
            "txn",
            "balance_transaction",
            type=type,
            source=source["id"],
            amount=amount,
            fee=fee,
            net=amount - fee,
            currency=source["currency"],
        )

    def _new(self, prefix: str, kind: str, **fields: Any) -> Wire:
        id = f"{prefix}_{next(self._count):06d}{secrets.token_hex(9 if prefix != 'cs_test' else 26)}"
        thing = {"id": id, "object": kind, "created": int(self.now()), "livemode": False, **fields}
        self.things[id] = thing
        return thing

    def _tell(self, type: str, thing: Wire, *, account: str = "") -> None:
        shown = {name: value for name, value in thing.items() if not name.startswith("_")}
        id = f"evt_{next(self._count):06d}{secrets.token_hex(9)}"
        self.events.append(
            {
                "id": id,
                "object": "event",
                "type": type,
                "created": int(self.now()),
                "livemode": False,
                "data": {"object": shown},
                # What happens at a connected account goes to the endpoint for those, and names it.
                **({"account": account} if account else {}),
            }
        )
