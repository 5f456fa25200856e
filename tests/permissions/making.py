"""Making the world of tests/permissions/world.py: one of everything, for the business and for its rival."""

import hashlib
import time
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.gis.geos import Point
from django.test import Client
from django.utils.timezone import now

from accounts.enums import ExportStatus
from accounts.models import ApiToken, DataExport, SavedAddress, SavedPerson, SavedVehicle, User
from accounts.principals import OPERATOR_SCOPES, SCOPES, Principal
from accounts.selectors import session_id
from accounts.services.customers import main_customer
from accounts.services.tokens import create_token
from bookings.models import (
    Booking,
    BookingSeries,
    BusyCalendar,
    CustomerNote,
    QueueEntry,
    QueueLink,
    SeriesVisit,
    WaitEntry,
)
from bookings.services import holds
from bookings.services.access import new_token
from bookings.services.feeds import make_feed
from common import clock, crypto
from common.clock import rfc3339
from common.models import StoredFile
from common.uploads import sizes, storage
from invoices.models import CommissionDocument, CommissionMonth
from invoices.services import SellerDetails, set_seller
from notifications.models import Device, DevMail
from payments.enums import AccountKind, TransactionKind
from payments.models import CardHolder, GatewayDifference, Payout
from payments.sandbox.models import SandboxIntent, SandboxPayee
from payments.services import plan_runs, start_run
from payments.services.ledger import Account, Cause, Line, post
from providers.enums import Role
from providers.models import (
    Appeal,
    Application,
    Document,
    HoursRule,
    Outlet,
    Provider,
    Service,
    StaffMember,
    StandardStep,
)
from providers.rules.bank import by_iban
from providers.services.bank import set_bank_account
from providers.services.hours import add_closure, add_time_off
from providers.services.vetting import set_document_kind, warn
from reviews.models import QualityCase
from tests.factories import (
    make_bays,
    make_group_service,
    make_home_service,
    make_invitation,
    make_member,
    make_option,
    make_outlet,
    make_outlet_picture,
    make_picture,
    make_quiz,
    make_review,
    make_review_photo,
    make_service,
    make_session,
    make_staff,
    make_user,
    tomorrow_at,
)
from tests.permissions.world import (
    DOCUMENT_KIND,
    World,
    _bring,
)
from tests.signing_in import give_passkey, make_operator, sign_in


