"""The numbers of a business, put together."""

from datetime import date
from zoneinfo import ZoneInfo

from bookings.errors import SpanOfNumbers
from bookings.rules.weeks import Days, last_weeks
from bookings.selectors.numbers.hours import add_hours
from bookings.selectors.numbers.lines import Line, Numbers, Sums
from bookings.selectors.numbers.money import add_money
from bookings.selectors.numbers.visits import add_visits
from common import clock
from payments.selectors.payouts import currencies_of
from payments.selectors.shares import home_of
from providers.models import Outlet, Provider, Service, StaffMember

USUAL_WEEKS = 12
# A year of weeks.
LONGEST_DAYS = 53 * 7


def days_asked(
    provider: Provider, outlet: Outlet | None, first: date | None = None, last: date | None = None
) -> Days:
    """The local days that are asked for: by the outlet's clock, of all of them by the business's as on its statement.

    Without `first` the last 12 whole weeks; without `last`, and at the latest, until today. Raises SpanOfNumbers unless
    they are 1 to 371 days of this century.
    """
    zone = outlet.timezone if outlet else home_of(provider).zone
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    if first is None:
        if last is not None:
            raise SpanOfNumbers
        return last_weeks(USUAL_WEEKS, today=today, zone=zone)
    days = Days(first, min(last or today, today), zone)
    if not 1 <= days.count <= LONGEST_DAYS or first.year < 2000:
        raise SpanOfNumbers
    return days


def numbers_of(provider: Provider, days: Days, outlet: Outlet | None = None) -> Numbers:
    """The numbers of `days` at `outlet`, or at every outlet that the business has or had. At most twelve queries and
    three for each currency, however many visits there are."""
    every = list(Outlet.objects.filter(provider=provider).order_by("pk"))
    outlets = [one for one in every if outlet is None or one.pk == outlet.pk]
    paid_in = [outlet.currency] if outlet else [*currencies_of(provider), *(one.currency for one in every)]
    currencies = sorted(set(paid_in))
    sums = Sums()
    add_visits(sums, days, outlets=outlets, every=every)
    add_hours(sums, days, provider=provider, outlets=outlets)
    for currency in currencies:
        add_money(sums, days, provider=provider, currency=currency, outlet=outlet)
    people = StaffMember.objects.filter(pk__in=sums.people)
    services = Service.objects.filter(pk__in=sums.services)

    def first_the_most(line: Line) -> tuple[int, ...]:
        return (*(-line.money[currency].total for currency in currencies), -line.visits, -line.booked_min)

    return Numbers(
        days=days,
        outlet=outlet,
        currencies=currencies,
        total=sums.total,
        weeks=[(week, sums.weeks[week.monday]) for week in days.weeks()],
        people=sorted(
            ((person, sums.people[person.pk]) for person in people),
            key=lambda row: (*first_the_most(row[1]), row[0].name),
        ),
        services=sorted(
            ((service, sums.services[service.pk]) for service in services),
            key=lambda row: (*first_the_most(row[1]), row[0].name),
        ),
    )
