"""One person who does everything that leaves a trace, with a word of its own in every field they can write."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.gis.geos import Point
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.principals import Principal
from accounts.services import create_token, join_customers, save_address, save_person, save_vehicle
from bookings.enums import MessageReason, NoteKind
from bookings.models import Booking, BusyCalendar
from bookings.selectors.access import Access, booking_for
from bookings.selectors.customers import person_of
from bookings.services import holds, objections, paying, price_changes, refunds, till, visits
from bookings.services.customer_notes import add_note
from bookings.services.message_reports import report as report_message
from bookings.services.messages import send_message
from bookings.services.served import Served, Vehicle
from common import clock
from common.events import handler_named
from common.models import OutboxMessage, StoredFile
from common.uploads import storage
from geo.models import GeocodedAddress
from geo.rules.addresses import normalised
from invoices.services import BuyerDetails, SellerDetails, set_buyer, set_seller, settle
from notifications.mailbox import opened
from notifications.models import DevMail
from payments.enums import CounterMeans
from payments.sandbox import service as sandbox
from payments.sandbox.models import SandboxDelivery
from payments.sandbox.signing import sign
from providers.enums import PaperSubject, Role
from providers.models import Document, Membership, Outlet, StaffMember
from providers.rules.bank import by_iban, by_number
from providers.services.bank import set_bank_account
from providers.services.hours import add_time_off
from providers.services.staff import update_staff
from providers.services.vetting import set_document_kind
from reviews.enums import Reason, Side
from reviews.services.appeals import appeal
from reviews.services.moderation import hide
from reviews.services.reports import report
from tests.factories import (
    make_due,
    make_home_service,
    make_invitation,
    make_member,
    make_outlet,
    make_provider,
    make_review,
    make_service,
    make_staff,
    make_user,
    tomorrow_at,
)

CANARIES = {
    "name": "Canaria Nomen",
    "email": "canary-email@example.com",
    "phone": "+358405550123",
    "near": "Kanarialintukatu 3",
    "address": "Canarystreet 7",
    "note": "canary door code 4711",
    "token": "canary-app-name",
    "title": "Canary Master",
    "resume": "canary since the cradle",
    "reason": "canary has the flu",
    "calendar": "Canary rota",
    "calendar address": "https://calendar.example/canary-secret.ics",
    "paper": "canary diploma in song",
    "paper number": "CANARY-77",
    "review": "canary sang of a clean floor",
    "report": "canary heard a false note",
    "appeal": "canary stands by the song",
    "customer note": "canary always hums along",
    "preference": "canary is allergic to millet",
    "refund": "canary found a feather on the floor",
    "price": "canary sang half a song",
    "message": "canary, come a little earlier",
    "message report": "canary is no early bird",
    "till": "canary paid in coins",
    "taken back": "canary coins were buttons",
    "objection": "canary found a feather",
    "account holder": "Canaria Nummaria",
    "account number": "FI2112345600000785",
    "account bank": "CANARYBANK021",
    "company": "Canaria et Filii Oy",
    "company number": "FI01120389",
    "company address": "Canarysquare 9, 00100 Helsinki",
    "guest name": "Canaria Hospes",
    "second email": "canary-second@example.com",
    "child": "Canaria Filia",
    "child note": "canary chick bites",
    "label": "Canary nest",
    "home": "Lintulahdenkatu 10",
    "way in": "canary key under the mat",
    "plate": "CANARY-4711",
    "car": "Canary van",
    "car note": "canary yellow, long",
}
PASSWORD = "a password that is long enough"


@dataclass
class Traced:
    """Who they are, and the browser in which they are signed in."""

    user: User
    browser: Client
    bookings: list[Booking]
    staff: StaffMember
    canaries: dict[str, str]


def live_a_life() -> Traced:
    browser = Client()
    user = _sign_up(browser)
    browser.post(
        "/account/profile/", {"name": CANARIES["name"], "phone": CANARIES["phone"], "language": "en"}
    )
    _search_near(browser, CANARIES["near"])
    _keeps_things(user)
    create_token(user=user, name=CANARIES["token"], scopes=["bookings:read"])
    outlet = make_outlet(open_always=True)
    owner = Principal(user=make_member(outlet.provider))
    details = SellerDetails("Shop Oy", "Vaasankatu 3", "00500", "Helsinki", "FI", company_id="2077474-0")
    set_seller(provider=outlet.provider, details=details, actor=owner.actor)
    guest = _book_as_guest(outlet, owner)
    _noted_by(owner, guest)
    _prove_second_address(user)
    home = _home_visit(outlet, owner, user)
    review = make_review(home, author_name="Canaria N.", text=CANARIES["review"])
    report(review=review, by=user, reason=Reason.OTHER, text=CANARIES["report"])
    hide(review=review, reason=Reason.OTHER, operator=make_user(is_operator=True))
    appeal(review=review, side=Side.AUTHOR, text=CANARIES["appeal"], actor=Principal(user=user).actor)
    _seen_in_the_back_office(user)
    _owns_a_business(user)
    return Traced(user, browser, [guest, home], _works_somewhere(user), CANARIES)


def _sign_up(browser: Client) -> User:
    page = browser.post(
        reverse("account_signup"),
        {
            "name": CANARIES["name"],
            "email": CANARIES["email"],
            "language": "en",
            "password1": PASSWORD,
        },
    )
    assert page.status_code == 302, page.content
    browser.post(page["Location"], {"code": newest_code()})
    return User.objects.get(email=CANARIES["email"])


def _on_the_map(line: str) -> None:
    """The map knows the line as anybody's."""
    street, number = line.rsplit(" ", 1)
    GeocodedAddress.objects.create(
        street=street,
        street_key=normalised(street),
        housenumber=number,
        number_from=int(number),
        number_to=int(number),
        city="Helsinki",
        country="FI",
        point=Point(24.9525, 60.1841, srid=4326),
    )


