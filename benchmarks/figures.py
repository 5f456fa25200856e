"""The figures: each beside its limit, as a table and as JSON."""

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from benchmarks.client import Sample

Better = Literal["higher", "lower"]
MS = 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured and what it is compared to, in the same unit; `better` says which way is good."""

    group: str
    name: str
    value: float
    limit: float
    unit: str
    better: Better

    @property
    def ratio(self) -> float:
        return self.value / self.limit


@dataclass(slots=True)
class Figures:
    """All figures of a run, in order, with what else is worth knowing of each group."""

    rows: list[Figure] = field(default_factory=list)
    limits: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def group(self, name: str, *, limit: str) -> None:
        """Begin a group; `limit` says in words what its figures are compared to."""
        self.limits[name] = limit

    def add(self, group: str, name: str, value: float, limit: float, unit: str, better: Better) -> None:
        self.rows.append(Figure(group, name, value, limit, unit, better))

    def add_reads(self, group: str, name: str, alone: Sample, together: Sample, limits: list[Sample]) -> None:
        """One kind of request: its time when it is alone, its rate and slowest hundredth when several ask."""
        limit_alone, limit_together = limits
        for share, label, ours, limit in (
            (0.5, "alone, p50", alone, limit_alone),
            (0.99, "4 clients, p99", together, limit_together),
        ):
            self.add(
                group,
                f"{name}: {label}",
                ours.quantile(share) * MS,
                limit.quantile(share) * MS,
                "ms",
                "lower",
            )
        self.add(group, f"{name}: 4 clients", together.rate, limit_together.rate, "/s", "higher")

    def table(self) -> str:
        """For the terminal."""
        width = max(len(row.name) for row in self.rows) + 2
        lines = []
        for group, limit in self.limits.items():
            lines += ["", group, f"  limit: {limit}"]
            lines.append(f"  {'':{width}}{'measured':>13}{'limit':>13}{'ratio':>9}  better")
            for row in (row for row in self.rows if row.group == group):
                lines.append(
                    f"  {row.name:{width}}{_number(row.value, row.unit):>13}"
                    f"{_number(row.limit, row.unit):>13}{row.ratio:>9.3g}  {row.better}"
                )
        return "\n".join([*lines, "", *self.notes])

    def write(self, path: Path) -> None:
        """Write everything as JSON."""
        told = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": {
                "cpus": os.cpu_count(),
                "load_average": [round(load, 1) for load in os.getloadavg()],
                "kernel": platform.release(),
                "python": platform.python_version(),
            },
            "limits": self.limits,
            "figures": [{**asdict(row), "ratio": row.ratio} for row in self.rows],
            "notes": self.notes,
        }
        path.write_text(json.dumps(told, indent=2) + "\n")


def _number(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.2f} {unit}"
