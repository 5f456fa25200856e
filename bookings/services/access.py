"""Capabilities to one booking: the guest's token, and the links in mails."""

import secrets

from django.conf import settings

from bookings.models import Booking, BookingAccess
from common import crypto


def new_token(booking: Booking, *, purpose: str) -> str:
    """A new bearer token (160 random bits) that opens `booking` and nothing else; only its hash is stored."""
    token = secrets.token_urlsafe(20)
    BookingAccess.objects.create(booking=booking, token_hash=crypto.token_hash(token), purpose=purpose)
    return token


def mail_link(booking: Booking, page: str = "") -> str:
    """A link for a mail to the customer: the page trades the token for a cookie and a clean address at once.

    `page` is one of the booking's own pages, such as `/review`. The token is in the query, which no log keeps.
    """
    return f"{settings.SITE_URL}/b/{booking.ref}{page}?key={new_token(booking, purpose='mail')}"
