"""Whose data stands where: what each app holds about one person, how it is handed out and how it is blanked.

Each app says so in its `privacy.py`, read at start-up (common/apps.py). `area` registers how the app's data about
a person is exported and erased; `personal` and `impersonal` decide for every column that can hold something
about somebody. A column without a decision fails tests/privacy; docs/privacy.md shows the table.
"""

from common.privacy.people import ExportedFile, Obstacle, Subject
from common.privacy.registry import (
    Area,
    area,
    areas,
    erase,
    export,
    find,
    finder,
    impersonal,
    obstacles,
    personal,
)

__all__ = [
    "Area",
    "ExportedFile",
    "Obstacle",
    "Subject",
    "area",
    "areas",
    "erase",
    "export",
    "find",
    "finder",
    "impersonal",
    "obstacles",
    "personal",
]
