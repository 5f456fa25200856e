"""The desk's box and what it opens; the record of it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.principals import Principal
from bookings.selectors.access import Access
from bookings.services import paying
from common import audit
from common.models import AuditEntry
from payments.models import Payment
from providers.enums import ProviderStatus, Role
from providers.models import Provider
from providers.services import vetting
from tests.bookings.conftest import Shop
from tests.factories import (
    make_customer,
    make_member,
    make_provider,
    make_staff,
    make_user,
    tomorrow_at,
)
from tests.signing_in import make_operator, sign_in
from tests.vetting.conftest import make_document, make_kind, today

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    return make_operator()


@pytest.fixture
def desk(operator: User) -> Client:
    return sign_in(Client(), operator)


@pytest.fixture
def visit(shop: Shop, contact: Callable[..., Any]) -> Access:
    access = shop.hold(contact=contact("Helmi Laine", "helmi@example.com", "+358401234567"))
    paying.pay(access=access, method="sandbox", return_url="http://localhost/")
    return shop.again(access)


def found(desk: Client, text: str) -> str:
    answer = desk.post("/desk/find/", {"q": text})
    assert answer.status_code == 200
    return answer.content.decode().split('role="search"')[1]


@pytest.mark.parametrize("text", ["helmi la", "HELMI@EXAMPLE", "040 123 4567", "+358401234567"])
def test_a_customer_and_their_visits_are_found(desk: Client, visit: Access, text: str) -> None:
    seen = found(desk, text)
    customer = visit.booking.customer
    assert customer
    assert f"/desk/people/{customer.public_id}/" in seen
    assert f"/desk/bookings/{visit.booking.ref}/" in seen


def test_everything_is_found_by_its_reference(desk: Client, shop: Shop, visit: Access) -> None:
    payment = Payment.objects.get()
    for reference, path in (
        (visit.booking.ref, f"/desk/bookings/{visit.booking.ref}/"),
        (payment.public_id, f"/desk/bookings/{visit.booking.ref}/"),
        (shop.outlet.provider.public_id, f"/desk/providers/{shop.outlet.provider.public_id}/"),
        (shop.person.public_id, f"/desk/people/{shop.person.public_id}/"),
        (shop.owner.require_user().public_id, f"/desk/people/{shop.owner.require_user().public_id}/"),
    ):
        assert path in found(desk, reference), reference


@pytest.mark.parametrize("text", ["", "  ", "he", "%", "_____", "\x00", "a" * 500, "'; DROP TABLE", "nobody"])
def test_what_fits_nothing_finds_nothing(desk: Client, visit: Access, text: str) -> None:
    assert "/desk/people/" not in found(desk, text)


def test_two_signs_of_a_chinese_name_are_enough(desk: Client) -> None:
    customer = make_customer(name="王小明")
    assert customer.public_id in found(desk, "小明")


def test_searching_costs_the_same_however_much_fits(desk: Client) -> None:
    def searching() -> int:
        with CaptureQueriesContext(connection) as seen:
            found(desk, "example.com")
        return len(seen)

    make_customer(email="a@example.com")
    searching()
    with_one = searching()
    for _ in range(30):
        make_customer()
        make_user()
    assert searching() == with_one


def test_what_is_typed_is_in_no_address(desk: Client) -> None:
    answer = desk.post("/desk/find/", {"q": "helmi@example.com"})
    assert answer.status_code == 200
    assert "helmi%40" not in answer.content.decode()
    assert 'action="/desk/find/"' in answer.content.decode()


def cost(desk: Client, path: str) -> int:
    """How many queries the page costs, once the process remembers what it remembers."""
    desk.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert desk.get(path).status_code == 200
    return len(seen)


def test_the_record_costs_the_same_with_one_row_and_with_many(desk: Client) -> None:
    def add() -> None:
        audit.record(
            actor=f"user:{make_user().public_id}",
            action="provider.warn",
            object_type="provider",
            object_id=make_provider().public_id,
            chained=True,
        )

    add()
    with_one = cost(desk, "/desk/record/")
    for _ in range(5):
        add()
    assert cost(desk, "/desk/record/") == with_one
    assert desk.get("/desk/record/").content.decode().count("<strong>provider.warn</strong>") == 6


@pytest.mark.parametrize("of", ["person", "customer", "provider"])
def test_a_page_of_somebody_costs_the_same_with_one_visit_and_with_many(
    desk: Client, shop: Shop, contact: Callable[..., Any], of: str
) -> None:
    provider, user = shop.outlet.provider, make_user()
    path = {
        "person": f"/desk/people/{shop.person.public_id}/",
        "customer": f"/desk/people/{user.public_id}/",
        "provider": f"/desk/providers/{provider.public_id}/",
    }[of]

    def add(hour: int) -> None:
        principal = Principal(user=user) if of == "customer" else Principal()
        access = shop.hold(tomorrow_at(hour), principal=principal, contact=contact())
        paying.pay(access=access, method="counter", return_url="http://localhost/")
        if of == "provider":
            make_staff(shop.outlet)
            make_member(provider, Role.STAFF)
            vetting.write(provider=provider, user=shop.owner.require_user(), message="Hello.")
        elif of == "customer":
            make_provider().memberships.create(user=user, role=Role.OWNER)

    add(9)
    with_one = cost(desk, path)
    for hour in (10, 11, 12):
        add(hour)
    assert cost(desk, path) == with_one
    assert desk.get(path).content.decode().count("/desk/bookings/") == 4


def test_opening_a_person_stands_in_the_record(desk: Client, operator: User, visit: Access) -> None:
    customer = visit.booking.customer
    assert customer
    seen = desk.get(f"/desk/people/{customer.public_id}/").content.decode()

    assert "Helmi Laine" in seen
    assert "helmi@example.com" in seen
    entry = AuditEntry.objects.get(action="person.open")
    assert (entry.actor, entry.object_id, entry.chained) == (
        f"user:{operator.public_id}",
        customer.public_id,
        True,
    )
    assert entry.data == {}


@pytest.mark.parametrize("wrong", ["usr_0000000000000000", "cus_0", "stf_0", "x"])
def test_nobody_is_not_found_and_not_recorded(desk: Client, wrong: str) -> None:
    assert desk.get(f"/desk/people/{wrong}/").status_code == 404
    # That the operator has a factor stands there, too.
    assert not AuditEntry.objects.exclude(action="factor.added").exists()


def test_a_booking_shows_its_events_and_payments(desk: Client, visit: Access) -> None:
    seen = desk.get(f"/desk/bookings/{visit.booking.ref}/").content.decode()
    assert "booking.held" in seen
    assert Payment.objects.get().public_id in seen


def test_a_business_is_suspended_and_reinstated(desk: Client) -> None:
    business = make_provider()
    path = f"/desk/providers/{business.public_id}/"

    def measure(name: str, **form: str) -> Any:
        return desk.post(f"{path}{name}/", {"key": str(uuid4()), **form}, follow=True)

    assert measure("suspend").status_code == 422
    measure("suspend", message="Unsafe.")
    assert Provider.objects.get().status == ProviderStatus.SUSPENDED
    assert "Unsafe." in desk.get(path).content.decode()
    measure("reinstate")
    assert Provider.objects.get().status == ProviderStatus.APPROVED
    assert AuditEntry.objects.filter(chained=True, object_type="provider").count() == 2


def test_the_record_is_filtered_and_paged(desk: Client, operator: User) -> None:
    actor = f"user:{operator.public_id}"
    for n in range(60):
        audit.record(
            actor=actor, action="provider.warn", object_type="provider", object_id="prv_1", chained=True, n=n
        )
    audit.record(actor="user:usr_2", action="booking.held", object_type="booking", object_id="abc")

    def seen(query: str) -> str:
        return desk.get(f"/desk/record/?{query}").content.decode()

    first = seen("")
    assert first.count("<strong>provider.warn</strong>") == 50
    assert "booking.held" not in first
    cursor = first.split("cursor=")[1].split('"')[0]
    assert seen(f"cursor={cursor}").count("<strong>provider.warn</strong>") == 10
    assert "booking.held" in seen("all=1&what=booking.")
    assert seen(f"who={operator.public_id}&of=prv_1").count("provider.warn") >= 50
    assert "Nothing of that kind" in seen("of=prv_9")
    assert "Nothing of that kind" in seen("to=2020-01-01")
    assert "Nothing of that kind" in seen("from=2999-01-01")
    assert desk.get("/desk/record/?cursor=x").status_code == 422


def test_a_reinstatement_gives_documents_a_term(desk: Client, operator: User) -> None:
    provider = make_provider(status=ProviderStatus.SUSPENDED)
    paper = make_document(provider, make_kind(asks_until=True), status="expired")
    day = today() + timedelta(days=40)
    path = f"/desk/providers/{provider.public_id}/"
    assert 'name="papers_until"' in desk.get(path).content.decode()
    desk.post(f"{path}reinstate/", {"key": str(uuid4()), "papers_until": day.isoformat()})
    paper.refresh_from_db()
    assert paper.grace_until == day


def test_a_long_thread_comes_in_pages(desk: Client, operator: User) -> None:
    provider = make_provider()
    for n in range(103):
        vetting.write(provider=provider, user=operator, message=f"Line {n}.", as_operator=True)
    path = f"/desk/providers/{provider.public_id}/"
    newest = desk.get(path).content.decode()
    assert "Line 102." in newest
    assert "Line 2." not in newest
    [before] = re.findall(r'href="\?before=(vet_\w+)#thread"', newest)
    earlier = desk.get(f"{path}?before={before}").content.decode()
    assert "Line 2." in earlier
    assert "Line 3." not in earlier
    assert 'href="?before=' not in earlier
    assert desk.get(f"{path}?before=vet_nothing").status_code == 404


def test_a_change_in_the_record_says_from_what_to_what(desk: Client) -> None:
    for of, before, after in (
        ("cat", {"names": {"en": "Hair"}, "place": 1}, {"names": {"en": "Locks"}, "place": 1}),
        ("dog", 1, 2),
    ):
        audit.record(
            actor="system", action="x.set", object_type="thing", object_id=of, before=before, after=after
        )

    seen = desk.get("/desk/record/?of=cat,dog&all=1").content.decode()

    assert re.search(r"<dt>names · en</dt><dd><del>.*?</span>Hair</del> <ins>.*?</span>Locks</ins>", seen)
    assert "<dt>place</dt>" not in seen
    assert re.search(r"<dd><del>.*?</span>1</del> <ins>.*?</span>2</ins>", seen)


def test_that_somebody_searched_stands_in_the_record_but_not_for_what(desk: Client, visit: Access) -> None:
    found(desk, "Helmi Laine")
    [entry] = AuditEntry.objects.filter(action="desk.find")
    assert entry.data["found"]["customers"] == 1
    assert entry.chained
    assert "Helmi" not in str(entry.data)


def test_payments_are_told_in_words(desk: Client, visit: Access) -> None:
    ref = visit.booking.ref
    assert "Waits for the customer" in found(desk, ref)
    Payment.objects.update(status="failed")
    assert "Declined" in desk.get(f"/desk/bookings/{ref}/").content.decode()
