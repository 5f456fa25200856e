"""Bookings over HTTP: slots, holds, payment, and every move of the state table."""

from ninja import Router

from bookings.api import (
    booking,
    busy_calendars,
    calendars,
    numbers,
    prices,
    queue,
    refunds,
    series,
    sessions,
    visits,
    waitlist,
)

router = Router()
for _module in (
    *(booking, visits, prices, refunds, sessions, numbers, waitlist, series, queue),
    *(calendars, busy_calendars),
):
    router.add_router("", _module.router)
