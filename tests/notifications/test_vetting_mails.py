"""What a business is told of its vetting: each thing once, in its owner's language."""

from datetime import timedelta

import pytest
from django.utils import translation

from accounts.models import User
from notifications.models import Message
from providers.models import Document
from providers.services import vetting
from tests.factories import make_outlet
from tests.notifications.conftest import Deliver
from tests.vetting.conftest import Vetting, today, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(db: None) -> Vetting:
    made = world()
    # A decision is published once per outlet, and told once.
    make_outlet(made.provider)
    return made


def test_each_decision_is_told_once_with_its_reason(case: Vetting, deliver: Deliver) -> None:
    application = case.apply()
    assert deliver() == []
    points = [{"step": "documents", "note": "The second page is missing."}]
    vetting.ask_for_revision(
        application=application, operator=case.operator, points=points, message="Nearly there."
    )
    [mail] = deliver()
    assert (mail.to, mail.subject) == (
        ["shop@example.com"],
        f"{case.provider.name}: please change some things",
    )
    assert "Nearly there." in mail.body
    assert "The second page is missing." in mail.body
    assert f"/provider/{case.provider.public_id}/application/#vet_" in mail.body

    vetting.reject(
        application=vetting.submit(provider=case.again(), user=case.owner),
        operator=case.operator,
        reason="The register says closed.",
    )
    [mail] = deliver()
    assert "The register says closed." in mail.body
    assert "You can appeal this once." in mail.body


def test_from_approval_to_suspension_and_back(case: Vetting, deliver: Deliver) -> None:
    case.approve()
    vetting.warn(provider=case.provider, operator=case.operator, reason="Often late.", staff=case.person)
    entry = vetting.suspend(provider=case.provider, operator=case.operator, reason="Complaints.")
    made = vetting.appeal(entry=entry, user=case.owner, text="No.")
    vetting.decide_appeal(appeal=made, operator=case.other, granted=True, answer="You are right.")
    mails = deliver()
    name = case.provider.name
    assert [mail.subject for mail in mails] == [
        f"{name} is approved",
        f"A warning for {name}",
        f"{name} is suspended",
        f"Your appeal for {name} was granted",
        f"{name} is listed again",
    ]
    assert case.person.name in mails[1].body


def test_messages_of_operators_are_told_and_ones_own_are_not(case: Vetting, deliver: Deliver) -> None:
    vetting.write(provider=case.provider, user=case.owner, message="When?")
    vetting.write(provider=case.provider, user=case.operator, message="Today.", as_operator=True)
    [mail] = deliver()
    assert "Today." in mail.body


def test_reminders_of_documents_are_told_once_in_the_owners_language(case: Vetting, deliver: Deliver) -> None:
    case.approve()
    deliver()
    User.objects.filter(pk=case.owner.pk).update(language="zh-hans")
    Document.objects.update(valid_until=today() + timedelta(days=7))
    vetting.remind_of_documents()
    vetting.remind_of_documents()
    [mail] = deliver()
    with translation.override("zh-hans"):
        assert mail.subject.startswith("证件")
    assert f"/provider/{case.provider.public_id}/documents/" in mail.body
    assert Message.objects.latest("pk").language == "zh-hans"


def test_a_reminder_of_what_was_replaced_meanwhile_is_dropped(case: Vetting, deliver: Deliver) -> None:
    case.approve()
    deliver()
    Document.objects.update(valid_until=today() + timedelta(days=7))
    vetting.remind_of_documents()
    case.accepted()
    assert deliver() == []
    assert Message.objects.latest("pk").state == "dropped"


def test_a_document_that_was_refused_or_has_expired_is_told(case: Vetting, deliver: Deliver) -> None:
    vetting.refuse_document(document=case.send(), operator=case.operator, reason="Too dark.")
    [mail] = deliver()
    assert "Too dark." in mail.body
    assert "Licence" in mail.body
    case.approve()
    deliver()
    Document.objects.filter(status="accepted").update(valid_until=today() - timedelta(days=1))
    vetting.expire_documents()
    [mail] = deliver()
    assert mail.subject == f"{case.provider.name}: a document has expired"
