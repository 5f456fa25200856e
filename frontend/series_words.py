"""Series in words."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.rules.series import Frequency, Rule
from frontend import formats


def rule_words(rule: Rule, first_day: date) -> str:
    """`Every 2 weeks, Tuesday`, or `Every month, second Tuesday`, in the reader's language."""
    weekday = formats.weekday(first_day, short=False)
    if rule.frequency == Frequency.WEEKLY:
        often = ngettext("Every week", "Every %(n)d weeks", rule.interval) % {"n": rule.interval}
    else:
        often = ngettext("Every month", "Every %(n)d months", rule.interval) % {"n": rule.interval}
        weekday = _nth(rule.nth or 1) % {"weekday": weekday}
    return _("%(often)s, %(day)s") % {"often": often, "day": weekday}


def _nth(nth: int) -> str:
    return {
        1: _("first %(weekday)s"),
        2: _("second %(weekday)s"),
        3: _("third %(weekday)s"),
        4: _("fourth %(weekday)s"),
    }.get(nth, _("last %(weekday)s"))
