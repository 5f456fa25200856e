"""The customers of a business: who sees whom, what the visits say, looking without traces, and notes."""

import logging
import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer
from accounts.services import join_customers
from accounts.services.consents import set_marketing
from bookings.enums import RefundState, Source
from bookings.models import Booking, CustomerNote, RefundRequest
from common.models import AuditEntry
from providers.enums import Role
from tests.factories import make_member, make_outlet, make_user
from tests.frontend.test_provider_day import Shop, at_ten, booked, held, shop, signed_in, text

__all__ = ["at_ten", "shop"]
pytestmark = pytest.mark.django_db


def base(shop: Shop) -> str:
    return f"/provider/{shop.outlet.provider.public_id}/"


def listed(shop: Shop) -> str:
    return f"{base(shop)}customers/"


def page_of(shop: Shop, booking: Booking) -> str:
    assert booking.customer is not None
    return f"{listed(shop)}{booking.customer.public_id}/"


def names(answer: Any) -> list[str]:
    return [name for name, _line in answer.context["lines"]]


def look(client: Client, shop: Shop, q: str) -> Any:
    return client.post(listed(shop), {"q": q})


def write(client: Client, shop: Shop, booking: Booking, said: str, kind: str = "note") -> Any:
    fields = {"kind": kind, "text": said, "key": str(uuid.uuid4())}
    return client.post(page_of(shop, booking), fields, follow=True)


def as_guest(booking: Booking, **values: Any) -> Booking:
    """The same visit of a guest without an account."""
    Customer.objects.filter(bookings=booking).update(user=None, is_main=False, **values)
    return booking


def ended(booking: Booking, status: str, **values: Any) -> Booking:
    """It has come to that status, by way of being done if it is closed."""
    if status == "closed":
        Booking.objects.filter(pk=booking.pk).update(status="completed")
    Booking.objects.filter(pk=booking.pk).update(status=status, **values)
    return booking


def put_together(*bookings: Booking) -> None:
    """All of them are the first one's customer's."""
    Booking.objects.filter(pk__in=[each.pk for each in bookings]).update(customer=bookings[0].customer)


# Who sees whom


def test_managers_see_everybody_and_staff_whom_they_serve(shop: Shop, at_ten: None) -> None:
    booked(shop, 11, shop.aino, "Arjun Patel")
    booked(shop, 13, shop.juho, "Linda Lind")

    assert names(shop.manager.get(listed(shop))) == ["Linda Lind", "Arjun Patel"]
    assert names(shop.staff.get(listed(shop))) == ["Arjun Patel"]


def test_staff_find_no_page_of_a_colleagues_customer(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.juho)

    assert shop.manager.get(page_of(shop, booking)).status_code == 200
    assert shop.staff.get(page_of(shop, booking)).status_code == 404


def test_a_member_who_serves_nobody_sees_nobody(shop: Shop, at_ten: None) -> None:
    booked(shop, 11, shop.aino)
    reception = signed_in(shop.outlet, Role.STAFF)

    assert "No customers yet" in text(reception.get(listed(shop)))


def test_whoever_helps_with_a_visit_serves_its_customer(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.juho)
    booking.items.get().helpers.add(shop.aino)

    assert names(shop.staff.get(listed(shop))) == ["Helmi Virtanen"]


