"""Phases of a service: when its person is at it, and when it goes on by itself (colour that takes, paint that dries).

The chair, bay or room is taken throughout; a person whose phase is `processing` is free to serve somebody else.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

ACTIVE: Literal["active"] = "active"
PROCESSING: Literal["processing"] = "processing"
MOST = 9


class Phase(NamedTuple):
    """One part of a service, in minutes."""

    kind: Literal["active", "processing"]
    minutes: int


def read(stored: Iterable[Mapping[str, Any]]) -> tuple[Phase, ...]:
    """Phases from their JSON form `[{"kind", "minutes"}]`; none means active throughout."""
    return tuple(Phase(each["kind"], each["minutes"]) for each in stored)


def as_json(phases: Sequence[Phase], duration_min: int) -> list[dict[str, Any]]:
    """The JSON form for a snapshot: a service without phases has one active part."""
    return [phase._asdict() for phase in phases or (Phase(ACTIVE, duration_min),)]


def lasting(phases: Sequence[Phase], duration_min: int) -> tuple[Phase, ...]:
    """The same phases for a visit of `duration_min`: what options add (or take) is worked at the last active part.

    A visit too short for them is active throughout.
    """
    more = duration_min - sum(phase.minutes for phase in phases)
    if not more or not phases:
        return tuple(phases)
    last = max((at for at, phase in enumerate(phases) if phase.kind == ACTIVE), default=None)
    if last is None or phases[last].minutes + more <= 0:
        return ()
    return tuple(
        Phase(phase.kind, phase.minutes + more) if at == last else phase for at, phase in enumerate(phases)
    )


def worked(phases: Sequence[Phase], duration_min: int) -> list[tuple[int, int]]:
    """The minutes (from, to), counted from the start, in which the person is at it; in order, touching ones joined."""
    if not phases:
        return [(0, duration_min)]
    found: list[tuple[int, int]] = []
    at = 0
    for phase in phases:
        if phase.kind == ACTIVE:
            if found and found[-1][1] == at:
                found[-1] = (found[-1][0], at + phase.minutes)
            else:
                found.append((at, at + phase.minutes))
        at += phase.minutes
    return found


def problem(phases: Sequence[Phase], duration_min: int) -> str | None:
    """Why these cannot be the phases of a service of `duration_min`: "kinds", "sum", "short" or "many"; else None."""
    if not phases:
        return None
    if len(phases) > MOST:
        return "many"
    if any(phase.kind not in (ACTIVE, PROCESSING) or phase.minutes < 1 for phase in phases):
        return "short"
    if not any(phase.kind == ACTIVE for phase in phases):
        return "kinds"
    return None if sum(phase.minutes for phase in phases) == duration_min else "sum"
