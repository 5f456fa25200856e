"""The tables of bookings: visits and what they take (booking.py), who does it together (team.py), objections
(objections.py), group sessions and courses (sessions.py), price changes and links to pay (price.py), refunds that
people decide about (refunds.py), reports of messages (reports.py), calendars of people's own (calendars.py), open time
kept ready for search (kept.py), what changed slots (slots.py), who waits for something to become free (waitlist.py),
visits that recur (series.py), who waits at an outlet (queue.py), what a business notes about a customer
(customer_notes.py)."""

from bookings.models.booking import (
    Allocation,
    Booking,
    BookingAccess,
    BookingItem,
    VisitMessage,
)
from bookings.models.calendars import BusyCalendar, BusyTime, CalendarFeed
from bookings.models.customer_notes import CustomerNote
from bookings.models.kept import OpenKept, OutletDay, StaffDay
from bookings.models.objections import Objection, ObjectionStatement
from bookings.models.price import PayLink, PriceChange
from bookings.models.queue import QueueEntry, QueueLink
from bookings.models.refunds import RefundRequest
from bookings.models.reports import MessageReport
from bookings.models.series import BookingSeries, SeriesVisit
from bookings.models.sessions import Course, GroupSession
from bookings.models.slots import SlotChange
from bookings.models.team import ItemHelper
from bookings.models.waitlist import WaitEntry, WaitLook, WaitOffer, WaitPass

__all__ = [
    "Allocation",
    "Booking",
    "BookingAccess",
    "BookingItem",
    "BookingSeries",
    "BusyCalendar",
    "BusyTime",
    "CalendarFeed",
    "Course",
    "CustomerNote",
    "GroupSession",
    "ItemHelper",
    "MessageReport",
    "Objection",
    "ObjectionStatement",
    "OpenKept",
    "OutletDay",
    "PayLink",
    "PriceChange",
    "QueueEntry",
    "QueueLink",
    "RefundRequest",
    "SeriesVisit",
    "SlotChange",
    "StaffDay",
    "VisitMessage",
    "WaitEntry",
    "WaitLook",
    "WaitOffer",
    "WaitPass",
]