def test_another_business_finds_neither_them_nor_their_notes(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    write(shop.manager, shop, booking, "Likes it short.")
    note = CustomerNote.objects.get()
    other = make_outlet()
    rival = Client()
    rival.force_login(make_member(other.provider))
    theirs = f"/provider/{other.provider.public_id}/"

    assert rival.get(page_of(shop, booking)).status_code == 404
    assert rival.get(f"{theirs}customers/{booking.customer.public_id}/").status_code == 404  # type: ignore[union-attr]
    assert rival.get(f"{theirs}notes/{note.public_id}/").status_code == 404
    assert names(rival.get(f"{theirs}customers/")) == []


def test_holds_and_what_never_was_make_no_customer(shop: Shop, at_ten: None) -> None:
    held(shop, 11, shop.aino, "Held")
    ended(held(shop, 12, shop.aino, "Expired").booking, "expired")
    ended(held(shop, 13, shop.aino, "Never was").booking, "cancelled")
    ended(booked(shop, 14, shop.aino, "Given up"), "cancelled")

    assert names(shop.manager.get(listed(shop))) == ["Given up"]


# Contact


def test_staff_read_the_phone_while_a_visit_is_to_come_and_never_the_e_mail(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    Customer.objects.filter(bookings=booking).update(email="helmi@example.com")

    before = shop.staff.get(page_of(shop, booking)).content.decode()
    ended(booking, "completed")
    after = shop.staff.get(page_of(shop, booking)).content.decode()
    managers = shop.manager.get(page_of(shop, booking)).content.decode()

    assert "tel:+358401234567" in before
    assert "tel:" not in after
    assert "helmi@example.com" not in before + after
    assert "tel:+358401234567" in managers
    assert "mailto:helmi@example.com" in managers


def test_staff_do_not_find_by_what_they_are_not_shown(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    Customer.objects.filter(bookings=booking).update(email="helmi@example.com")

    for asked in ("040 123 4567", "helmi@example"):
        assert names(look(shop.manager, shop, asked)) == ["Helmi Virtanen"]
        assert names(look(shop.staff, shop, asked)) == []
    for asked in ("virta", booking.ref):
        assert names(look(shop.staff, shop, asked)) == ["Helmi Virtanen"]


# Looking


def test_what_is_looked_for_stands_in_no_address_no_log_and_no_audit(
    shop: Shop, at_ten: None, caplog: pytest.LogCaptureFixture
) -> None:
    booked(shop, 11, shop.aino)

    with caplog.at_level(logging.DEBUG):
        answer = look(shop.manager, shop, "Virtanen")

    assert "1 customer fits." in text(answer)
    hrefs = re.findall(r'(?:href|action)="([^"]*)"', answer.content.decode())
    assert not [each for each in hrefs if "Virtanen" in each]
    assert not [each for each in caplog.records if "Virtanen" in each.getMessage() and "sql" not in each.name]
    row = AuditEntry.objects.get(action="customers.find")
    assert (row.object_id, row.data) == (shop.outlet.provider.public_id, {"found": 1})


def test_the_pages_of_an_answer_are_forms_that_keep_what_was_typed(
    shop: Shop, at_ten: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("frontend.views.provider_customers.ON_A_PAGE", 1)
    for hour, who in ((11, "Ada Virtanen"), (13, "Eino Virtanen"), (15, "Olga Korhonen")):
        as_guest(booked(shop, hour, shop.aino), name=who)

    first = look(shop.manager, shop, "Virtanen")
    cursor = first.context["next_cursor"]
    last = shop.manager.post(listed(shop), {"q": "Virtanen", "cursor": cursor})

    assert (names(first), names(last)) == (["Eino Virtanen"], ["Ada Virtanen"])
    assert last.context["next_cursor"] is None
    assert "First page" in text(last) and "Next page" not in text(last)
    assert f'name="cursor" value="{cursor}"' in first.content.decode()
    assert not re.findall(r'(?:href|action)="[^"]*(?:Virtanen|cursor)', first.content.decode())


def test_what_is_typed_into_the_address_looks_for_nothing(shop: Shop, at_ten: None) -> None:
    booked(shop, 11, shop.aino)

    assert names(shop.manager.get(f"{listed(shop)}?q=nobody")) == ["Helmi Virtanen"]


def test_nobody_fits_is_said_with_what_to_do(shop: Shop, at_ten: None) -> None:
    booked(shop, 11, shop.aino)

    assert "Nobody fits" in text(look(shop.manager, shop, "Zebra"))


# Pages


def test_each_customer_stands_on_one_page_and_the_queries_do_not_grow(
    shop: Shop, at_ten: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("frontend.views.provider_customers.ON_A_PAGE", 2)
    for hour, name in enumerate(("A", "B", "C", "D", "E"), start=11):
        booked(shop, hour, shop.aino, name)
    seen: list[str] = []
    counts = []
    shop.manager.get(listed(shop))
    address = listed(shop)
    while address:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = shop.manager.get(address)
        counts.append(len(queries))
        seen += names(answer)
        following = answer.context["next_cursor"]
        address = f"{listed(shop)}?cursor={following}" if following else ""

    assert seen == ["E", "D", "C", "B", "A"]
    assert len(set(counts)) == 1


def test_a_cursor_of_another_list_is_refused(shop: Shop, at_ten: None, monkeypatch: Any) -> None:
    monkeypatch.setattr("frontend.views.provider_customers.ON_A_PAGE", 1)
    first = booked(shop, 11, shop.aino)
    second = booked(shop, 12, shop.aino)
    put_together(first, second)
    cursor = shop.manager.get(page_of(shop, first)).context["next_cursor"]

    assert cursor
    assert shop.manager.get(f"{listed(shop)}?cursor={cursor}").status_code == 422
    again = shop.manager.get(f"{page_of(shop, first)}?cursor={cursor}")
    assert [visit for visit, _source, _total in again.context["visits"]] == [first]


# What the visits say


def test_the_page_adds_up_what_they_had_here(shop: Shop, at_ten: None) -> None:
    bookings = [booked(shop, hour, shop.aino) for hour in (11, 12, 13, 14, 15)]
    put_together(*bookings)
    done, closed, missed, late, _ahead = bookings
    ended(done, "completed")
    ended(closed, "closed", source=Source.PHONE)
    ended(missed, "no_show", fee_amount=1000)
    ended(late, "cancelled", fee_amount=500)
    RefundRequest.objects.create(
        booking=done,
        amount=700,
        currency="EUR",
        needs_second=False,
        state=RefundState.DONE,
        asked_by="user:u",
        decided_by="user:u",
        decided_at=shop.at(10),
    )

    answer = shop.manager.get(page_of(shop, done))

    figures = answer.context["figures"]
    assert (figures.done, figures.ahead, figures.no_shows, figures.late_cancels) == (2, 1, 1, 1)
    assert (figures.first, figures.last) == (done.starts_at, closed.starts_at)
    assert (figures.staff, figures.service) == (shop.aino, shop.service)
    assert [(each.amount, each.currency) for each in figures.spent] == [(10800, "EUR")]
    assert [source for _visit, source, _total in answer.context["visits"]] == [
        "Web",
        "Web",
        "Web",
        "Phone",
        "Web",
    ]
    assert shop.staff.get(page_of(shop, done)).context["figures"].spent == []


def test_one_visit_makes_nothing_usual(shop: Shop, at_ten: None) -> None:
    booking = ended(booked(shop, 11, shop.aino), "closed")

    figures = shop.manager.get(page_of(shop, booking)).context["figures"]

    assert (figures.staff, figures.service) == (None, None)


def test_consent_is_shown_as_it_stands(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    assert booking.customer is not None
    assert booking.customer.user is not None
    assert "News and offers Not agreed" in text(shop.manager.get(page_of(shop, booking)))

    set_marketing(user=booking.customer.user, given=True)

    assert "News and offers Agreed" in text(shop.manager.get(page_of(shop, booking)))
    assert "News and offers" not in text(shop.staff.get(page_of(shop, booking)))


# Joining


def test_a_guest_who_verified_their_address_is_one_with_their_account(shop: Shop, at_ten: None) -> None:
    guest = as_guest(booked(shop, 11, shop.aino, "Mrs Virtanen"), email="helmi@example.com")
    own = booked(shop, 12, shop.aino, "Helmi Virtanen")
    assert own.customer is not None
    assert own.customer.user is not None
    write(shop.manager, shop, guest, "Comes with a dog.")
    assert len(names(shop.manager.get(listed(shop)))) == 2

    join_customers(user=own.customer.user, emails=["helmi@example.com"])

    answer = shop.manager.get(page_of(shop, own))
    assert len(names(shop.manager.get(listed(shop)))) == 1
    assert "The visits of Mrs Virtanen joined this account on" in text(answer)
    assert "Comes with a dog." in text(answer)
    assert {visit for visit, _source, _total in answer.context["visits"]} == {guest, own}
    assert AuditEntry.objects.filter(action="customer.joined").count() == 1


def test_a_customer_of_another_account_does_not_join(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    Customer.objects.filter(bookings=booking).update(email="helmi@example.com")

    assert join_customers(user=make_user(), emails=["helmi@example.com"], phones=["+358401234567"]) == []

    assert "joined this account" not in text(shop.manager.get(page_of(shop, booking)))


def test_guests_who_typed_the_same_number_stay_apart_and_are_pointed_out(shop: Shop, at_ten: None) -> None:
    one = as_guest(booked(shop, 11, shop.aino, "Ville"))
    other = as_guest(booked(shop, 12, shop.aino, "Ville K."))

    managers, staff = (client.get(page_of(shop, one)) for client in (shop.manager, shop.staff))

    assert [row for _name, row in managers.context["alike"]] == [other.customer]
    assert "Perhaps the same person" not in text(staff)
    assert [visit for visit, _source, _total in managers.context["visits"]] == [one]


# Notes


def test_a_note_is_written_changed_and_deleted_and_the_audit_says_so_without_words(
    shop: Shop, at_ten: None
) -> None:
    booking = booked(shop, 11, shop.aino)
    assert "Likes it short." in text(write(shop.staff, shop, booking, "Likes it short."))
    note = CustomerNote.objects.get()
    address = f"{base(shop)}notes/{note.public_id}/"

    changed = shop.staff.post(address, {"text": "Likes it long."}, follow=True)
    note.refresh_from_db()
    assert note.edited_at is not None
    deleted = shop.staff.post(address, {"do": "remove"}, follow=True)

    assert "Likes it long." in text(changed)
    assert "Likes it long." not in text(deleted)
    rows = AuditEntry.objects.filter(object_type="customer_note").order_by("pk")
    assert [row.action for row in rows] == [
        "customer_note.added",
        "customer_note.changed",
        "customer_note.removed",
    ]
    assert booking.customer is not None
    for row in rows:
        assert row.data == {
            "provider": shop.outlet.provider.public_id,
            "customer": booking.customer.public_id,
            "kind": "note",
        }


def test_colleagues_read_a_note_and_only_its_writer_and_managers_change_it(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    booking.items.get().helpers.add(shop.juho)
    juho = signed_in(shop.outlet, Role.STAFF, staff=shop.juho)
    write(shop.staff, shop, booking, "Likes it short.")
    address = f"{base(shop)}notes/{CustomerNote.objects.get().public_id}/"

    assert "Likes it short." in text(juho.get(page_of(shop, booking)))
    assert juho.post(address, {"text": "Mine now."}).status_code == 403
    assert juho.post(address, {"do": "remove"}).status_code == 403
    assert CustomerNote.objects.get().text == "Likes it short."
    assert shop.manager.post(address, {"text": "Likes it shorter."}).status_code == 302
    assert CustomerNote.objects.get().text == "Likes it shorter."


@pytest.mark.parametrize(
    ("said", "why"), [("  ", "This field is required."), ("x" * 1001, "at most 1000 characters")]
)
def test_a_note_that_says_nothing_or_too_much_is_refused(
    shop: Shop, at_ten: None, said: str, why: str
) -> None:
    answer = write(shop.manager, shop, booked(shop, 11, shop.aino), said)

    assert answer.status_code == 422
    assert why in text(answer)
    assert not CustomerNote.objects.exists()


def test_a_form_that_is_sent_twice_writes_one_note(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    fields = {"kind": "preference", "text": "No nuts.", "key": str(uuid.uuid4())}

    for _ in range(2):
        assert shop.manager.post(page_of(shop, booking), fields).status_code == 302

    assert CustomerNote.objects.count() == 1


def test_a_kind_that_there_is_not_is_not_found(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)

    assert write(shop.manager, shop, booking, "Said.", kind="secret").status_code == 404


def test_the_visit_shows_them_to_who_serves_it(shop: Shop, at_ten: None) -> None:
    booking = booked(shop, 11, shop.aino)
    write(shop.manager, shop, booking, "No nuts.", kind="preference")
    juho = signed_in(shop.outlet, Role.STAFF, staff=shop.juho)

    assert "Preference or allergy: No nuts." in text(shop.staff.get(shop.visit_url(booking, "")))
    assert "No nuts." not in text(juho.get(shop.visit_url(booking, "")))


def test_who_was_erased_is_gone_from_the_list(shop: Shop, at_ten: None) -> None:
    booking = as_guest(booked(shop, 11, shop.aino))
    Customer.objects.filter(bookings=booking).update(name="", phone=None, email=None, erased_at=shop.at(10))

    assert names(shop.manager.get(listed(shop))) == []
    assert shop.manager.get(page_of(shop, booking)).status_code == 404
    assert shop.manager.get(shop.visit_url(booking, "")).status_code == 200
