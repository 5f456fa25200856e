"""Transactions that find out that they need something from the network: it is got outside of them, and they run anew.

No network call is made inside a transaction. What a transaction will need is mostly known before; where it is only
seen under the locks, `TryAgain` rolls it back.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

from common.errors import DomainError

TRIES = 3
T = TypeVar("T")
P = ParamSpec("P")


class TryAgain(Exception):
    """What a transaction lacks."""

    def prepare(self) -> None:
        """Get it. Called outside of any transaction."""
        raise NotImplementedError

    def refusal(self) -> DomainError:
        """What the caller is told when it is still lacking after some tries."""
        raise NotImplementedError


def again(run: Callable[[], T]) -> T:
    """What `run` answers, which opens its own transaction: up to three times, with what it lacks got in between.

    Within somebody's transaction it runs once: whoever opened that one goes on.
    """
    for left in reversed(range(TRIES)):
        try:
            return run()
        except TryAgain as lack:
            if transaction.get_connection().in_atomic_block:
                raise
            if not left:
                raise lack.refusal() from None
            lack.prepare()
    raise AssertionError("not reached")


def run_again(service: Callable[P, T]) -> Callable[P, T]:
    """A service that is run by `again`: what it does before its transaction may be done twice."""

    @wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return again(lambda: service(*args, **kwargs))

    return run
