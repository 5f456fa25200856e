"""How a business does: its people's time, its revenue, who comes back, who does not come, how far ahead they book.

By week, by person and by service, at one outlet or at all. Money is the ledger's and counts on the day on which it is
posted; everything else counts in the week in which the visit takes place.
"""

from bookings.selectors.numbers.lines import Line, Numbers, Revenue
from bookings.selectors.numbers.whole import LONGEST_DAYS, USUAL_WEEKS, days_asked, numbers_of

__all__ = ["LONGEST_DAYS", "USUAL_WEEKS", "Line", "Numbers", "Revenue", "days_asked", "numbers_of"]