def make_world() -> World:
    """Build it: about sixty rows."""
    outlet = make_outlet(open_always=True)
    person, colleague = make_staff(outlet), make_staff(outlet)
    users = {
        "stranger": make_user(),
        "customer": make_user(),
        "person": make_member(outlet.provider, Role.STAFF, staff=person),
        "colleague": make_member(outlet.provider, Role.STAFF, staff=colleague),
        "manager": make_member(outlet.provider, Role.MANAGER),
        "owner": make_member(outlet.provider, Role.OWNER),
        "operator": make_operator(),
    }
    ids = _things(outlet, person, users["owner"]) | {"user": users["colleague"].public_id}
    ids |= {"user_id": ids["user"], "new_staff": make_staff(outlet).public_id}
    other = make_outlet(open_always=True)
    rivals_person = make_staff(other)
    users["rival"] = make_member(other.provider, Role.OWNER)
    foreign = _things(other, rivals_person, users["rival"]) | {"user": users["rival"].public_id}

    for names, asked in ((ids, users["customer"]), (foreign, users["stranger"])):
        invitation = make_invitation(Provider.objects.get(public_id=names["provider"]), asked)
        names["invitation"] = names["invitation_id"] = invitation.public_id
        names["wait"] = names["wait_id"] = _wait(names, asked).public_id
    visit = _visit(ids, users["customer"])
    theirs = _visit(foreign, users["stranger"])
    for names, booking in ((ids, visit), (foreign, theirs)):
        names["series_id"] = _series(booking).public_id
        names |= _noted(booking)
    ids |= _reviewed(ids, users["customer"])
    foreign |= _reviewed(foreign, users["stranger"])
    app, _secret = create_token(user=users["customer"], name="app", scopes=["bookings:read"])
    apps_of_others, _secret = create_token(user=users["rival"], name="app", scopes=["bookings:read"])
    intent = SandboxIntent.objects.create(
        merchant="Shop",
        merchant_reference="pay_1",
        amount=5000,
        currency="EUR",
        return_url="/",
        idempotency_key="k",
    )
    payee = SandboxPayee.objects.create(
        merchant="Shop", merchant_reference="prv_1", country="FI", return_url="/", idempotency_key="k"
    )
    holder = CardHolder.objects.create(user=users["customer"], gateway="sandbox", name="cus_1")
    device = Device.objects.create(
        reader=users["customer"].public_id, label="Firefox", language="en", timezone="UTC"
    )
    own_feed = make_feed(principal=Principal(user=users["customer"]))
    work_feed = make_feed(principal=Principal(user=users["person"]), staff=person.public_id).feed
    card = holder.cards.create(token="card_1", brand="visa", last4="4242", exp_month=12, exp_year=2090)
    difference = GatewayDifference.objects.create(
        gateway="sandbox",
        day=clock.now().date(),
        kind="not_booked",
        moved="other",
        reference="x",
        currency="EUR",
        booked=0,
        reported=100,
        found_at=clock.now(),
    )
    key = give_passkey(users["operator"])
    RecoveryCodes.activate(users["operator"])
    # Two kinds of page call what they show by "pk".
    mail = DevMail.objects.create(pk=key.pk, recipients="a@example.com", subject="Hello", raw=MAIL)
    start, later = tomorrow_at(9, days=3), tomorrow_at(12, days=3)
    ids |= {
        "ref": visit.ref,
        "objection": "obj_0123456789abcdef",
        "difference": difference.public_id,
        "message": "msg_0123456789abcdef",
        "report": "mrp_0123456789abcdef",
        "change": "prc_0123456789abcdef",
        "answer": "decline",
        "wallet_payout": "wpo_0123456789abcdef",
        "currency": "EUR",
        "refund": "rfr_0123456789abcdef",
        "refund_id": "rfr_0123456789abcdef",
        "id": app.public_id,
        "token_id": app.public_id,
        "version": f"{visit.version}.confirmed.0.0.0.0",
        "intent_id": intent.public_id,
        "payee_id": payee.public_id,
        "card": card.public_id,
        "card_id": card.public_id,
        "feed": own_feed.feed.public_id,
        "feed_id": own_feed.feed.public_id,
        "token": own_feed.url.rpartition("/")[2].removesuffix(".ics"),
        "work_feed_id": work_feed.public_id,
        "device": device.public_id,
        "device_id": device.public_id,
        "pk": str(mail.pk),
        "number": "0",
        "gateway": "sandbox",
        "on": tomorrow_at(0, days=5).date().isoformat(),
        "slug": "hair",
        "sheet": "basics",
        "action": "check_in",
        "deed": "call",
        "zoom": "14",
        "x": "9327",
        "y": "4742",
        "today": clock.now().date().isoformat(),
        "start": rfc3339(start),
        "later": rfc3339(later),
        "code": visit.check_in_code,
        "uuid": str(uuid4()),
        "export_id": _export_of(users["customer"]).public_id,
        **_kept_by(users["customer"]),
    }
    foreign |= {"ref": theirs.ref, "id": apps_of_others.public_id, "token_id": apps_of_others.public_id}
    world = World(ids, {**ids, **foreign}, users, new_token(visit, purpose="guest"))
    QueueLink.objects.create(
        entry=QueueEntry.objects.get(public_id=ids["place"]), token_hash=crypto.token_hash(world.token)
    )
    for caller, user in users.items():
        client = sign_in(Client(), user)
        # They have shown who they are, and will have for as long as the tests run.
        session = client.session
        session["account_authentication_methods_user"] = str(user.pk)
        session["account_authentication_methods"] = [
            {"method": "code", "at": time.time() + 24 * 3600},
            *session.get("account_authentication_methods", []),
        ]
        session.save()
        world.sessions[caller] = client.cookies[settings.SESSION_COOKIE_NAME].value
        # Tokens for everything, for everything but one scope, and for one scope.
        for scopes in (
            SCOPES,
            *(SCOPES.keys() - {scope} for scope in SCOPES),
            *({scope} for scope in SCOPES),
        ):
            key = (caller, tuple(sorted(scopes)))
            may = set(scopes) if user.is_operator else set(scopes) - OPERATOR_SCOPES
            if may:
                _, world.secrets[key] = create_token(
                    user=user, name="app", scopes=may, as_operator=user.is_operator
                )
    # Their use has been noted: it is not again for a while.
    ApiToken.objects.update(last_used_at=now() + timedelta(minutes=30))
    return world


def _wait(names: dict[str, str], user: User) -> WaitEntry:
    """What they wait for at the outlet."""
    day = clock.now().date()
    return WaitEntry.objects.create(
        outlet=Outlet.objects.get(public_id=names["outlet"]),
        service=Service.objects.get(public_id=names["service"]),
        customer=main_customer(user=user),
        state="waiting",
        first_day=day,
        last_day=day + timedelta(days=30),
        made_by="guest",
    )


def _series(booking: Booking) -> BookingSeries:
    """What the visit was booked as a part of."""
    assert booking.customer is not None
    series = BookingSeries.objects.create(
        outlet=booking.outlet,
        service=booking.items.all()[0].service,
        customer=booking.customer,
        rule="FREQ=WEEKLY;INTERVAL=1;COUNT=2",
        first_day=booking.local_start.date(),
        at=booking.local_start.time(),
        timezone=booking.timezone,
        made_by="guest",
    )
    SeriesVisit.objects.create(series=series, booking=booking, day=series.first_day)
    return series


