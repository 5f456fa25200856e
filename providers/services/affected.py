"""Changes that may hit what is booked: nothing that was promised breaks unseen.

Providers knows no bookings: bookings registers a guard, and every interface puts a change that may hit visits within
`guarded`. The services themselves stay as they are, but for one that asks the network before its transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import transaction

from providers.services.record import lock_provider

# Of a business (primary key) and what its member has seen and accepted.
Guard = Callable[[int, str], AbstractContextManager[None]]

_guard: Guard | None = None


def register_guard(guard: Guard | None) -> None:
    """Have `guard(provider_pk, acknowledged)` stand around every change that may hit what is booked."""
    global _guard
    _guard = guard


@contextmanager
def guarded(provider_pk: int, *, acknowledged: str = "") -> Iterator[None]:
    """Around a change of a business (primary key), in one transaction with it, under the business's lock.

    Raises what the guard refuses, unless `acknowledged` names exactly what the change would hit: then nothing
    was changed.
    """
    with transaction.atomic():
        lock_provider(provider_pk)
        if _guard is None:
            yield
            return
        with _guard(provider_pk, acknowledged):
            yield
