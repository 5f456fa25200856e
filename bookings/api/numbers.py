"""How a business does, over the API: what its page of numbers shows."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import AfterValidator, Field

from bookings.api.given import caller
from bookings.schemas import PublicId
from bookings.schemas.numbers import FiguresOfOut, FiguresOut, NumbersOut, RevenueOut, WeekFiguresOut
from bookings.selectors.numbers import Line, days_asked, numbers_of
from common.api import ERRORS, storable
from common.errors import NotFound
from providers.enums import Role
from providers.models import Outlet, Provider
from providers.selectors.access import access_provider

router = Router(tags=["provider"])
SCOPE = "money:read"

OutletId = Annotated[str, Field(max_length=40), AfterValidator(storable)]


@router.get(
    "/provider/businesses/{provider}/numbers",
    response={200: NumbersOut, **ERRORS},
    operation_id="get_numbers",
)
def get_numbers(
    request: HttpRequest,
    provider: PublicId,
    first: date | None = None,
    last: date | None = None,
    outlet: OutletId = "",
) -> NumbersOut:
    """For managers: visits, revenue, people's time and who comes back, by ISO week, person and service.

    Of the local days from `first` to `last`, at most 371 and no later than today; without them of the last 12 whole
    weeks. At one `outlet`, by its clock, or at all.
    """
    found = access_provider(caller(request, SCOPE), provider, role=Role.MANAGER, scope=SCOPE)
    shop = _outlet(found, outlet)
    numbers = numbers_of(found, days_asked(found, shop, first, last), shop)
    currencies = numbers.currencies
    return NumbersOut(
        first=numbers.days.first,
        last=numbers.days.last,
        timezone=numbers.days.zone,
        outlet=shop.public_id if shop else None,
        total=FiguresOut(**_line(numbers.total, currencies)),
        weeks=[
            WeekFiguresOut(first=week.first, last=week.last, **_line(line, currencies))
            for week, line in numbers.weeks
        ],
        people=[
            FiguresOfOut(id=each.public_id, name=each.name, **_line(line, currencies))
            for each, line in numbers.people
        ],
        services=[
            FiguresOfOut(id=each.public_id, name=each.name, **_line(line, currencies))
            for each, line in numbers.services
        ],
    )


def _outlet(provider: Provider, outlet: str) -> Outlet | None:
    """Raises NotFound for one that is not of this business."""
    if not outlet:
        return None
    found = Outlet.objects.filter(provider=provider, public_id=outlet).first()
    if found is None:
        raise NotFound
    return found


def _line(line: Line, currencies: list[str]) -> dict[str, Any]:
    return {
        "visits": line.visits,
        "no_shows": line.no_shows,
        "customers": line.customers,
        "returning": line.returning,
        "lead_min": line.lead_min,
        "open_min": line.open_min,
        "booked_min": line.booked_min,
        "revenue": [_revenue(line, currency) for currency in currencies],
    }


def _revenue(line: Line, currency: str) -> RevenueOut:
    money = line.money[currency]
    return RevenueOut(
        currency=currency,
        total=money.total,
        online=money.online,
        counter=money.counter,
        commission_and_vat=money.kept,
        other=money.other,
        yours=money.yours,
    )