def _export_of(user: User) -> DataExport:
    return DataExport.objects.create(
        user=user,
        status=ExportStatus.READY,
        content=b"PK",
        requested_at=now() - timedelta(days=2),
        ready_at=now(),
        expires_at=now() + timedelta(days=7),
    )


def _kept_by(user: User) -> dict[str, str]:
    """What fills in their next booking, and another place where they are signed in."""
    place = UserSession.objects.create(user=user, ip="::1", user_agent="Firefox/140", session_key="k" * 32)
    point = Point(24.9525, 60.1841, srid=4326)
    return {
        "saved_person": SavedPerson.objects.create(user=user, name="Onni").public_id,
        "saved_address": SavedAddress.objects.create(
            user=user, label="Home", line="Vaasankatu 3", point=point
        ).public_id,
        "saved_vehicle": SavedVehicle.objects.create(user=user, plate="ABC-123").public_id,
        "signed_in_id": session_id(place.session_key),
    }


def _busy_calendar(person: StaffMember) -> str:
    """Another program's calendar of theirs (public id)."""
    return BusyCalendar.objects.create(staff=person, name="Own", url="https://calendar.example/").public_id


def _payout(provider: Provider, actor: str) -> Payout:
    """What it earned is due, and a run pays it: it waits for the bank's file."""
    post(
        kind=TransactionKind.RELEASE,
        booking_ref="",
        entries=[
            Line(Account(AccountKind.GATEWAY, "sandbox"), -5000, "EUR"),
            Line(Account(AccountKind.PAYABLE, provider.public_id), 5000, "EUR"),
        ],
        actor=actor,
        cause=Cause("payment", provider.public_id),
    )
    start_run(key=provider.public_id, actor=actor)
    with clock.at(clock.now() + timedelta(days=8)):
        plan_runs()
    return Payout.objects.select_related("run").get(provider=provider)


def _commission(provider: Provider) -> str:
    """What the marketplace invoiced it for a month (public id)."""
    start = datetime(2026, 9, 30, 21, tzinfo=UTC)
    month = CommissionMonth.objects.create(
        provider=provider,
        currency="EUR",
        month=date(2026, 10, 1),
        start=start,
        end=start + timedelta(days=31),
    )
    number = CommissionDocument.objects.count() + 1
    party = {"name": "Somebody Oy", "country": "FI", "company_id": "2077474-0"}
    return CommissionDocument.objects.create(
        number=number,
        written=f"HM-{number:06d}",
        kind="invoice",
        month=month,
        provider=provider,
        issued_on=date(2026, 11, 2),
        currency="EUR",
        net_amount=100,
        tax_amount=0,
        gross_amount=100,
        seller=party,
        buyer=party,
        rates=[{"rate": "0.00", "net": 100, "tax": 0, "rounding": 0}],
    ).public_id


