"""A business's way to approval on its pages and in its API: steps, documents, the thread, appeals."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.tokens import create_token
from common import clock
from common.models import AuditEntry
from frontend.templatetags.look import plain_date
from providers.models import Appeal, Document, VettingEntry
from providers.services import vetting
from tests.signing_in import sign_in
from tests.vetting.conftest import Vetting, make_document, make_kind, scan, today, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(db: None) -> Vetting:
    return world()


def browser(user: User, **more: Any) -> Client:
    client = Client()
    sign_in(client, user, **more)
    return client


def base(case: Vetting) -> str:
    return f"/provider/{case.provider.public_id}/"


def key() -> str:
    return str(uuid.uuid4())


def test_from_a_missing_document_to_being_sent(case: Vetting) -> None:
    owner = browser(case.owner)
    page = owner.get(f"{base(case)}application/")
    assert not page.context["can_send"]
    assert page.context["way"].first_open.name == "documents"
    page = owner.get(f"{base(case)}documents/")
    assert "Needed" in page.content.decode()
    address = f"{base(case)}documents/new/licence/"
    fields = {"file": scan(), "valid_until": (today() + timedelta(days=90)).isoformat(), "key": key()}
    answer = owner.post(address, fields)
    assert answer.headers["Location"] == f"{base(case)}documents/"
    document = Document.objects.get()
    assert (document.status, document.submitted_by) == ("submitted", f"user:{case.owner.public_id}")
    page = owner.get(f"{base(case)}application/")
    assert page.context["can_send"]
    owner.post(f"{base(case)}submit/", {"message": "Please look soon."})
    assert case.again().status == "submitted"
    page = owner.get(f"{base(case)}application/")
    assert "Please look soon." in page.content.decode()
    # Sent: the workplace's own rail is back.
    assert owner.get(f"{base(case)}outlets/").context["way"] is None


def test_a_form_sent_twice_sends_one_document(case: Vetting) -> None:
    owner = browser(case.owner)
    fields = {"valid_until": (today() + timedelta(days=90)).isoformat(), "key": key()}
    for _ in range(2):
        owner.post(f"{base(case)}documents/new/licence/", {**fields, "file": scan()})
    assert Document.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({}, "file", "required"),
        ({"file": "text"}, "file", "This kind of file is not taken"),
        ({"file": "scan", "valid_until": ""}, "valid_until", "required"),
        ({"file": "scan", "valid_until": "2020-01-01"}, "valid_until", "a last day that lies ahead"),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    case: Vetting, fields: dict[str, Any], field: str, words: str
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    files = {"text": SimpleUploadedFile("licence.pdf", b"no pdf", "application/pdf"), "scan": scan()}
    sent = {"valid_until": (today() + timedelta(days=9)).isoformat(), "key": key(), **fields}
    if "file" in sent:
        sent["file"] = files[sent["file"]]
    page = browser(case.owner).post(f"{base(case)}documents/new/licence/", sent)
    assert page.status_code == 422
    assert words in str(page.context["form"].errors[field])
    assert not Document.objects.exists()


def test_a_document_about_a_person_names_them_and_only_ones_own(case: Vetting) -> None:
    make_kind("identity", case.category, subject="person", asks_number=True)
    other = world()
    owner = browser(case.owner)
    address = f"{base(case)}documents/new/identity/"
    assert owner.get(address).status_code == 404
    assert owner.get(f"{address}?staff={other.person.public_id}").status_code == 404
    fields = {"file": scan(), "number": "A123", "key": key()}
    owner.post(f"{address}?staff={case.person.public_id}", fields)
    document = Document.objects.get()
    assert (document.staff, document.number) == (case.person, "A123")


def test_a_persons_documents_stand_on_their_page(case: Vetting) -> None:
    kind = make_kind("identity", case.category, subject="person", asks_until=True)
    owner = browser(case.owner)
    address = f"{base(case)}staff/{case.person.public_id}/"
    send = f"{base(case)}documents/new/identity/?staff={case.person.public_id}"
    page = owner.get(address)
    assert send in page.content.decode()
    assert "Needed" in page.content.decode()
    last = today() + timedelta(days=200)
    document = make_document(
        case.provider,
        kind,
        staff=case.person,
        status="accepted",
        valid_until=last,
        decided_at=clock.now(),
        decided_by=case.owner,
    )
    page = owner.get(address)
    text = page.content.decode()
    assert [need.current for need, _name in page.context["papers"]] == [document]
    assert "Accepted" in text
    assert f"Valid until {plain_date(last)} {last.year}." in text
    # To be replaced; what is about the business is not here.
    assert send in text
    assert "documents/new/licence/" not in text


def test_reviews_are_reached_from_the_overview(case: Vetting) -> None:
    text = browser(case.owner).get(base(case)).content.decode()
    listed = text[text.index('id="more"') :]
    assert f'{base(case)}reviews/"' in listed[: listed.index("</nav>")]


def test_the_file_opens_for_managers_and_operators_and_each_opening_is_written_down(case: Vetting) -> None:
    document = vetting.submit_document(
        provider=case.provider, kind="licence", upload=scan(), user=case.owner, valid_until=today()
    )
    path = f"/documents/{document.public_id}"
    for user in (case.owner, case.manager, case.operator):
        answer = browser(user).get(path)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]
    for user in (case.staff, case.stranger, world().owner):
        assert browser(user).get(path).status_code == 404
    assert AuditEntry.objects.filter(action="document.open").count() == 3


def test_points_of_a_revision_stand_at_the_step_they_name(case: Vetting) -> None:
    points = [{"step": "hours", "note": "Leave Saturdays out."}, {"step": "documents", "note": "Page two?"}]
    vetting.ask_for_revision(
        application=case.apply(), operator=case.operator, points=points, message="Nearly there."
    )
    owner = browser(case.owner)
    hours = owner.get(f"{base(case)}outlets/{case.outlet.public_id}/hours/").content.decode()
    assert "Leave Saturdays out." in hours
    assert "Page two?" not in hours
    assert "Page two?" in owner.get(f"{base(case)}documents/").content.decode()
    overview = owner.get(f"{base(case)}application/").content.decode()
    assert "Nearly there." in overview
    assert overview.count("Page two?") == 2  # at its step, and in the thread
    # Staff work on, and see nothing of it.
    assert "Page two?" not in browser(case.staff).get(base(case)).content.decode()
    assert browser(case.staff).get(f"{base(case)}application/").status_code == 403


def test_writing_and_appealing_from_the_thread(case: Vetting) -> None:
    case.approve()
    entry = vetting.suspend(provider=case.provider, operator=case.operator, reason="Three complaints.")
    manager = browser(case.manager)
    page = manager.get(f"{base(case)}application/").content.decode()
    assert "Three complaints." in page
    address = f"{base(case)}application/appeal/{entry.public_id}/"
    assert address in page
    assert "Three complaints." in manager.get(base(case)).content.decode()
    assert manager.post(address, {"text": " ", "key": key()}).status_code == 422
    same = key()
    for _ in range(2):
        answer = manager.post(address, {"text": "They were about another shop.", "key": same})
        assert answer.headers["Location"] == f"{base(case)}application/"
    assert Appeal.objects.get().text == "They were about another shop."
    assert address not in manager.get(f"{base(case)}application/").content.decode()
    again = manager.post(address, {"text": "Once more.", "key": key()})
    assert (again.status_code, "cannot be appealed" in again.content.decode()) == (422, True)
    manager.post(f"{base(case)}application/write/", {"message": "When do you decide?", "key": key()})
    assert VettingEntry.objects.filter(kind="message").get().user == case.manager


def test_the_thread_of_another_business_is_not_there(case: Vetting) -> None:
    other = world()
    other.approve()
    entry = vetting.warn(provider=other.provider, operator=other.operator, reason="Late.")
    owner = browser(case.owner)
    assert owner.get(f"{base(case)}application/appeal/{entry.public_id}/").status_code == 404
    assert owner.get(f"{base(other)}application/").status_code == 404


class Api:
    """The owner's app."""

    def __init__(self, case: Vetting) -> None:
        scopes = ["catalogue:read", "catalogue:write"]
        _, secret = create_token(user=case.owner, name="app", scopes=scopes)
        self.client = Client(headers={"authorization": f"Bearer {secret}"})
        self.base = f"/api/v1/provider/businesses/{case.provider.public_id}"

    def get(self, path: str) -> Any:
        return self.client.get(f"{self.base}{path}").json()

    def post(self, path: str, data: Any, *, form: bool = False, again: str = "") -> Any:
        headers = {"idempotency-key": again or key()}
        kind = {} if form else {"content_type": "application/json"}
        return self.client.post(f"{self.base}{path}", data, headers=headers, **kind)


