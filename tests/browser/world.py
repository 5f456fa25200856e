"""A street with three shops: a hairdresser with two people, a cleaner who comes, a car wash with a bay."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.gis.geos import Point
from django.db.models import F
from django.test import Client

from accounts.enums import ConsentSource
from accounts.models import User
from accounts.principals import Principal
from accounts.services import main_customer
from accounts.services.consents import accept_terms
from bookings.models import Booking, BookingItem
from bookings.selectors.access import booking_for
from bookings.selectors.bookings import events_after
from bookings.selectors.slots import slots_for
from bookings.services import changes, expiry, holds, objections, paying, requests, rest, visits
from common import clock
from geo.importer import import_extract
from payments.sandbox import service as sandbox
from payments.sandbox.models import SandboxDelivery, SandboxIntent
from payments.selectors import payments_of
from payments.services import sync_payment
from providers.enums import Role
from providers.models import Outlet, Service, ServiceOption, StaffMember
from tests import factories as make
from tests.factories import make_due
from tests.signing_in import make_operator, sign_in

PASSWORD = "a long walk by the sea"
OWNER = "owner@example.com"
EMPLOYEE = "helmi@example.com"
CUSTOMER = "maria@example.com"
# Kalevankatu 12: the shops are around it.
HERE = Point(24.9365, 60.1665, srid=4326)
# Both are addresses of the map; the cleaner's area holds the first only.
NEAR_ADDRESS = "Kalevankatu 12"
FAR_ADDRESS = "Unioninkatu 40"
AREA_M = 900
# Nobody's yet are barbers and nails: for papers that no other test's businesses need.
CATEGORIES = {"beauty": ("hair", "barber", "nails"), "housekeeping": ("cleaning",), "car-care": ("car-wash",)}
_guest = count(1)


@dataclass
class Shop:
    """An outlet, what it sells and who works there; ids only, to be used without the database."""

    provider: str
    outlet: str
    name: str
    service: str
    service_name: str
    staff: dict[str, str] = field(default_factory=dict)
    option: str = ""

    @property
    def slots_path(self) -> str:
        return f"/o/{self.outlet}/book/{self.service}"

    def day_path(self, day: str) -> str:
        return f"/provider/{self.provider}/{self.outlet}/day?day={day}"


@dataclass
class World:
    salon: Shop
    cleaner: Shop
    wash: Shop


def lay_ground() -> None:
    """The map and the categories: made once, for a site remembers the tree for half a minute."""
    import_extract()
    for top, below in CATEGORIES.items():
        parent = make.make_category(top)
        for slug in below:
            make.make_category(slug, parent=parent)


def build() -> World:
    """Write the street; the hairdresser is open around the clock, so that its day always has room."""
    hair, cleaning, wash = (make.make_category(slug) for slug in ("hair", "cleaning", "car-wash"))

    salon = _outlet("Salon Kide", open_always=True, main_category=hair)
    people = [make.make_staff(salon, name=name) for name in ("Aino Virta", "Helmi Laine")]
    cut = make.make_service(salon, staff=people, name="Haircut", category=hair, duration_min=30)
    option = make.make_option(cut, name="Hot towel", extra_min=15, price_amount=1200)

    home = _outlet("Kirkas Home Care", main_category=cleaning)
    visit = make.make_home_service(home, AREA_M, name="Home cleaning", category=cleaning, duration_min=120)

    garage = _outlet("Harbour Car Wash", main_category=wash)
    shine = make.make_service(garage, name="Hand wash", category=wash, duration_min=45)
    make.make_bays(garage, shine)

    owner = _user(OWNER, "Olga Owner")
    for outlet in (salon, home, garage):
        outlet.provider.memberships.create(user=owner, role=Role.OWNER)
    salon.provider.memberships.create(user=_user(EMPLOYEE, "Helmi Laine"), role=Role.STAFF, staff=people[1])
    _user(CUSTOMER, "Maria Korhonen")
    return World(_shop(salon, cut, people, option), _shop(home, visit), _shop(garage, shine))


def _user(email: str, name: str) -> User:
    user = make.make_user(email=email, name=name, password=PASSWORD)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    accept_terms(customer=main_customer(user=user), source=ConsentSource.SIGNUP)
    return user


def _outlet(name: str, **fields: object) -> Outlet:
    provider = make.make_provider(name=name)
    return make.make_outlet(provider, name=name, street_line=NEAR_ADDRESS, point=HERE, **fields)


def _shop(
    outlet: Outlet,
    service: Service,
    people: list[StaffMember] | None = None,
    option: ServiceOption | None = None,
) -> Shop:
    return Shop(
        provider=outlet.provider.public_id,
        outlet=outlet.public_id,
        name=outlet.name,
        service=service.public_id,
        service_name=service.name,
        staff={person.name: person.public_id for person in people or []},
        option=option.public_id if option else "",
    )


def free_starts(shop: Shop, *, days: int = 1, staff: str | None = None) -> list[datetime]:
    """The free starts of the shop's service, with `staff` or anyone, on the day `days` from today, in UTC."""
    outlet = Outlet.objects.get(public_id=shop.outlet)
    day = clock.now().astimezone(outlet.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    start = day + timedelta(days=days)
    found = slots_for(
        outlet=shop.outlet,
        items=[holds.ItemRequest(shop.service, staff=staff)],
        start=start,
        end=start + timedelta(days=1),
    )
    return [slot.start for slot in found.slots]


def let_the_day_come(ref: str, *, days: int) -> None:
    """Move the times of a booking `days` back: what was to come is today's. What it takes stays where it was."""
    back = timedelta(days=days)
    for rows in (Booking.objects.filter(ref=ref), BookingItem.objects.filter(booking__ref=ref)):
        rows.update(starts_at=F("starts_at") - back, ends_at=F("ends_at") - back)


def hold(
    shop: Shop, start: datetime | None = None, *, days: int = 1, user: str = "", staff: str | None = None
) -> holds.Held:
    """A held booking of a guest, or of the user with the e-mail `user`; the first free start if none is given."""
    principal = Principal(user=User.objects.get(email=user)) if user else Principal()
    return holds.hold(
        principal=principal,
        outlet=shop.outlet,
        items=[holds.ItemRequest(shop.service, staff=staff)],
        start=start or free_starts(shop, days=days, staff=staff)[0],
        contact=holds.Contact(name="Maria Korhonen", email=user or f"guest{next(_guest)}@example.com"),
        address=holds.Address(NEAR_ADDRESS) if shop.name == "Kirkas Home Care" else None,
    )


def ask_for_acceptance(shop: Shop, wanted: bool) -> None:
    """Whether the shop's service asks for acceptance from now on."""
    Service.objects.filter(public_id=shop.service).update(needs_acceptance=wanted)


def answer_no(ref: str, reason: str) -> None:
    """The owner declines a request."""
    requests.decline(access=booking_for(Principal(user=User.objects.get(email=OWNER)), ref), reason=reason)


def operators_session() -> str:
    """The key of a session that an operator opened with the second factor."""
    client = sign_in(
        Client(), make_operator(email=f"operator{next(_guest)}@example.com", name="Otso Operator")
    )
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def operator(email: str, name: str) -> None:
    """An operator who signs in with PASSWORD and a code app (tests.signing_in.SECRET)."""
    user = make_operator(email=email, name=name, password=PASSWORD)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    accept_terms(customer=main_customer(user=user), source=ConsentSource.SIGNUP)


def object_to(ref: str, reason: str) -> str:
    """The owner objects to a visit; answers the objection's id."""
    owner = booking_for(Principal(user=User.objects.get(email=OWNER)), ref)
    return objections.object_to(access=owner, reason=reason).public_id


def confirmed(shop: Shop, **options: object) -> holds.Held:
    """A booking to be paid at the counter."""
    return promise_to_pay(hold(shop, **options))  # type: ignore[arg-type]


def promise_to_pay(held: holds.Held) -> holds.Held:
    """What is held is to be paid at the counter."""
    user = held.booking.customer.user if held.booking.customer else None
    principal = held.opened_by(Principal(user=user) if user else Principal())
    paying.pay(
        access=booking_for(principal, held.booking.ref), method="counter", return_url="http://localhost/"
    )
    held.booking.refresh_from_db()
    return held


# How a visit at the outlet, or at home, gets to each status, by the owner unless said otherwise.
WAY = {
    "on_the_way": [visits.on_the_way],
    "checked_in": [visits.check_in],
    "started": [visits.check_in, visits.start],
    "completed": [visits.check_in, visits.start, visits.complete],
    "closed": [visits.check_in, visits.start, visits.complete],
}


def bring_to(ref: str, status: str) -> None:
    """Let a confirmed visit go on to `status`."""
    if status in WAY:
        make_due(ref)
    owner = booking_for(Principal(user=User.objects.get(email=OWNER)), ref)
    for step in WAY.get(status, []):
        if step is visits.check_in:
            visits.check_in(access=owner, code=None)
        else:
            step(access=owner)
    if status == "closed":
        visits.close_by_time(ref)
    if status == "cancelled":
        changes.cancel(access=owner, version=changes.preview(access=owner, action="cancel").version)


def pay_link(ref: str) -> str:
    """What the shop's square says; a new one each time."""
    owner = booking_for(Principal(user=User.objects.get(email=OWNER)), ref)
    return urlsplit(rest.show_link(access=owner))._replace(scheme="", netloc="").geturl()


def paid_online(shop: Shop, *, days: int) -> str:
    """A visit of the customer's that is paid on the gateway's page; its reference."""
    ref = hold(shop, days=days, user=CUSTOMER).booking.ref
    access = booking_for(Principal(user=User.objects.get(email=CUSTOMER)), ref)
    paying.pay(access=access, method="sandbox", return_url="http://localhost/")
    payment = payments_of(ref).get()
    sandbox.act(payment.gateway_ref, "pay")
    sync_payment(payment_id=payment.public_id)
    return ref


def let_it_be_cancelled(ref: str) -> None:
    """The seconds in which it may be taken back are over."""
    changes.finish_cancel(ref)


def given_back(ref: str) -> int:
    """What was asked back of the booking, in minor units."""
    return sum(payment.refunded for payment in payments_of(ref))


def run_out(ref: str) -> None:
    """Let a hold's time be over, and the worker have seen it."""
    Booking.objects.filter(ref=ref).update(hold_expires_at=clock.now() - timedelta(seconds=1))
    expiry.expire_holds()


def payment_page(held: holds.Held) -> str:
    """The gateway's page on which the held booking is paid."""
    access = booking_for(held.opened_by(Principal()), held.booking.ref)
    opened = paying.pay(access=access, method="sandbox", return_url="http://localhost/")
    assert opened.redirect_url
    return opened.redirect_url


def instant(at: datetime) -> str:
    """As plates write it."""
    return clock.rfc3339(at)


def booking(ref: str) -> Booking:
    return Booking.objects.select_related("customer", "outlet").get(ref=ref)


def local_day(shop: Shop, at: datetime) -> str:
    """The outlet's date at an instant (ISO 8601)."""
    return at.astimezone(Outlet.objects.get(public_id=shop.outlet).zone).date().isoformat()


def held_bookings(shop: Shop) -> int:
    """How many holds and visits the shop has had."""
    return Booking.objects.filter(outlet__public_id=shop.outlet).count()


def webhooks_taken(ref: str) -> bool:
    """Whether every message about the booking's payments has been delivered."""
    intents = SandboxIntent.objects.filter(public_id__in=payments_of(ref).values("gateway_ref"))
    sent = SandboxDelivery.objects.filter(intent__in=intents)
    return sent.exists() and not sent.filter(delivered_at__isnull=True).exists()


def confirmations(ref: str) -> int:
    """How often the booking was confirmed, by its own list of events."""
    return sum(event.type == "booking.confirmed" for event in events_after(ref, 0))
