"""Nobody decides in their own cause: operators who belong to the business are refused, whatever the verb."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from providers.enums import Role
from providers.errors import OwnCause
from providers.models import Application, Document, Membership
from providers.services import vetting
from tests.vetting.conftest import Vetting

pytestmark = pytest.mark.django_db
Verb = Callable[[User], Any]


def refused(case: Vetting, *verbs: Verb) -> None:
    """Each verb is refused to an operator who belongs to the business, and changes nothing."""
    Membership.objects.create(provider=case.provider, user=case.operator, role=Role.STAFF)
    before = (case.again().status, list(Document.objects.values_list("status", flat=True)))
    for verb in verbs:
        with pytest.raises(OwnCause):
            verb(case.operator)
    assert (case.again().status, list(Document.objects.values_list("status", flat=True))) == before


def test_an_application_of_ones_own(case: Vetting) -> None:
    application = case.apply()
    points = [{"step": "hours", "note": "Say when."}]
    refused(
        case,
        lambda by: vetting.claim_application(application=application, operator=by),
        lambda by: vetting.approve(application=application, operator=by),
        lambda by: vetting.reject(application=application, operator=by, reason="No."),
        lambda by: vetting.ask_for_revision(
            application=application, operator=by, points=points, message="Nearly."
        ),
        lambda by: vetting.write(provider=case.provider, user=by, message="Fine!", as_operator=True),
    )
    assert Application.objects.get().decision == ""
    assert Application.objects.get().claimed_by is None


def test_a_document_of_ones_own(case: Vetting) -> None:
    document = case.send()
    refused(
        case,
        lambda by: vetting.accept_document(document=document, operator=by),
        lambda by: vetting.refuse_document(document=document, operator=by, reason="No."),
    )


def test_measures_against_ones_own(case: Vetting) -> None:
    case.approve()
    refused(
        case,
        lambda by: vetting.warn(provider=case.provider, operator=by, reason="Late."),
        lambda by: vetting.suspend(provider=case.provider, operator=by, reason="Late."),
    )


def test_a_suspension_and_an_appeal_of_ones_own(case: Vetting) -> None:
    case.approve()
    entry = vetting.suspend(provider=case.provider, operator=case.other, reason="Late.")
    made = vetting.appeal(entry=entry, user=case.owner, text="No.")
    refused(
        case,
        lambda by: vetting.reinstate(provider=case.provider, operator=by),
        lambda by: vetting.decide_appeal(appeal=made, operator=by, granted=True, answer="Yes."),
    )


def test_somebody_else_decides(case: Vetting) -> None:
    application = case.apply()
    Membership.objects.create(provider=case.provider, user=case.operator, role=Role.OWNER)
    vetting.accept_document(document=Document.objects.get(), operator=case.other)
    assert vetting.approve(application=application, operator=case.other).decision == "approved"
