"""Events: how news travels upwards.

`publish` writes an event inside the caller's transaction, calls the subscribers that must agree within it, and
leaves an outbox message for each handler that runs after commit. Apps register both in their `handlers.py`.
Every type is listed in docs/events.md; a test says so.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db import transaction

from common import nudge
from common.models import Event, OutboxMessage

Handler = Callable[[Event], None]

_subscribers: dict[str, list[Handler]] = defaultdict(list)
_handlers: dict[str, dict[str, Handler]] = defaultdict(dict)


def within_transaction(*types: str) -> Callable[[Handler], Handler]:
    """Register a subscriber that runs inside the publisher's transaction; what it raises undoes it all."""

    def register(handler: Handler) -> Handler:
        for type_ in types:
            if handler not in _subscribers[type_]:
                _subscribers[type_].append(handler)
        return handler

    return register


def after_commit(*types: str) -> Callable[[Handler], Handler]:
    """Register a handler that a worker runs after commit, at least once: it must deduplicate."""

    def register(handler: Handler) -> Handler:
        name = f"{handler.__module__}.{handler.__qualname__}"
        for type_ in types:
            _handlers[type_][name] = handler
        return handler

    return register


def handler_named(name: str) -> Handler | None:
    """The after-commit handler registered under its dotted name, or None when it no longer exists."""
    return next((known[name] for known in _handlers.values() if name in known), None)


def registered_types() -> set[str]:
    """Every event type somebody listens to."""
    return set(_subscribers) | set(_handlers)


def publish(
    *,
    subject_type: str,
    subject_id: str,
    seq: int,
    type: str,
    actor: str,
    outlet_id: str = "",
    version: int = 1,
    payload: dict[str, Any] | None = None,
) -> Event:
    """Write one event in the open transaction and tell who listens.

    `seq` is the subject's next number: the caller holds the subject's row lock. `actor` is `user:…`, `guest`,
    `system` or `gateway:…`. `payload` names people by public id only.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("publish() belongs inside a transaction")
    event = Event.objects.create(
        subject_type=subject_type,
        subject_id=subject_id,
        seq=seq,
        type=type,
        version=version,
        actor=actor,
        outlet_id=outlet_id,
        payload=payload or {},
    )
    for subscriber in _subscribers.get(type, ()):
        subscriber(event)
    OutboxMessage.objects.bulk_create(
        [OutboxMessage(event=event, handler=name) for name in _handlers.get(type, ())]
    )
    nudge.after_commit()
    return event
