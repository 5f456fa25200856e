"""Papers: sent, opened, decided, replaced, expired."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.principals import ANONYMOUS, SCOPES, Principal
from common import clock, uploads
from common.errors import NotAllowed, NotFound, NotSignedIn
from common.models import AuditEntry, Event, StoredFile
from common.uploads.errors import UploadTypeRefused
from providers.errors import (
    AlreadyDecided,
    ApplicationClaimed,
    DocumentIncomplete,
    DocumentKindUnknown,
    EndInvalid,
    NotOfThisBusiness,
)
from providers.models import Application, Document, Offering, Provider
from providers.selectors import vetting as read
from providers.services import vetting
from providers.services.vetting import batches
from tests.factories import make_outlet, make_staff
from tests.vetting.conftest import Vetting, make_document, make_kind, scan, today

pytestmark = pytest.mark.django_db


def test_a_paper_is_kept_private_with_its_number_encrypted(
    case: Vetting, settings: Any, tmp_path: Any
) -> None:
    document = vetting.submit_document(
        provider=case.provider,
        kind="licence",
        upload=scan(),
        user=case.manager,
        number="3124567-8",
        valid_until=today() + timedelta(days=90),
    )
    assert (document.status, document.file.is_private, document.file.kind) == ("submitted", True, "document")
    assert Document.objects.get().number == "3124567-8"
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM providers_document")
        assert b"3124567" not in bytes(cursor.fetchone()[0])
    told = [
        *Event.objects.values_list("payload", flat=True),
        *AuditEntry.objects.values_list("data", flat=True),
    ]
    assert "3124567" not in str(told)


def test_what_a_kind_asks_for_must_be_there(case: Vetting) -> None:
    make_kind("identity", case.category, subject="person", asks_number=True)
    soon, past = today() + timedelta(days=9), today() - timedelta(days=1)

    def send(kind: str, **fields: Any) -> None:
        vetting.submit_document(provider=case.provider, kind=kind, upload=scan(), user=case.owner, **fields)

    refusals = [
        ("licence", {}, DocumentIncomplete),
        ("licence", {"valid_until": past}, DocumentIncomplete),
        ("licence", {"valid_from": soon, "valid_until": soon - timedelta(days=1)}, DocumentIncomplete),
        ("licence", {"valid_until": soon, "staff": case.person}, DocumentKindUnknown),
        ("identity", {"number": "1"}, DocumentKindUnknown),
        ("identity", {"staff": case.person}, DocumentIncomplete),
        ("identity", {"number": "1", "staff": make_staff(make_outlet())}, NotOfThisBusiness),
        ("passport", {}, DocumentKindUnknown),
    ]
    for kind, fields, error in refusals:
        with pytest.raises(error):
            send(kind, **fields)
    assert not Document.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_file_that_is_not_taken_leaves_nothing(case: Vetting) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    with pytest.raises(UploadTypeRefused):
        vetting.submit_document(
            provider=case.provider,
            kind="licence",
            upload=SimpleUploadedFile("x.pdf", b"<html>", "application/pdf"),
            user=case.owner,
            valid_until=today(),
        )
    assert not Document.objects.exists()


def test_managers_and_operators_open_it_each_time_in_the_audit_trail_and_others_see_nothing(
    case: Vetting,
) -> None:
    document = case.send()
    for user in (case.owner, case.manager, case.operator):
        principal = Principal(user=user, second_factor=user == case.operator)
        vetting.open_document(principal=principal, document_id=document.public_id)
    opened = AuditEntry.objects.filter(action="document.open", object_id=document.public_id)
    assert [entry.actor for entry in opened.order_by("pk")] == [
        f"user:{user.public_id}" for user in (case.owner, case.manager, case.operator)
    ]
    for user in (case.staff, case.stranger):
        with pytest.raises(NotFound):
            vetting.open_document(principal=Principal(user=user), document_id=document.public_id)
    with pytest.raises(NotSignedIn):
        vetting.open_document(principal=ANONYMOUS, document_id=document.public_id)
    # Without the second factor an operator is nobody, an operator's app is no desk, and a manager's needs the scope.
    for app in (
        Principal(user=case.operator),
        Principal(user=case.operator, scopes=frozenset(SCOPES), second_factor=True),
    ):
        with pytest.raises(NotFound):
            vetting.open_document(principal=app, document_id=document.public_id)
    with pytest.raises(NotAllowed):
        app = Principal(user=case.owner, scopes=frozenset({"bookings:read"}))
        vetting.open_document(principal=app, document_id=document.public_id)
    assert opened.count() == 3


def test_a_newer_paper_replaces_what_waits_and_what_holds_stays_until_it_is_accepted(case: Vetting) -> None:
    first = case.accepted()
    second = vetting.submit_document(
        provider=case.provider,
        kind="licence",
        upload=scan(),
        user=case.owner,
        valid_until=today() + timedelta(days=400),
    )
    [need] = read.needs(case.provider)
    assert (need.current, need.newest, need.is_met) == (first, second, True)
    third = vetting.submit_document(
        provider=case.provider,
        kind="licence",
        upload=scan(),
        user=case.owner,
        valid_until=today() + timedelta(days=500),
    )
    with pytest.raises(AlreadyDecided):
        vetting.accept_document(document=second, operator=case.operator)
    vetting.accept_document(document=third, operator=case.operator)
    assert list(Document.objects.order_by("pk").values_list("status", flat=True)) == [
        "replaced",
        "replaced",
        "accepted",
    ]


def test_a_refusal_says_why_in_the_thread(case: Vetting) -> None:
    document = case.send()
    vetting.refuse_document(document=document, operator=case.operator, reason="It cannot be read.")
    [need] = read.needs(case.provider)
    assert (need.is_sent, need.newest and need.newest.note) == (False, "It cannot be read.")
    [line] = read.thread(case.provider)
    assert (line.kind, line.document, line.message) == ("document_refused", document, "It cannot be read.")
    with pytest.raises(AlreadyDecided):
        vetting.accept_document(document=document, operator=case.operator)


def test_one_whose_last_day_passed_while_it_waited_is_not_accepted(case: Vetting) -> None:
    document = case.send(valid_until=today() - timedelta(days=1))
    with pytest.raises(DocumentIncomplete):
        vetting.accept_document(document=document, operator=case.operator)


def test_reminders_come_thirty_seven_and_one_days_before_each_once(case: Vetting) -> None:
    case.approve()
    document = Document.objects.get()

    def days() -> list[int]:
        found = Event.objects.filter(type="document.expiring").order_by("pk")
        return [event.payload["days"] for event in found]

    for left in (31, 30, 30, 12, 7, 6, 1, 0):
        Document.objects.update(valid_until=today() + timedelta(days=left))
        vetting.remind_of_documents()
    assert days() == [30, 7, 1]
    assert document in read.expiring_documents()


def test_an_expired_paper_has_fourteen_days_then_the_business_is_suspended_until_it_is_renewed(
    case: Vetting,
) -> None:
    case.approve()
    Document.objects.update(valid_until=today())
    assert vetting.expire_documents() == 0
    Document.objects.update(valid_until=today() - timedelta(days=1))
    assert vetting.expire_documents() == 1
    assert (Document.objects.get().status, case.again().status) == ("expired", "approved")
    assert Document.objects.get().grace_until == today() + timedelta(days=13)
    Document.objects.update(grace_until=today())
    assert vetting.expire_documents() == 0
    Document.objects.update(grace_until=today() - timedelta(days=1))
    assert vetting.expire_documents() == 1
    assert case.again().status == "suspended"
    why = read.suspension(case.again())
    assert why and (why.side, why.message) == (
        "system",
        "A required document expired and was not renewed in time: Licence.",
    )
    assert vetting.expire_documents() == 0
    case.accepted()
    assert case.again().status == "approved"


def test_a_renewal_does_not_end_a_suspension_by_an_operator(case: Vetting) -> None:
    case.approve()
    vetting.suspend(provider=case.provider, operator=case.operator, reason="Complaints.")
    case.accepted()
    assert case.again().status == "suspended"


def test_an_expired_paper_that_is_not_required_suspends_nobody(case: Vetting) -> None:
    case.approve()
    make_kind("licence", case.category, required=False, asks_until=True)
    Document.objects.update(valid_until=today() - timedelta(days=40))
    assert vetting.expire_documents() == 1
    assert Provider.objects.get().status == "approved"


def test_the_file_comes_back_as_it_was_cleaned(case: Vetting) -> None:
    document = vetting.submit_document(
        provider=case.provider, kind="licence", upload=scan(), user=case.owner, valid_until=today()
    )
    opened = vetting.open_document(principal=Principal(user=case.owner), document_id=document.public_id)
    assert uploads.read(opened.file).startswith(b"\xff\xd8")


def test_a_claim_on_the_application_is_one_on_its_documents(case: Vetting) -> None:
    application = case.apply()
    document = Document.objects.get()
    vetting.claim_application(application=application, operator=case.operator)
    with pytest.raises(ApplicationClaimed):
        vetting.accept_document(document=document, operator=case.other)
    with pytest.raises(ApplicationClaimed):
        vetting.refuse_document(document=document, operator=case.other, reason="No.")
    assert Document.objects.get().status == "submitted"
    vetting.accept_document(document=document, operator=case.operator)


def test_a_claim_that_has_run_out_hinders_nobody(case: Vetting) -> None:
    application = case.apply()
    vetting.claim_application(application=application, operator=case.operator)
    Application.objects.update(claimed_until=clock.now() - timedelta(seconds=1))
    vetting.accept_document(document=Document.objects.get(), operator=case.other)


def test_papers_that_suspend_nobody_keep_no_other_waiting(
    case: Vetting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 1)
    old = make_kind("old", asks_until=True)
    for _ in range(3):
        make_document(
            case.provider,
            old,
            staff=make_staff(case.outlet),
            status="expired",
            grace_until=today() - timedelta(days=1),
        )
    case.approve()
    required = Document.objects.filter(kind=case.kind)
    required.update(valid_until=today() - timedelta(days=15))
    assert vetting.expire_documents() == 2
    assert case.again().status == "suspended"
    # What was looked at is not looked at again.
    assert not Document.objects.filter(kind=old, grace_until__isnull=False).exists()


def test_the_worker_respects_the_term_of_a_reinstatement(case: Vetting) -> None:
    case.approve()
    Document.objects.update(valid_until=today() - timedelta(days=15))
    assert vetting.expire_documents() == 2
    with pytest.raises(EndInvalid):
        vetting.reinstate(
            provider=case.provider, operator=case.other, papers_until=today() - timedelta(days=1)
        )
    entry = vetting.reinstate(
        provider=case.provider, operator=case.other, papers_until=today() + timedelta(days=30)
    )
    assert entry.message.startswith("Documents that have expired have to be renewed by ")
    assert vetting.expire_documents() == 0
    assert (case.again().status, Offering.objects.get().is_live) == ("approved", True)
    assert Document.objects.get().grace_until == today() + timedelta(days=30)
    Document.objects.update(grace_until=today() - timedelta(days=1))
    assert vetting.expire_documents() == 1
    assert case.again().status == "suspended"


def test_a_granted_appeal_against_the_want_of_papers_lasts_fourteen_days(case: Vetting) -> None:
    case.approve()
    Document.objects.update(valid_until=today() - timedelta(days=15))
    vetting.expire_documents()
    entry = read.suspension(case.again())
    assert entry
    made = vetting.appeal(entry=entry, user=case.owner, text="The office is on strike.")
    vetting.decide_appeal(appeal=made, operator=case.operator, granted=True, answer="Take the time.")
    assert vetting.expire_documents() == 0
    assert case.again().status == "approved"
    assert Document.objects.get().grace_until == today() + timedelta(days=14)


def test_reminders_read_only_what_is_due(case: Vetting, django_assert_num_queries: Any) -> None:
    case.approve()
    Document.objects.update(valid_until=today() + timedelta(days=20))
    assert vetting.remind_of_documents() == 1
    # One look, nothing found: nothing is read once it has been reminded of.
    with django_assert_num_queries(1):
        assert vetting.remind_of_documents() == 0
    Document.objects.update(valid_until=today() + timedelta(days=7))
    assert vetting.remind_of_documents() == 1
