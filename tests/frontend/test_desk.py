"""The operators' desk: what waits, and applications, documents and appeals decided."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from common import clock, uploads
from common.models import AuditEntry
from frontend.desk_nav import queues
from providers.enums import ProviderStatus
from providers.models import Appeal, Application, Badge, Document, VettingEntry
from providers.services import vetting
from tests.factories import make_outlet, make_quiz
from tests.signing_in import make_operator, sign_in
from tests.uploads.pdfs import pdf
from tests.vetting.conftest import Vetting, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    return make_operator(name="Outi Salo")


@pytest.fixture
def desk(operator: User) -> Client:
    return sign_in(Client(), operator)


@pytest.fixture
def case() -> Vetting:
    return world()


def page(answer: Any) -> str:
    return answer.content.decode()  # type: ignore[no-any-return]


def send(desk: Client, path: str, **form: str) -> Any:
    return desk.post(path, {"key": str(uuid4()), **form}, follow=True)


def queries(desk: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert desk.get(path).status_code == 200
    return len(seen)


def test_the_overview_says_what_waits_and_since_when(desk: Client, case: Vetting) -> None:
    application = case.apply()
    Application.objects.update(submitted_at=application.submitted_at - timedelta(days=3))

    seen = page(desk.get("/desk/"))

    assert "Outi Salo" in seen
    assert "The oldest waits for 3\xa0days" in seen
    assert '<span class="desk__count figures">1</span>' in seen


def test_the_overview_counts_what_is_over_its_promised_time(desk: Client, case: Vetting) -> None:
    late, in_time = case.apply(), world().apply()
    Application.objects.filter(pk=late.pk).update(submitted_at=clock.now() - timedelta(hours=49))

    seen = page(desk.get("/desk/"))

    assert "1 of 2 over the promised 2\xa0days" in seen or "1 of 2 over the promised 2 days" in seen
    assert seen.index("Overdue") < seen.index("/desk/applications/", seen.index("Overdue"))
    Application.objects.filter(pk=late.pk).update(submitted_at=in_time.submitted_at)
    seen = page(desk.get("/desk/"))
    assert "Nothing is overdue" in seen
    assert "promised within 2 days" in seen


def test_the_checklist_says_by_category_what_is_open(desk: Client, case: Vetting) -> None:
    make_quiz(case.category, is_required=True)
    path = f"/desk/applications/{case.apply().public_id}/"

    seen = page(desk.get(path))
    assert re.search(r'open: </span><a href="#paper-1">Licence</a>', seen)
    assert f"not yet by: {case.person.name}" in seen

    document = Document.objects.get()
    vetting.accept_document(document=document, operator=case.operator)
    Badge.objects.create(staff=case.person, category=case.category)
    seen = page(desk.get(path))
    assert re.search(r'done: </span><a href="#paper-1">Licence</a>', seen)
    assert "not yet by" not in seen


def test_a_pdf_stands_beside_the_facts(desk: Client, case: Vetting) -> None:
    scanned = SimpleUploadedFile("licence.pdf", pdf())
    document = case.send(file=uploads.take_document(scanned))
    path = f"/documents/{document.public_id}"
    assert f'<iframe class="paper paper--pdf" src="{path}?beside=1#navpanes=0"' in page(
        desk.get(f"/desk/applications/{case.apply().public_id}/")
    )

    beside, alone = desk.get(f"{path}?beside=1"), desk.get(path)

    assert beside["Content-Disposition"].startswith("inline")
    assert beside["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in beside["Content-Security-Policy"]
    assert alone["Content-Disposition"].startswith("attachment")
    assert alone["X-Frame-Options"] == "DENY"
    assert alone["Content-Security-Policy"].startswith("sandbox")
    assert AuditEntry.objects.filter(action="document.open").count() == 2


def test_after_a_decision_the_next_that_is_free_is_shown(desk: Client, case: Vetting) -> None:
    first, held, free = case.apply(), world().apply(), world().apply()
    vetting.claim_application(application=held, operator=case.other)

    answer = send(desk, f"/desk/applications/{first.public_id}/decide/reject/", message="Not here.")

    assert answer.redirect_chain[-1][0] == f"/desk/applications/{free.public_id}/"
    assert f"{first.provider.name}: rejected." in page(answer), "the page is the next one's"


def test_nothing_waits(desk: Client) -> None:
    assert "Nothing waits" in page(desk.get("/desk/"))


def test_each_queue_costs_one_query(desk: Client) -> None:
    make_outlet()  # of an empty installation nothing is remembered
    desk.get("/desk/")
    # The session, its user, and the queues.
    assert queries(desk, "/desk/") == 2 + len(queues())


@pytest.mark.parametrize("path", ["/desk/applications/", "/desk/documents/", "/desk/appeals/"])
def test_lists_cost_the_same_with_one_row_and_with_three(desk: Client, path: str) -> None:
    def one_of_each() -> None:
        waiting, listed = world(), world()
        waiting.apply()
        listed.approve()
        listed.send()
        entry = vetting.warn(provider=listed.provider, operator=listed.operator, reason="Late.")
        vetting.appeal(entry=entry, user=listed.owner, text="It snowed.")

    one_of_each()
    desk.get(path)
    with_one = queries(desk, path)
    one_of_each()
    one_of_each()

    assert queries(desk, path) == with_one


def test_the_queue_is_oldest_first_and_says_who_has_what_in_hand(
    desk: Client, operator: User, case: Vetting
) -> None:
    second = world()
    mine, other = case.apply(), second.apply()
    vetting.claim_application(application=mine, operator=operator)

    seen = page(desk.get("/desk/applications/"))
    assert seen.index(case.provider.name) < seen.index(second.provider.name)
    assert "In your hands" in seen
    free = page(desk.get("/desk/applications/?claimed=free"))
    assert other.public_id in free
    assert mine.public_id not in free
    assert mine.public_id in page(desk.get("/desk/applications/?claimed=mine"))


def test_documents_stand_beside_what_they_wrote(desk: Client, case: Vetting) -> None:
    case.send(number="3141592-6")
    application = case.apply()

    seen = page(desk.get(f"/desk/applications/{application.public_id}/"))

    for expected in (case.provider.name, "3141592-6", case.person.name, "Kalevankatu 12", "Cut"):
        assert expected in seen
    for key in "arxcj/":
        assert (f'data-key="{key}"' in seen) == (key != "j"), key


def test_from_the_claim_to_the_approval(desk: Client, operator: User, case: Vetting) -> None:
    application = case.apply()
    path = f"/desk/applications/{application.public_id}/"
    document = Document.objects.get()

    assert "It is yours" in page(send(desk, f"{path}claim/"))
    refused = send(desk, f"{path}decide/approve/")
    assert refused.status_code == 422
    assert case.again().status == ProviderStatus.SUBMITTED
    send(desk, f"/desk/documents/{document.public_id}/decide/", accept="1")
    send(desk, f"{path}decide/approve/", message="Welcome.")

    assert case.again().status == ProviderStatus.APPROVED
    assert "Welcome." in VettingEntry.objects.get(kind="approved").message
    acts = AuditEntry.objects.filter(actor=f"user:{operator.public_id}")
    assert {entry.action for entry in acts} >= {"application.claim", "document.accept", "provider.approve"}
    assert all(entry.chained for entry in acts)


def test_a_revision_names_its_points_and_speaks_the_businesss_language(desk: Client, case: Vetting) -> None:
    case.provider.language = "zh-hans"
    case.provider.save(update_fields=["language"])
    path = f"/desk/applications/{case.apply().public_id}/decide/revision/"

    assert send(desk, path, reason="unreadable").status_code == 422
    send(desk, path, reason="unreadable", message="Page two.", note_documents="Licence")

    entry = VettingEntry.objects.get(kind="revision_asked")
    assert entry.points == [{"step": "documents", "note": "Licence"}]
    assert entry.message.endswith("Page two.")
    assert "A document cannot be read" not in entry.message
    assert case.again().status == ProviderStatus.REVISION


def test_a_rejection_needs_a_reason(desk: Client, case: Vetting) -> None:
    path = f"/desk/applications/{case.apply().public_id}/decide/reject/"
    assert "Say why" in page(send(desk, path))
    send(desk, path, reason="register")
    assert case.again().status == ProviderStatus.REJECTED


def test_of_two_operators_one_decides(desk: Client, case: Vetting) -> None:
    application = case.apply()
    vetting.claim_application(application=application, operator=case.other)
    path = f"/desk/applications/{application.public_id}/"

    assert "is looking at it" in page(desk.get(path))
    assert send(desk, f"{path}decide/reject/", reason="register").status_code == 422
    send(desk, f"{path}claim/")

    application.refresh_from_db()
    assert application.claimed_by == case.other
    assert case.again().status == ProviderStatus.SUBMITTED


def test_a_document_is_refused_with_a_reason(desk: Client, case: Vetting) -> None:
    case.apply()
    document = Document.objects.get()
    path = f"/desk/documents/{document.public_id}/decide/"

    assert "Say why" in page(send(desk, path))
    send(desk, path, reason="foreign")

    document.refresh_from_db()
    assert (document.status, document.note) == ("refused", "It is about somebody else.")


def test_messages_go_into_the_thread(desk: Client, case: Vetting) -> None:
    path = f"/desk/applications/{case.apply().public_id}/"
    assert "Sent." in page(send(desk, f"{path}write/", message="Which hall?"))
    assert VettingEntry.objects.get(kind="message").side == "operator"


def test_an_appeal_is_decided_by_another_operator(desk: Client, operator: User, case: Vetting) -> None:
    case.approve()
    own = vetting.suspend(provider=case.provider, operator=operator, reason="Unsafe.")
    appeal = vetting.appeal(entry=own, user=case.owner, text="It was mended.")
    path = f"/desk/appeals/{appeal.public_id}/"

    assert "another operator decides" in page(desk.get(path))
    assert send(desk, path, outcome="granted", reason="seen").status_code == 403
    other = sign_in(Client(), make_operator())
    send(other, path, outcome="granted", reason="seen")

    assert Appeal.objects.get().outcome == "granted"
    assert case.again().status == ProviderStatus.APPROVED
