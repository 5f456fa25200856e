"""The tables of bookings: visits and what they take (booking.py), group sessions and courses (sessions.py),
open time kept ready for search (kept.py)."""

from bookings.models.booking import (
    Allocation,
    Booking,
    BookingAccess,
    BookingItem,
    Objection,
    ObjectionStatement,
    VisitMessage,
)
from bookings.models.kept import OpenKept, OutletDay, StaffDay
from bookings.models.sessions import Course, GroupSession

__all__ = [
    "Allocation",
    "Booking",
    "BookingAccess",
    "BookingItem",
    "Course",
    "GroupSession",
    "Objection",
    "ObjectionStatement",
    "OpenKept",
    "OutletDay",
    "StaffDay",
    "VisitMessage",
]