def _search_near(browser: Client, line: str) -> None:
    """The session remembers the line, so that it need not be typed again."""
    _on_the_map(line)
    browser.post("/search", {"near": line})


def _keeps_things(user: User) -> None:
    """What fills in the next booking."""
    save_person(
        user=user, name=CANARIES["child"], phone="+358405550199", note=CANARIES["child note"], agreed=True
    )
    _on_the_map(CANARIES["home"])
    save_address(user=user, label=CANARIES["label"], line=CANARIES["home"], note=CANARIES["way in"])
    save_vehicle(user=user, plate=CANARIES["plate"], model=CANARIES["car"], note=CANARIES["car note"])


def newest_code() -> str:
    """The one-time code of the mailbox's newest mail."""
    text = opened(DevMail.objects.latest("pk")).text
    code = re.search(r"^\d{4}-\d{4}\r?$", text, re.MULTILINE)
    assert code, text
    return code[0].strip()


def _book_as_guest(outlet: Outlet, owner: Principal) -> Booking:
    """A visit at the shop, booked with the person's second address before that was theirs."""
    service = make_service(outlet)
    held = holds.hold(
        principal=Principal(),
        outlet=outlet.public_id,
        items=[holds.ItemRequest(service.public_id)],
        start=tomorrow_at(10),
        contact=holds.Contact(CANARIES["guest name"], CANARIES["second email"], CANARIES["phone"]),
        network_address="203.0.113.9",
    )
    guest = held.opened_by(Principal())
    paying.pay(access=booking_for(guest, held.booking.ref), method="counter", return_url="/")
    deliver()
    make_due(held.booking.ref)
    as_owner = booking_for(owner, held.booking.ref)
    visits.check_in(access=as_owner, code=None)
    sent = send_message(access=as_owner, text=CANARIES["message"])
    report_message(
        access=booking_for(guest, held.booking.ref),
        message=sent.public_id,
        reason=MessageReason.OTHER,
        text=CANARIES["message report"],
    )
    visits.start(access=as_owner)
    less = price_changes.Wish(name="Less", amount=-100, reason=CANARIES["price"])
    price_changes.propose(access=as_owner, wish=less)
    amount = held.booking.total_amount - 100
    till.take_payment(access=as_owner, amount=amount, means=CounterMeans.CASH, note=CANARIES["till"])
    till.reverse_payment(access=as_owner, reason=CANARIES["taken back"])
    deliver()
    visits.complete(access=as_owner)
    visits.close(access=booking_for(guest, held.booking.ref))
    return Booking.objects.get(pk=held.booking.pk)


def _noted_by(owner: Principal, booking: Booking) -> None:
    """The business writes down what it remembers of them."""
    membership = Membership.objects.get(user=owner.user, provider=booking.outlet.provider)
    assert booking.customer is not None
    person = person_of(membership, booking.customer.public_id)
    add_note(principal=owner, person=person, kind=NoteKind.NOTE, text=CANARIES["customer note"])
    add_note(principal=owner, person=person, kind=NoteKind.PREFERENCE, text=CANARIES["preference"])


def _prove_second_address(user: User) -> None:
    """What was booked with it as a guest is theirs from now on."""
    assert len(join_customers(user=user, emails=[CANARIES["second email"]])) == 1


