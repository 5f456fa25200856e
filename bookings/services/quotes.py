"""What a service with its options costs and how long it takes, by the catalogue or as it was agreed."""

from collections.abc import Sequence
from dataclasses import replace

from bookings.errors import OptionUnknown
from bookings.models import BookingItem
from bookings.rules.pricing import OptionPrice, Quote, ServicePrice, price
from bookings.selectors.sessions import is_group
from providers.models import Offering, ServiceOption


def quote_for(offering: Offering, options: Sequence[str], *, seats: int = 1) -> Quote:
    """The quote of an offering (with its service) and options (public ids), so many times. Raises OptionUnknown, also
    for one that would make a group session longer."""
    chosen = chosen_options(offering.service_id, options)
    if is_group(offering.service) and any(option.extra_min for option in chosen):
        raise OptionUnknown
    return price(_service_price(offering), [_option_price(option) for option in chosen], seats=seats)


def quote_again(item: BookingItem, options: Sequence[str]) -> Quote:
    """The quote of the service as it was when it was held, with these options. Raises OptionUnknown."""
    chosen = chosen_options(item.service_id, options)
    # Of a course the first date carries the price.
    if item.session_id and any(item.position or option.extra_min for option in chosen):
        raise OptionUnknown
    quote = price(_agreed_price(item), [_option_price(option) for option in chosen], seats=item.seats)
    return replace(quote, lines=(replace(quote.lines[0], name=item.lines[0]["name"]), *quote.lines[1:]))


def chosen_options(service_pk: int, public_ids: Sequence[str]) -> list[ServiceOption]:
    """The live options of a service with these public ids, in the catalogue's order. Raises OptionUnknown."""
    wanted = set(public_ids)
    if not wanted:
        return []
    found = list(
        ServiceOption.objects.filter(
            service_id=service_pk, public_id__in=wanted, archived_at__isnull=True
        ).order_by("position", "pk")
    )
    if len(found) != len(wanted):
        raise OptionUnknown
    return found


def _agreed_price(item: BookingItem) -> ServicePrice:
    """The service as it was when it was held: its first line."""
    line = item.lines[0]
    return ServicePrice(
        name=line["name"],
        amount=line["amount"] // item.seats,
        duration_min=line["minutes"],
        tax_percent=item.tax_percent,
    )


def _service_price(offering: Offering) -> ServicePrice:
    return ServicePrice(
        name=offering.service.name,
        amount=offering.price_amount,
        duration_min=offering.service.duration_min,
        tax_percent=offering.service.tax_percent,
    )


def _option_price(option: ServiceOption) -> OptionPrice:
    return OptionPrice(
        id=option.public_id, name=option.name, amount=option.price_amount, extra_min=option.extra_min
    )