def test_the_whole_way_by_the_api(case: Vetting) -> None:
    api = Api(case)
    [need] = api.get("/document-needs")["items"]
    assert (need["kind"], need["required"], need["holds"], need["document"]) == ("licence", True, False, None)
    assert api.get("/application")["can_submit"] is False
    until = (today() + timedelta(days=90)).isoformat()
    same = key()
    sent = [
        api.post(
            "/documents", {"kind": "licence", "valid_until": until, "file": scan()}, form=True, again=same
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert sent[0].json() == sent[1].json()
    document = sent[0].json()
    assert (document["status"], document["valid_until"]) == ("submitted", until)
    assert "number" not in document
    assert api.get("/documents")["items"] == [document]
    assert api.get("/application")["can_submit"] is True
    assert api.post("/submit", {}).json()["status"] == "submitted"
    assert api.post("/thread", {"message": "Hello."}).status_code == 201
    vetting.reject(
        application=case.provider.applications.get(), operator=case.operator, reason="Closed in spring."
    )
    entries = api.get("/thread")["items"]
    assert [(entry["kind"], entry["can_appeal"]) for entry in entries] == [
        ("submitted", False),
        ("message", False),
        ("rejected", True),
    ]
    appeal = f"/thread/{entries[2]['id']}/appeal"
    assert api.post(appeal, {"text": "It was not."}).status_code == 201
    refused = api.post(appeal, {"text": "It was not."})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_appealable")


def test_what_the_api_refuses_of_a_document(case: Vetting) -> None:
    api = Api(case)
    until = (today() + timedelta(days=90)).isoformat()
    for fields, code in (
        ({"kind": "licence", "valid_until": until}, "upload_empty"),
        ({"kind": "licence", "file": scan()}, "document_incomplete"),
        ({"kind": "passport", "file": scan()}, "document_kind_unknown"),
        ({"kind": "licence", "staff": "stf_nobody", "file": scan()}, "not_of_this_business"),
    ):
        answer = api.post("/documents", fields, form=True)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not Document.objects.exists()


def test_nobody_accepts_their_own_document(case: Vetting) -> None:
    fields = {"kind": "licence", "valid_until": (today() + timedelta(days=9)).isoformat(), "file": scan()}
    more = {"status": "accepted", "decided_at": "2026-01-01T00:00Z", "decided_by": str(case.operator.pk)}
    assert Api(case).post("/documents", {**fields, **more}, form=True).json()["status"] == "submitted"
    owner = browser(case.owner)
    owner.post(f"{base(case)}documents/new/licence/", {**fields, **more, "file": scan(), "key": key()})
    assert list(Document.objects.order_by("pk").values_list("status", "decided_by")) == [
        ("replaced", None),
        ("submitted", None),
    ]
