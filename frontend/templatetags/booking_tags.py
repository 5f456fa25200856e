"""Filters of the booking pages: local dates in words."""

from datetime import date, datetime
from urllib.parse import quote

from django import template
from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from common import clock
from frontend import formats

register = template.Library()


@register.simple_tag
def way_there(point: Point) -> str:
    """A page with the way to a point (WGS 84), on OpenStreetMap: it asks the reader from where."""
    return f"https://www.openstreetmap.org/directions?to={point.y:.6f}%2C{point.x:.6f}"


@register.simple_tag
def maps_app(point: Point, name: str) -> str:
    """A point (WGS 84) for the maps app of a phone: a geo: address (RFC 5870), with the label that Android reads."""
    place = f"{point.y:.6f},{point.x:.6f}"
    return f"geo:{place}?q={place}({quote(name)})"


@register.filter
def weekday(day: date) -> str:
    """Mon."""
    return formats.weekday(day)


@register.filter
def days_to(first: date, last: date) -> str:
    """`{{ first|days_to:last }}`: some days, such as a week."""
    return formats.days_to(first, last)


@register.filter
def day_pattern(day: date, form: str) -> str:
    """A local date in one of the patterns of frontend.formats: long, medium, short, month, date."""
    return formats.pattern(day, form)


@register.filter
def day_line(moment: datetime, zone: str) -> str:
    """Wednesday 25 November, with Today or Tomorrow before it."""
    there = formats.local(moment, zone).date()
    ahead = (there - formats.local(clock.now(), zone).date()).days
    words = {"day": formats.pattern(there, "long")}
    if ahead == 0:
        return _("Today, %(day)s") % words
    return _("Tomorrow, %(day)s") % words if ahead == 1 else words["day"]


@register.filter
def days_ahead(moment: datetime, zone: str) -> str:
    """How far off a day is: today, tomorrow, in 5 days; "" for the past."""
    days = (formats.local(moment, zone).date() - formats.local(clock.now(), zone).date()).days
    if days < 0:
        return ""
    if days == 0:
        return _("today")
    return _("tomorrow") if days == 1 else _("in %(n)d days") % {"n": days}


@register.filter
def short_when(moment: datetime, zone: str) -> str:
    """A time today, else with its day: 14:30, or Wed 25 14:30."""
    time = formats.clock_time(moment, zone)
    there = formats.local(moment, zone).date()
    if there == formats.local(clock.now(), zone).date():
        return time
    return _("%(day)s, %(time)s") % {"day": formats.pattern(there, "short"), "time": time}