def _home_visit(outlet: Outlet, owner: Principal, user: User) -> Booking:
    service = make_home_service(outlet, radius_m=9000)
    principal = Principal(user=user)
    held = holds.hold(
        principal=principal,
        outlet=outlet.public_id,
        items=[holds.ItemRequest(service.public_id)],
        start=tomorrow_at(14),
        address=holds.Address(CANARIES["address"], 60.1841, 24.9525, CANARIES["note"]),
        served=Served(CANARIES["child"], "+358405550199", CANARIES["child note"]),
        vehicle=Vehicle(CANARIES["plate"], CANARIES["car"]),
    )
    access = booking_for(principal, held.booking.ref)
    paying.pay(access=access, method="sandbox", return_url=f"{settings.SITE_URL}/b/{held.booking.ref}")
    _gateway_tells(held.booking)
    deliver()
    make_due(held.booking.ref)
    _take_place(booking_for(owner, held.booking.ref))
    objections.object_to(access=access, reason=CANARIES["objection"])
    objections.withdraw(access=access)
    visits.close(access=booking_for(principal, held.booking.ref))
    as_owner = booking_for(owner, held.booking.ref)
    exact = refunds.preview(access=as_owner, amount=100)
    refunds.ask(access=as_owner, amount=100, reason=CANARIES["refund"], version=exact.version)
    deliver()
    (_document,) = settle(booking_ref=held.booking.ref)
    company = BuyerDetails(CANARIES["company"], CANARIES["company number"], CANARIES["company address"])
    set_buyer(access=access, details=company)
    return Booking.objects.get(pk=held.booking.pk)


def _gateway_tells(booking: Booking) -> None:
    from payments.models import Payment

    payment = Payment.objects.get(booking_ref=booking.ref)
    sandbox.act(payment.gateway_ref, "pay")
    body = SandboxDelivery.objects.latest("pk").body
    stamp = int(clock.now().timestamp())
    signature = sign(secret=settings.SANDBOX_SECRET, body=body.encode(), timestamp=stamp)
    answer = Client().post(
        "/webhooks/sandbox", body, content_type="application/json", headers={"Sandbox-Signature": signature}
    )
    assert answer.status_code == 200


def _take_place(access: Access) -> None:
    visits.on_the_way(access=access)
    visits.check_in(access=access, code=None)
    visits.start(access=access)
    visits.complete(access=access)


def deliver() -> None:
    """Hand every waiting event to its handlers, as the worker does."""
    for message in OutboxMessage.objects.order_by("pk"):
        handler = handler_named(message.handler)
        assert handler is not None
        handler(message.event)
        message.delete()


def _works_somewhere(user: User) -> StaffMember:
    outlet = make_outlet()
    owner = make_member(outlet.provider)
    person = make_staff(outlet, name=CANARIES["name"])
    Membership.objects.create(provider=outlet.provider, user=user, role=Role.STAFF, staff=person)
    make_invitation(make_provider(), user)
    actor = Principal(user=owner).actor
    update_staff(staff=person, actor=actor, title=CANARIES["title"], resume=CANARIES["resume"])
    start = tomorrow_at(9, days=9)
    add_time_off(
        staff=person, start=start, end=start + timedelta(hours=8), reason=CANARIES["reason"], actor=actor
    )
    BusyCalendar.objects.create(
        staff=person,
        name=CANARIES["calendar"],
        url=CANARIES["calendar address"],
        content=b"BEGIN:VCALENDAR",
    )
    _sends_a_paper(person)
    return person


def _owns_a_business(user: User) -> None:
    """Two, each with somebody else, who stays: one is paid to an IBAN, one to an account without."""
    holder = CANARIES["account holder"]
    for account in (
        by_iban(holder=holder, iban=CANARIES["account number"]),
        by_number(holder=holder, country="US", bank=CANARIES["account bank"], number="9988776655"),
    ):
        provider = make_provider()
        make_member(provider)
        Membership.objects.create(provider=provider, user=user, role=Role.OWNER)
        set_bank_account(provider=provider, account=account, user=user)


def _sends_a_paper(person: StaffMember) -> None:
    kind = set_document_kind(
        slug="diploma", subject=PaperSubject.PERSON, names={"en": ("Diploma", "")}, actor="system"
    )
    content = CANARIES["paper"].encode()
    file = StoredFile.objects.create(
        name=storage.write(content, private=True),
        kind="document",
        mime="application/pdf",
        size=len(content),
        sha256="0" * 64,
        pages=1,
        is_private=True,
    )
    Document.objects.create(
        provider=person.provider,
        staff=person,
        kind=kind,
        file=file,
        number=CANARIES["paper number"],
        submitted_by="system",
    )


def _seen_in_the_back_office(user: User) -> None:
    operator = make_user(is_operator=True)
    LogEntry.objects.create(
        user=operator,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr=str(user),
        action_flag=CHANGE,
        change_message=f"Changed the name to {CANARIES['name']}",
    )


def everything_about(value: Any) -> str:
    """All text in a JSON value."""
    if isinstance(value, dict):
        return " ".join(f"{key} {everything_about(each)}" for key, each in value.items())
    if isinstance(value, list):
        return " ".join(everything_about(each) for each in value)
    return str(value)
