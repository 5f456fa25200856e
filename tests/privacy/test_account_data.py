"""The account page "Your data": asking for all of it, fetching it, being erased, and taking that back."""

import io
import json
import re
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail, signing
from django.db.models import F
from django.test import Client

from accounts.enums import ErasureStatus, ExportStatus
from accounts.models import Customer, DataExport, ErasureRequest, User
from accounts.principals import Principal
from accounts.selectors import GUEST_COOKIE, GUEST_COOKIE_SALT
from accounts.services import erasures, exports
from bookings.models import Booking
from bookings.selectors.access import booking_for
from bookings.services import paying, visits
from common import audit, clock, privacy
from common.errors import NotFound
from common.events import handler_named
from common.models import AuditEntry, Event, OutboxMessage
from common.privacy import Subject
from payments import services as payments
from reviews.models import Review
from tests.bookings.conftest import Shop
from tests.factories import make_due, make_member, make_user, tomorrow_at
from tests.privacy.person import Traced, everything_about
from tests.privacy.scan import found

pytestmark = pytest.mark.django_db


def signed_in(user: User, *, lately: bool = True) -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    at = time.time() if lately else time.time() - 3600
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [{"method": "code", "at": at}]
    session.save()
    return client


def deliver(prefix: str = "accounts.") -> None:
    """The worker, which may hand out each event twice."""
    for _ in range(2):
        while waiting := list(OutboxMessage.objects.filter(handler__startswith=prefix).order_by("pk")):
            for message in waiting:
                handler = handler_named(message.handler)
                assert handler
                handler(message.event)
                handler(message.event)
                message.delete()


@pytest.fixture
def user() -> User:
    return make_user(language="en")