def _things(outlet: Outlet, person: StaffMember, owner: User) -> dict[str, str]:
    """One of everything that an address may name, of the outlet's business."""
    provider: Provider = outlet.provider
    actor = Principal(user=owner).actor
    service = make_service(outlet, staff=[person])
    home = make_home_service(outlet, staff=[person])
    make_quiz(service.category)
    StandardStep.objects.get_or_create(category=service.category, words={"en": "Ask what is wanted."})
    group = make_group_service(outlet, staff=[make_staff(outlet)])
    unit = make_bays(outlet, home)[0]
    person.photo = make_picture()
    person.save(update_fields=["photo"])
    sizes.make(person.photo.pk)
    picture = make_outlet_picture(outlet)
    start, end = tomorrow_at(10, days=20), tomorrow_at(12, days=20)
    HoursRule.objects.create(
        outlet=outlet, weekday=0, opens="09:00", closes="10:00", valid_from=date(2090, 1, 2)
    )
    notice = warn(provider=provider, operator=make_user(), reason="Late.")
    own = warn(provider=provider, operator=make_user(), reason="Late, they say.", staff=person)
    contested = warn(provider=provider, operator=make_user(), reason="Late again.")
    appeal = Appeal.objects.create(entry=contested, provider=provider, text="No.", made_by=owner)
    application = Application.objects.create(provider=provider, round=1, submitted_by=actor)
    account = by_iban(holder="Shop Oy", iban="FI2112345600000785")
    set_bank_account(provider=provider, account=account, user=owner)
    details = SellerDetails("Shop Oy", "Vaasankatu 3", "00500", "Helsinki", "FI", company_id="2077474-0")
    set_seller(provider=provider, details=details, actor=actor)
    payout = _payout(provider, actor)
    ids = {
        "application_id": application.public_id,
        "appeal_id": appeal.public_id,
        "decision": "reject",
        "measure": "warn",
        "run_id": payout.run.public_id,
        "run": payout.run.public_id,
        "payout": payout.public_id,
        # Of the operators' money page, and of a statement.
        "series": "commission",
        "month": "2020-01",
        "person_id": owner.public_id,
        "provider": provider.public_id,
        "outlet": outlet.public_id,
        "staff": person.public_id,
        "service": service.public_id,
        "home": home.public_id,
        "option": make_option(service).public_id,
        "group": group.public_id,
        "place": _place(outlet, service, person).public_id,
        "session": make_session(outlet, group, tomorrow_at(18, days=4)).public_id,
        "kind": unit.kind.public_id,
        "table_kind": "services",
        "file_id": person.photo.public_id,
        "width": "1",
        "part": str(outlet.pk // 10_000),
        "ending": "webp",
        "picture": picture.public_id,
        "picture_id": picture.public_id,
        "resource": unit.public_id,
        "closure": add_closure(outlet=outlet, start=start, end=end, actor=actor).public_id,
        "time_off": add_time_off(staff=person, start=start, end=end, actor=actor).public_id,
        "busy_calendar": (busy := _busy_calendar(person)),
        "busy_calendar_id": busy,
        "category": service.category.slug,
        # What terms are for: everything it sells.
        "scope": "all",
        "commission": (commission := _commission(provider)),
        "commission_id": commission,
        "invoice": "inv_0123456789abcdef",
        "invoice_id": "inv_0123456789abcdef",
        "year": "2026",
        "document_kind": DOCUMENT_KIND,
        "document": _document(provider).public_id,
        "entry": notice.public_id,
        "notice": own.public_id,
    }
    # Pages call the same things by longer names.
    names = (
        "document",
        "provider",
        "outlet",
        "staff",
        "service",
        "option",
        "kind",
        "closure",
        "time_off",
        "entry",
        "notice",
        "session",
        "place",
    )
    return ids | {f"{name}_id": ids[name] for name in names} | {"unit_id": ids["resource"]}


def _noted(visit: Booking) -> dict[str, str]:
    """The business remembers something of the visit's customer."""
    assert visit.customer is not None
    note = CustomerNote.objects.create(
        provider=visit.outlet.provider, customer=visit.customer, text="Likes it short."
    )
    return {"customer_id": visit.customer.public_id, "note_id": note.public_id}


def _place(outlet: Outlet, service: Service, person: StaffMember) -> QueueEntry:
    """Somebody waits for the person."""
    closes = now() + timedelta(hours=12)
    return QueueEntry.objects.create(
        outlet=outlet, service=service, staff=person, name="Ville", closes_at=closes
    )


def _document(provider: Provider) -> Document:
    """A paper of the business, with a file that can be opened."""
    kind = set_document_kind(slug=DOCUMENT_KIND, names={"en": ("Licence", "")}, actor="system")
    content = b"%PDF-1.7"
    file = StoredFile.objects.create(
        name=storage.write(content, private=True),
        kind="document",
        mime="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        pages=1,
        is_private=True,
    )
    return Document.objects.create(provider=provider, kind=kind, file=file, submitted_by="system")


def _visit(ids: dict[str, str], user: User) -> Booking:
    held = holds.hold(
        principal=Principal(user=user),
        outlet=ids["outlet"],
        items=[holds.ItemRequest(ids["service"], staff=ids["staff"])],
        start=tomorrow_at(10, days=3),
    )
    return held.booking


def _reviewed(ids: dict[str, str], user: User) -> dict[str, str]:
    """Another visit, over and reviewed."""
    held = holds.hold(
        principal=Principal(user=user),
        outlet=ids["outlet"],
        items=[holds.ItemRequest(ids["service"], staff=ids["staff"])],
        start=tomorrow_at(15, days=3),
    )
    _bring(Booking.objects.filter(pk=held.booking.pk), "closed")
    review = make_review(held.booking)
    photo = make_review_photo(review)
    case = QualityCase.objects.create(
        provider=held.booking.outlet.provider,
        evidence={
            "causes": ["rating"],
            "reviews": [review.public_id],
            "mean": 5.0,
            "visits": 1,
            "declined": 0,
            "cancelled": 0,
            "no_shows": 0,
        },
    )
    return {
        "review": review.public_id,
        "review_id": review.public_id,
        "photo": photo.file.public_id,
        "photo_id": photo.file.public_id,
        "case_id": case.public_id,
    }


MAIL = b"""\
From: a@example.com
To: b@example.com
Subject: Hello
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="x"

--x
Content-Type: text/html; charset=utf-8

<p>Hello</p>
--x
Content-Type: text/plain; charset=utf-8
Content-Disposition: attachment; filename="a.txt"

Hello
--x--
"""
