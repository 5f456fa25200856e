"""Reads of bookings and of open time."""