def test_all_about_a_person_comes_as_a_zip_and_every_canary_is_in_it(traced: Traced) -> None:
    client = signed_in(traced.user)
    assert client.post("/account/data/export/").status_code == 302
    deliver()

    export = DataExport.objects.get()
    answer = client.get(f"/account/data/export/{export.public_id}")

    assert answer["Content-Type"] == "application/zip"
    assert answer["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    told = {name: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}
    said = everything_about(told)
    assert {name for name, text in traced.canaries.items() if text not in said} == {"near", "paper"}
    (paper,) = (name for name in archive.namelist() if name.startswith("files/documents/"))
    assert archive.read(paper).decode() == traced.canaries["paper"]
    assert {
        f"{area}.json" for area in ("account", "bookings", "payments", "businesses", "reviews", "mails")
    } <= set(told)
    readme = archive.read("README.txt").decode()
    assert "bookings.json: Bookings" in readme
    assert AuditEntry.objects.filter(action="export.fetched", object_id=export.public_id).count() == 1


def test_the_zip_is_kept_encrypted(user: User) -> None:
    exports.ask_for_export(user=user)
    deliver()

    assert found({"zip": "PK\x03\x04", "name": user.name}).get("zip") is None
    assert DataExport.objects.get().content[:4] == b"PK\x03\x04"  # type: ignore[index]


def test_they_are_told_once_with_a_link_to_the_page_and_no_secret(user: User) -> None:
    signed_in(user).post("/account/data/export/")
    deliver()

    assert [m.to for m in mail.outbox] == [[user.email]]
    assert "http://testserver/account/data/\n" in mail.outbox[0].body
    assert DataExport.objects.get().public_id not in mail.outbox[0].body


def test_one_at_a_time_and_one_a_day(user: User) -> None:
    client = signed_in(user)
    client.post("/account/data/export/")
    client.post("/account/data/export/")
    deliver()
    client.post("/account/data/export/")
    assert DataExport.objects.count() == 1

    with clock.at(clock.now() + timedelta(hours=25)):
        client.post("/account/data/export/")

    assert DataExport.objects.count() == 2


def test_who_has_not_shown_lately_who_they_are_does_so_first(user: User) -> None:
    export = exports.ask_for_export(user=user)
    deliver()
    client = signed_in(user, lately=False)

    for method, path in (
        ("post", "/account/data/export/"),
        ("get", f"/account/data/export/{export.public_id}"),
        ("get", "/account/data/erase/"),
        ("post", "/account/data/erase/"),
    ):
        answer = getattr(client, method)(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/again/?next=%2Faccount%2Fdata%2F"), path
    user.set_password("a password that is long enough")
    user.save()
    client = signed_in(user, lately=False)
    assert client.get("/account/data/erase/")["Location"].startswith("/account/reauthenticate/?next=")
    assert DataExport.objects.count() == 1
    assert ErasureRequest.objects.count() == 0


def test_signing_in_again_leads_back(user: User) -> None:
    client = signed_in(user, lately=False)

    answer = client.post("/account/again/", {"next": "/account/data/erase/"})

    assert answer["Location"] == "/account/login/code/?next=%2Faccount%2Fdata%2Ferase%2F"
    assert client.get("/account/data/").status_code == 302
    assert (
        signed_in(user)
        .post("/account/again/", {"next": "https://evil.example/"})["Location"]
        .endswith("next=%2F")
    )


def test_a_week_later_the_zip_is_gone(user: User) -> None:
    export = exports.ask_for_export(user=user)
    deliver()

    DataExport.objects.update(expires_at=F("expires_at") - exports.KEPT)
    # A machine whose clock is slow keeps it no longer than the others.
    with clock.at(clock.now() - timedelta(hours=1)):
        with pytest.raises(NotFound):
            exports.fetch_export(user=user, export_id=export.public_id)
        assert exports.forget_exports() == 1

    export.refresh_from_db()
    assert (export.status, export.content) == (ExportStatus.GONE, None)


def test_a_zip_that_was_being_made_when_the_worker_died_is_made_by_the_next(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = exports.ask_for_export(user=user)

    def dies(*args: Any, **kwargs: Any) -> bytes:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(exports, "zip_of", dies)
        with pytest.raises(SystemExit):
            exports.make_export(export_id=export.public_id)
    exports.make_export(export_id=export.public_id)

    export.refresh_from_db()
    assert export.status == ExportStatus.READY
    seqs = Event.objects.filter(subject_id=export.public_id).order_by("seq").values_list("seq", "type")
    assert list(seqs) == [(1, "export.requested"), (2, "export.ready")]


def test_a_person_is_erased_after_their_days_and_nothing_is_left(
    traced: Traced,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    client = signed_in(traced.user)
    client.post("/account/data/export/")
    client.post("/account/data/erase/", {"reviews": "on"})
    deliver()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert erasures.erase_due() == 0

    with clock.at(clock.now() + timedelta(days=7)), django_capture_on_commit_callbacks(execute=True):
        assert erasures.erase_due() == 1
        assert erasures.erase_due() == 0

    assert found(traced.canaries) == {}
    assert not [text for text in traced.canaries.values() if text in caplog.text]
    assert payments.verify() == []
    assert client.get("/account/data/").status_code == 302, "they are signed out"
    traced.user.refresh_from_db()
    assert (traced.user.is_active, traced.user.email, traced.user.has_usable_password()) == (
        False,
        None,
        False,
    )
    assert [m.subject for m in mail.outbox] == ["You are erased"]


def test_files_that_do_not_fit_are_named_in_the_zip_with_a_way_to_get_them(
    traced: Traced, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much somebody has: what they are told of is bounded, what they may ask for is not."""
    subject = Subject(user_pk=traced.user.pk)
    size = len(traced.canaries["paper"])
    for name, value, fits in (
        ("FILES_BYTES", size, True),
        ("FILES_BYTES", size - 1, False),
        ("FILES_SECONDS", -1, False),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(exports, name, value)
            content = exports.zip_of(privacy.find(subject), language="en")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            readme = archive.read("README.txt").decode()
            papers = [entry for entry in archive.namelist() if entry.startswith("files/documents/")]
            assert "account.json" in archive.namelist()
        assert bool(papers) is fits
        assert ("did not fit" in readme) is not fits
        assert ("documents/doc_" in readme) is not fits


def test_the_words_of_a_review_stay_unless_asked_for(
    traced: Traced, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    erasures.ask_to_be_erased(user=traced.user)
    with clock.at(clock.now() + timedelta(days=7)), django_capture_on_commit_callbacks(execute=True):
        erasures.erase_due()

    assert found(traced.canaries) == {"review": {"reviews_review.text"}}
    assert Review.objects.get().author_name == ""


def test_an_erasure_that_breaks_off_leaves_all_as_it_was_and_is_done_next_time(
    traced: Traced,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    erasures.ask_to_be_erased(user=traced.user, forget_reviews=True)
    before = found(traced.canaries)

    def dies(**kwargs: Any) -> None:
        if kwargs["action"] == "erasure.done":
            raise RuntimeError

    record = audit.record
    with clock.at(clock.now() + timedelta(days=7)):
        with monkeypatch.context() as patch:
            patch.setattr(audit, "record", lambda **kw: (dies(**kw), record(**kw)))
            assert erasures.erase_due() == 0
        assert found(traced.canaries) == before
        with django_capture_on_commit_callbacks(execute=True):
            assert erasures.erase_due() == 1

    assert found(traced.canaries) == {}


def test_the_link_in_the_mail_undoes_it_once(user: User, client: Client) -> None:
    signed_in(user).post("/account/data/erase/")
    deliver()
    (told,) = mail.outbox
    link = re.search(r"http://testserver(/account/erasure/undo\?key=\S+)", told.body)
    assert link
    assert client.get(link[1]).status_code == 200
    key = link[1].split("key=")[1]
    assert client.post("/account/erasure/undo", {"key": key[:-1]}).status_code == 404

    assert client.post("/account/erasure/undo", {"key": key}).status_code == 302

    assert ErasureRequest.objects.get().status == ErasureStatus.UNDONE
    assert client.post("/account/erasure/undo", {"key": key}).status_code == 404
    with clock.at(clock.now() + timedelta(days=30)):
        assert erasures.erase_due() == 0
    assert User.objects.get(pk=user.pk).email == user.email


def test_the_account_page_undoes_it_too(user: User) -> None:
    client = signed_in(user)
    client.post("/account/data/erase/")
    assert "You will be erased on" in client.get("/account/data/").content.decode()

    client.post("/account/data/erase/undo/")

    assert ErasureRequest.objects.get().status == ErasureStatus.UNDONE


def test_what_stands_in_the_way_is_said_and_keeps_it_waiting(shop: Shop, user: User) -> None:
    access = shop.hold(principal=shop.customer)
    paying.pay(access=access, method="counter", return_url="/")
    client = signed_in(shop.customer.require_user())

    answer = client.post("/account/data/erase/")

    page = answer.content.decode()
    assert answer.status_code == 409
    assert f'href="/b/{access.booking.ref}"' in page
    assert ErasureRequest.objects.count() == 0


def test_who_alone_owns_a_business_hands_it_over_first(shop: Shop) -> None:
    """Or settles it: a business with a visit ahead does not close with its owner."""
    owner = shop.owner.require_user()
    shop.hold()
    page = signed_in(owner).get("/account/data/erase/").content.decode()
    assert f"/provider/{shop.outlet.provider.public_id}/members/" in page

    make_member(shop.outlet.provider)

    assert erasures.obstacles_of(user=owner) == []


def test_who_has_visits_to_do_is_kept(shop: Shop) -> None:
    access = shop.hold(principal=shop.customer)
    paying.pay(access=access, method="counter", return_url="/")

    found = erasures.obstacles_of(user=shop.staff.require_user())

    assert [(each.code, each.about) for each in found] == [("visit_to_do", access.booking.ref)]


def test_what_came_in_the_way_meanwhile_makes_it_wait(shop: Shop) -> None:
    person = shop.customer.require_user()
    erasures.ask_to_be_erased(user=person)
    ErasureRequest.objects.update(due_at=clock.now())
    access = shop.hold(principal=shop.customer)

    assert erasures.erase_due() == 0

    assert ErasureRequest.objects.get().status == ErasureStatus.WAITING
    Booking.objects.filter(ref=access.booking.ref).update(status="expired")
    assert erasures.erase_due() == 1


def test_many_who_have_to_wait_keep_nobody_else_from_being_erased(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(erasures, "BATCH", 2)
    for hour in (9, 11):
        blocked = make_user()
        erasures.ask_to_be_erased(user=blocked)
        shop.hold(tomorrow_at(hour), principal=Principal(user=blocked))
    free = make_user()
    erasures.ask_to_be_erased(user=free)

    with clock.at(clock.now() + timedelta(days=7)), django_capture_on_commit_callbacks(execute=True):
        runs = [erasures.erase_due() for _ in range(3)]

    free.refresh_from_db()
    assert (runs, free.is_active) == ([0, 1, 0], False)
    assert ErasureRequest.objects.filter(status=ErasureStatus.WAITING).count() == 2


def guest_browser(shop: Shop, contact: Callable[..., Any], hour: int = 10) -> tuple[Client, Booking]:
    access = shop.hold(tomorrow_at(hour), contact=contact())
    paying.pay(access=access, method="counter", return_url="/")
    client = Client()
    hashes = sorted(access.principal.capabilities)
    client.cookies[GUEST_COOKIE] = signing.dumps(hashes, salt=GUEST_COOKIE_SALT)
    return client, access.booking


def test_a_guest_takes_their_data_along(shop: Shop, contact: Callable[..., Any]) -> None:
    client, booking = guest_browser(shop, contact)
    other, _ = guest_browser(shop, lambda: contact("Aapo", "aapo@example.com"), hour=14)

    told = client.get(f"/b/{booking.ref}/data.json").json()

    assert [each["ref"] for each in told["bookings"]] == [booking.ref]
    assert told["account"]["customers"][0]["email"] == "helmi@example.com"
    assert "aapo" not in everything_about(told)
    assert other.get(f"/b/{booking.ref}/data.json").status_code == 404


def test_a_guest_is_erased_after_the_visit(shop: Shop, contact: Callable[..., Any]) -> None:
    client, booking = guest_browser(shop, contact)
    assert client.post(f"/b/{booking.ref}/data", {"do": "erase"}).status_code == 409
    make_due(booking.ref)
    visits.check_in(access=booking_for(shop.owner, booking.ref), code=None)
    visits.start(access=booking_for(shop.owner, booking.ref))
    visits.complete(access=booking_for(shop.owner, booking.ref))
    visits.close_by_time(booking.ref)

    assert client.post(f"/b/{booking.ref}/data", {"do": "erase"}).status_code == 302
    deliver()
    assert "erasure/undo?key=" in mail.outbox[-1].body
    with clock.at(clock.now() + timedelta(days=7)):
        assert erasures.erase_due() == 1

    customer = Customer.objects.get(pk=booking.customer_id)
    assert (customer.name, customer.email, customer.phone) == ("", None, None)
    assert Booking.objects.get(pk=booking.pk).status == "closed"
    assert client.get(f"/b/{booking.ref}").status_code == 404, "the guest's key is gone, too"
