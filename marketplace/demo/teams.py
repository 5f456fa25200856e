"""What several people of the demo do together: a deep clean by two. Made by the services."""

from datetime import datetime, timedelta
from decimal import Decimal

from accounts.principals import ANONYMOUS
from bookings.models import Booking
from bookings.selectors.access import booking_for
from bookings.selectors.slots import ItemRequest, slots_for
from bookings.services import holds, paying
from common import clock
from common.actors import SYSTEM
from common.models import OutboxMessage
from geo.selectors import position_of
from marketplace.demo import people
from marketplace.demo.catalogue import TAX_PERCENT
from marketplace.demo.seeds import chance
from providers.enums import Place
from providers.models import Category, Outlet, Provider, Service, Skill
from providers.services import catalogue

BUSINESS = "Kotiapu Kaste"
CATEGORY = "cleaning"
NAME = "Deep clean by two"
DESCRIPTION = "Two of us at once, from skirting boards to lamps: done in half the time."
MINUTES, AMOUNT = 150, 23900
# How many days ahead the visits are.
DAYS = (2, 4, 7)


def load_teams(seed: int, *, at: datetime) -> None:
    """Sell it from `at` (aware) on, with some visits booked. Nobody is told by mail."""
    # A city that was thinned out for tests may lack the business.
    provider = Provider.objects.filter(name=BUSINESS).first()
    if provider is None:
        return
    before = OutboxMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with clock.at(at):
        outlet = Outlet.objects.get(provider=provider)
        service = _service(provider, outlet)
        for n, days in enumerate(DAYS):
            _visit(seed, n, outlet, service, at + timedelta(days=days))
    OutboxMessage.objects.filter(pk__gt=before).delete()


def _service(provider: Provider, outlet: Outlet) -> Service:
    category = Category.objects.get(slug=CATEGORY)
    service = catalogue.create_service(
        provider=provider,
        actor=SYSTEM,
        currency=outlet.currency,
        outlets=[outlet],
        category=category,
        name=NAME,
        description=DESCRIPTION,
        language="en",
        place=Place.CUSTOMER,
        duration_min=MINUTES,
        buffer_before_min=15,
        buffer_after_min=15,
        price_amount=AMOUNT,
        tax_percent=Decimal(TAX_PERCENT),
        team_size=2,
    )
    cleaners = Skill.objects.filter(
        staff__assignments__outlet=outlet, service__category=category, held_back=False
    )
    for staff in sorted(set(cleaners.values_list("staff_id", flat=True))):
        Skill.objects.create(staff_id=staff, service=service)
    return service


def _visit(seed: int, n: int, outlet: Outlet, service: Service, day: datetime) -> None:
    """Somebody books it for the first start of the day, where another customer of theirs lives."""
    homes = Booking.objects.filter(outlet=outlet, address_point__isnull=False).exclude(address_line="")
    home = homes.order_by("pk")[n : n + 1].first()
    if home is None or home.address_point is None:
        return
    where = position_of(home.address_point)
    found = slots_for(
        outlet=outlet.public_id,
        items=[ItemRequest(service.public_id)],
        start=day,
        end=day + timedelta(days=1),
        where=where,
    ).slots
    if not found:
        return
    who = people.guest(chance(seed, NAME, n), seed, NAME, n)
    held = holds.hold(
        principal=ANONYMOUS,
        outlet=outlet.public_id,
        items=[ItemRequest(service.public_id)],
        start=found[0].start,
        contact=holds.Contact(who.name, who.email, who.phone or None),
        address=holds.Address(home.address_line, where.lat, where.lng),
    )
    access = booking_for(held.opened_by(ANONYMOUS), held.booking.ref)
    paying.pay(access=access, method="counter", return_url="")
