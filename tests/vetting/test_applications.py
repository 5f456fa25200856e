"""An application from its first step to the decision."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from common import clock
from common.models import AuditEntry, Event
from providers.enums import ProviderStatus
from providers.errors import (
    AlreadyDecided,
    ApplicationClaimed,
    DocumentsUndecided,
    NotReady,
    PointsInvalid,
    ReasonMissing,
    StatusRefused,
)
from providers.models import Application, Offering, VettingEntry
from providers.selectors import vetting as read
from providers.services import vetting
from tests.factories import make_category, make_provider, make_service, make_staff, make_user
from tests.vetting.conftest import Vetting, make_kind

pytestmark = pytest.mark.django_db
POINTS = [{"step": "documents", "note": "The second page is missing."}]


def kinds(case: Vetting) -> list[str]:
    return list(
        VettingEntry.objects.filter(provider=case.provider).order_by("pk").values_list("kind", flat=True)
    )


def test_a_business_without_anything_is_told_what_is_missing() -> None:
    provider = make_provider(status=ProviderStatus.DRAFT, approved_at=None, email="")
    with pytest.raises(NotReady) as refused:
        vetting.submit(provider=provider, user=make_user())
    assert refused.value.data == {"missing": ["business", "outlet", "service", "staff", "hours"]}


def test_required_papers_are_asked_for_by_what_is_sold_and_by_whom(case: Vetting) -> None:
    beauty = make_category("beauty")
    case.category.parent = beauty
    case.category.save()
    make_kind("identity", beauty, subject="person")
    make_kind("insurance", beauty, required=False)
    make_kind("roadworthy", make_category("wash"))
    idle = make_staff(case.outlet, name="Zoe")
    found = [
        (need.kind.slug, need.staff, need.is_required, need.is_sent) for need in read.needs(case.provider)
    ]
    assert found == [
        ("licence", None, True, False),
        ("insurance", None, False, False),
        ("identity", case.person, True, False),
    ]
    assert read.missing(case.provider) == ["documents"]
    make_service(case.outlet, staff=[idle], category=case.category)
    assert [need.staff for need in read.needs(case.provider) if need.staff] == [case.person, idle]


def test_steps_are_done_as_the_data_says(case: Vetting) -> None:
    assert [(step.name, step.is_done) for step in read.steps(case.provider)] == [
        ("business", True),
        ("outlets", True),
        ("hours", True),
        ("services", True),
        ("staff", True),
        ("documents", False),
    ]
    case.send()
    assert all(step.is_done for step in read.steps(case.provider))


def test_approval_makes_it_public_and_the_thread_tells_all_of_it(case: Vetting) -> None:
    application = case.apply()
    assert (application.round, case.again().status) == (1, "submitted")
    assert not Offering.objects.filter(is_live=True).exists()
    with pytest.raises(DocumentsUndecided) as refused:
        vetting.approve(application=application, operator=case.operator)
    assert refused.value.data == {"kinds": ["licence"]}
    assert Application.objects.get().decision == ""
    [document] = read.documents(case.provider)
    vetting.accept_document(document=document, operator=case.operator)
    vetting.approve(application=application, operator=case.operator, message="Welcome.")
    assert case.again().status == "approved"
    assert Offering.objects.get().is_live
    assert kinds(case) == ["submitted", "approved"]
    entry = AuditEntry.objects.get(action="provider.approve")
    assert (entry.actor, entry.object_id) == (f"user:{case.operator.public_id}", case.provider.public_id)
    # What operators decide is chained, what the business does is not.
    assert entry.chained
    assert not AuditEntry.objects.get(action="provider.submit").chained
    types = Event.objects.filter(subject_id=case.provider.public_id).order_by("seq")
    assert list(types.values_list("type", flat=True)) == [
        "provider.submitted",
        "document.accepted",
        "provider.approved",
    ]


def test_a_revision_names_points_that_stand_at_their_steps_until_it_is_sent_again(case: Vetting) -> None:
    application = case.apply()
    for points in ([], [{"step": "colour", "note": "Blue"}], [{"step": "staff", "note": "  "}]):
        with pytest.raises(PointsInvalid):
            vetting.ask_for_revision(
                application=application, operator=case.operator, points=points, message="See below."
            )
    with pytest.raises(ReasonMissing):
        vetting.ask_for_revision(application=application, operator=case.operator, points=POINTS, message=" ")
    vetting.ask_for_revision(
        application=application, operator=case.operator, points=POINTS, message="Nearly there."
    )
    assert case.again().status == "revision"
    steps = {step.name: step.points for step in read.steps(case.again())}
    assert steps["documents"] == ("The second page is missing.",)
    again = vetting.submit(provider=case.again(), user=case.owner, message="Here it is.")
    assert (again.round, read.open_points(case.again())) == (2, [])
    assert kinds(case) == ["submitted", "revision_asked", "submitted"]


def test_a_rejection_says_why_and_the_business_may_apply_anew(case: Vetting) -> None:
    application = case.apply()
    with pytest.raises(ReasonMissing):
        vetting.reject(application=application, operator=case.operator, reason="")
    vetting.reject(application=application, operator=case.operator, reason="The licence is not theirs.")
    assert case.again().status == "rejected"
    assert vetting.submit(provider=case.again(), user=case.owner).round == 2


def test_only_one_operator_has_it_in_hand_and_the_claim_ends(case: Vetting) -> None:
    application = case.apply()
    vetting.claim_application(application=application, operator=case.operator)
    with pytest.raises(ApplicationClaimed):
        vetting.claim_application(application=application, operator=case.other)
    with pytest.raises(ApplicationClaimed):
        vetting.reject(application=application, operator=case.other, reason="No")
    with pytest.raises(ApplicationClaimed):
        vetting.release_application(application=application, operator=case.other)
    assert list(read.applications(claimed="mine", operator_id=case.operator.pk)) == [application]
    assert not read.applications(claimed="free").exists()
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert read.applications(claimed="free").get() == application
        vetting.claim_application(application=application, operator=case.other)
    vetting.release_application(application=application, operator=case.other)
    assert Application.objects.get().claimed_by is None


def test_it_is_decided_once(case: Vetting) -> None:
    application = case.apply()
    vetting.reject(application=application, operator=case.operator, reason="No")
    for again in (
        lambda: vetting.reject(application=application, operator=case.other, reason="No"),
        lambda: vetting.approve(application=application, operator=case.other),
        lambda: vetting.claim_application(application=application, operator=case.other),
        lambda: vetting.release_application(application=application, operator=case.operator),
    ):
        with pytest.raises(AlreadyDecided):
            again()
    assert kinds(case) == ["submitted", "rejected"]


def test_it_is_sent_once(case: Vetting) -> None:
    case.apply()
    with pytest.raises(StatusRefused):
        vetting.submit(provider=case.provider, user=case.owner)
    with pytest.raises(IntegrityError, match="one_open_application_per_business"), transaction.atomic():
        Application.objects.create(provider=case.provider, round=2, submitted_by="system")


def test_the_queue_is_oldest_first_and_by_category(case: Vetting) -> None:
    application = case.apply()
    assert [row.undecided for row in read.applications()] == [1]
    assert list(read.applications(category="hair")) == [application]
    assert not read.applications(category="wash").exists()


def test_the_thread_is_never_changed(case: Vetting) -> None:
    vetting.write(provider=case.provider, user=case.owner, message="When do you look at it?")
    vetting.write(provider=case.provider, user=case.operator, message="Today.", as_operator=True)
    assert [(entry.side, entry.message) for entry in read.thread(case.provider)] == [
        ("provider", "When do you look at it?"),
        ("operator", "Today."),
    ]
    for change in (
        lambda: VettingEntry.objects.update(message="Never."),
        lambda: VettingEntry.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
