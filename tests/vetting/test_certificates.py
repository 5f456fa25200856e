"""Certificates that hold are badges on a person's card; of the document nothing is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import clock
from providers.enums import ProviderStatus
from providers.models import Document, DocumentKind
from providers.services import vetting
from tests.factories import make_staff, make_user
from tests.vetting.conftest import Vetting, make_document, make_kind, today, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(db: None) -> Vetting:
    return world(ProviderStatus.APPROVED)


@pytest.fixture
def diploma(case: Vetting) -> DocumentKind:
    return make_kind("diploma", subject="person", is_badge=True)


def certify(case: Vetting, kind: DocumentKind, **fields: Any) -> Document:
    """A paper of the person's that was accepted."""
    fields.setdefault("staff", case.person)
    given = {"status": "accepted", "decided_at": clock.now(), "decided_by": case.operator, **fields}
    return make_document(case.provider, kind, **given)


def page(case: Vetting) -> str:
    return Client().get(f"/o/{case.outlet.public_id}", follow=True).content.decode()


def told(case: Vetting) -> list[list[str]]:
    staff = Client().get(f"/api/v1/outlets/{case.outlet.public_id}").json()["staff"]
    return [person["certificates"] for person in staff if person["id"] == case.person.public_id]


def test_one_that_holds_is_shown_by_its_kind_alone(case: Vetting, diploma: DocumentKind) -> None:
    paper = certify(case, diploma, number="D-1234", valid_until=today() + timedelta(days=40))
    certify(case, make_kind("identity", subject="person"))
    assert "Checked: Diploma" in page(case)
    assert told(case) == [["diploma"]]
    everything = page(case) + Client().get(f"/api/v1/outlets/{case.outlet.public_id}").content.decode()
    assert paper.file is not None
    for secret in ("D-1234", paper.public_id, paper.file.public_id, "Identity", "identity"):
        assert secret not in everything


def test_it_holds_to_the_end_of_its_last_day(case: Vetting, diploma: DocumentKind) -> None:
    certify(case, diploma, valid_until=today())
    assert told(case) == [["diploma"]]
    with clock.at(clock.now() + timedelta(days=1)):
        assert told(case) == [[]], "also before the worker has come by"
        assert "Checked: Diploma" not in page(case)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "submitted", "decided_at": None, "decided_by": None},
        {"status": "refused"},
        {"status": "expired"},
        {"status": "replaced", "replaced_at": clock.now()},
        {"valid_from": today() + timedelta(days=2)},
        {"staff": None},
    ],
)
def test_nothing_else_is_a_badge(case: Vetting, diploma: DocumentKind, fields: dict[str, Any]) -> None:
    certify(case, diploma, **fields)
    assert told(case) == [[]]
    assert "Checked: Diploma" not in page(case)


def test_a_kind_that_operators_take_back_is_gone_at_once(case: Vetting, diploma: DocumentKind) -> None:
    certify(case, diploma)
    DocumentKind.objects.filter(pk=diploma.pk).update(archived_at=clock.now())
    assert told(case) == [[]]
    DocumentKind.objects.filter(pk=diploma.pk).update(archived_at=None, is_badge=False)
    assert told(case) == [[]]


def test_papers_of_businesses_are_no_badges(case: Vetting) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_kind("register", subject="business", is_badge=True)


def test_many_cost_as_many_statements_as_one(case: Vetting, diploma: DocumentKind) -> None:
    certify(case, diploma)
    counts = []
    for more in (0, 3):
        for _ in range(more):
            certify(case, diploma, staff=make_staff(case.outlet))
        page(case)
        with CaptureQueriesContext(connection) as of_page:
            shown = page(case)
        with CaptureQueriesContext(connection) as of_api:
            told(case)
        counts.append((len(of_page), len(of_api)))
        assert shown.count("Checked: Diploma") == 1 + more
    assert counts[0] == counts[1]


def test_an_accepted_one_appears(case: Vetting, diploma: DocumentKind) -> None:
    paper = make_document(case.provider, diploma, staff=case.person)
    assert told(case) == [[]]
    vetting.accept_document(document=paper, operator=make_user(is_operator=True))
    assert told(case) == [["diploma"]]
