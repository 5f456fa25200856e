"""The service standard: kept at booking as it was, ticked while serving, read by the customer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from bookings.errors import MoveRefused, StepUnknown
from bookings.selectors.access import Access, booking_for
from bookings.services import paying, standard, visits
from common import clock
from common.errors import NotAllowed
from common.models import AuditEntry, Event
from providers.models import StaffMember
from providers.services.categories import set_standard
from tests.bookings.conftest import Shop
from tests.factories import make_due, make_member, make_staff

STEPS = [{"en": "Ask what is wanted", "zh-hans": "先沟通"}, {"en": "Clean tools"}, {"en": "Show the result"}]
NOW = datetime(2030, 5, 6, 9, 30, tzinfo=UTC)


def being_served(shop: Shop, contact: Any, *, steps: Any = STEPS) -> tuple[Access, Access]:
    """A visit under way as its customer and as the owner see it."""
    set_standard(category=shop.service.category, steps=steps, actor="system")
    access = shop.hold(principal=shop.customer, contact=contact())
    paying.pay(access=access, method="counter", return_url="/")
    make_due(access.booking.ref)
    owner = shop.as_owner(access)
    visits.check_in(access=owner, code=None)
    return shop.again(access), shop.as_owner(access)


def texts(access: Access) -> list[str]:
    return [step["words"]["en"] for item in access.booking.items.all() for step in item.standard]


def done(access: Access) -> list[bool]:
    (item,) = booking_for(access.principal, access.booking.ref).booking.items.all()
    return [bool(step["at"]) for step in item.standard]


def test_a_booking_keeps_the_steps_of_its_day(shop: Shop, contact: Any) -> None:
    customer, _ = being_served(shop, contact)

    set_standard(category=shop.service.category, steps=[{"en": "Something else"}], actor="system")

    assert texts(shop.again(customer)) == ["Ask what is wanted", "Clean tools", "Show the result"]


def test_without_a_standard_there_is_nothing_to_tick(shop: Shop, contact: Any) -> None:
    _, owner = being_served(shop, contact, steps=[])

    with pytest.raises(StepUnknown):
        standard.tick(access=owner, done=[0])


def test_a_tick_says_who_and_when_and_is_told(shop: Shop, contact: Any) -> None:
    _, owner = being_served(shop, contact)
    staff = booking_for(shop.staff, owner.booking.ref)

    with clock.at(NOW):
        standard.tick(access=staff, done=[0, 2])

    (item,) = shop.again(owner).booking.items.all()
    assert [(step["at"], step["by"]) for step in item.standard] == [
        ("2030-05-06T09:30:00Z", shop.staff.actor),
        (None, ""),
        ("2030-05-06T09:30:00Z", shop.staff.actor),
    ]
    event = Event.objects.filter(subject_id=owner.booking.ref).latest("seq")
    assert (event.type, event.payload["done"], event.payload["undone"]) == (
        "booking.standard_ticked",
        [0, 2],
        [],
    )
    audit = AuditEntry.objects.latest("pk")
    assert (audit.action, audit.actor) == ("booking.standard_ticked", shop.staff.actor)


def test_who_ticked_first_stays_and_a_slip_can_be_taken_back(shop: Shop, contact: Any) -> None:
    _, owner = being_served(shop, contact)
    staff = booking_for(shop.staff, owner.booking.ref)
    with clock.at(NOW):
        standard.tick(access=staff, done=[0, 1])

    with clock.at(NOW + timedelta(minutes=5)):
        standard.tick(access=owner, done=[0, 2])

    (item,) = shop.again(owner).booking.items.all()
    assert [step["by"] for step in item.standard] == [shop.staff.actor, "", shop.owner.actor]
    assert item.standard[0]["at"] == "2030-05-06T09:30:00Z"


def test_saying_the_same_again_tells_nobody(shop: Shop, contact: Any) -> None:
    _, owner = being_served(shop, contact)
    standard.tick(access=owner, done=[1])
    events = Event.objects.count()

    standard.tick(access=owner, done=[1])

    assert Event.objects.count() == events


def test_a_step_that_is_not_there_is_refused_and_nothing_is_ticked(shop: Shop, contact: Any) -> None:
    _, owner = being_served(shop, contact)

    with pytest.raises(StepUnknown):
        standard.tick(access=owner, done=[0, 3])

    assert done(owner) == [False, False, False]


def test_it_is_ticked_only_while_the_customer_is_there(shop: Shop, contact: Any) -> None:
    _, owner = being_served(shop, contact)
    visits.start(access=owner)
    standard.tick(access=shop.as_owner(owner), done=[0])
    visits.complete(access=shop.as_owner(owner))

    with pytest.raises(MoveRefused):
        standard.tick(access=shop.as_owner(owner), done=[0, 1])

    assert done(owner) == [True, False, False]


def test_a_colleague_and_the_customer_do_not_tick(shop: Shop, contact: Any) -> None:
    from accounts.principals import Principal
    from providers.enums import Role

    customer, _ = being_served(shop, contact)
    other = make_member(shop.outlet.provider, Role.STAFF, staff=make_staff(shop.outlet))

    for access in (customer, booking_for(Principal(user=other), customer.booking.ref)):
        with pytest.raises(NotAllowed):
            standard.tick(access=access, done=[0])


def test_the_customer_reads_it_in_their_language_on_the_page(shop: Shop, contact: Any) -> None:
    customer, owner = being_served(shop, contact)
    standard.tick(access=owner, done=[0])
    browser = Client()
    assert shop.customer.user
    browser.force_login(shop.customer.user)

    page = browser.get(f"/b/{customer.booking.ref}").content.decode()
    with override("zh-hans"):
        chinese = browser.get(
            f"/b/{customer.booking.ref}", headers={"Accept-Language": "zh-CN"}
        ).content.decode()

    assert "What is always done" in page
    assert page.count("ticked__step--done") == 1
    assert page.count("ticked__step--open") == 2
    assert "先沟通" in chinese
    assert "Clean tools" in chinese  # only written in English


def test_staff_tick_it_on_the_page_of_the_day(shop: Shop, contact: Any) -> None:
    customer, owner = being_served(shop, contact)
    browser = Client()
    assert shop.owner.user
    browser.force_login(shop.owner.user)
    business = shop.outlet.provider.public_id
    day = f"/provider/{business}/{shop.outlet.public_id}/day?day={customer.booking.local_start:%Y-%m-%d}"
    assert browser.get(day).content.decode().count('name="done"') == 3

    page = browser.post(
        f"/provider/{business}/visits/{customer.booking.ref}/standard",
        {"done": ["0", "1"], "key": "a" * 8},
        follow=True,
    ).content.decode()

    assert "Noted: the customer sees it." in page
    assert page.count("checked") == 2
    assert done(owner) == [True, True, False]


def test_everybody_reads_the_standard_before_booking(shop: Shop) -> None:
    from providers.selectors.categories import forget_tree

    set_standard(category=shop.service.category, steps=STEPS, actor="system")
    forget_tree()

    outlet = Client().get(f"/o/{shop.outlet.public_id}", follow=True).content.decode()
    slots = (
        Client()
        .get(f"/o/{shop.outlet.public_id}/book/{shop.service.public_id}", follow=True)
        .content.decode()
    )
    api = Client().get("/api/v1/categories").json()["items"]

    for page in (outlet, slots):
        assert "What is always done: 3 steps" in page
        assert "Clean tools" in page
    assert api[0]["standard"] == ["Ask what is wanted", "Clean tools", "Show the result"]


def test_a_visit_counts_for_whoever_did_it_when_it_is_done(shop: Shop, contact: Any) -> None:
    _, owner = being_served(shop, contact)
    assert StaffMember.objects.get(pk=shop.person.pk).served_count == 0

    visits.start(access=owner)
    visits.complete(access=shop.as_owner(owner))

    assert StaffMember.objects.get(pk=shop.person.pk).served_count == 1
