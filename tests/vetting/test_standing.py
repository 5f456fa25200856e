"""Warnings, suspensions, appeals."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from common import clock
from providers.errors import (
    AlreadyDecided,
    EndInvalid,
    NotAppealable,
    NotOfThisBusiness,
    ReasonMissing,
    SameOperator,
    StatusRefused,
)
from providers.models import Appeal, Application, Offering, Provider
from providers.selectors import vetting as read
from providers.services import vetting
from tests.factories import make_outlet, make_staff
from tests.vetting.conftest import Vetting

pytestmark = pytest.mark.django_db


@pytest.fixture
def public(case: Vetting) -> Vetting:
    case.approve()
    return case


def test_a_suspension_takes_everything_out_of_sight_at_once_and_ends_by_itself(public: Vetting) -> None:
    until = clock.now() + timedelta(days=3)
    entry = vetting.suspend(
        provider=public.provider, operator=public.operator, reason="Three complaints.", until=until
    )
    provider = public.again()
    assert (provider.status, provider.suspended_until) == ("suspended", until)
    assert (entry.message, entry.until, read.suspension(provider)) == ("Three complaints.", until, entry)
    assert not Offering.objects.filter(is_live=True).exists()
    assert vetting.end_suspensions() == 0
    Provider.objects.update(suspended_until=clock.now() - timedelta(seconds=1))
    assert vetting.end_suspensions() == 1
    assert (public.again().status, public.again().suspended_until) == ("approved", None)
    assert Offering.objects.get().is_live
    last = read.thread(public.provider).last()
    assert last and (last.kind, last.side) == ("reinstated", "system")
    assert vetting.end_suspensions() == 0


def test_a_suspension_without_end_lasts_until_an_operator_ends_it(public: Vetting) -> None:
    vetting.suspend(provider=public.provider, operator=public.operator, reason="Complaints.")
    assert vetting.end_suspensions() == 0
    vetting.reinstate(provider=public.provider, operator=public.other, message="Sorted out.")
    assert public.again().status == "approved"
    with pytest.raises(StatusRefused):
        vetting.reinstate(provider=public.provider, operator=public.other)


def test_a_suspension_has_a_reason_and_an_end_that_lies_ahead(public: Vetting) -> None:
    now = clock.now()
    with pytest.raises(ReasonMissing):
        vetting.suspend(provider=public.provider, operator=public.operator, reason=" ")
    for until in (now - timedelta(hours=1), now + timedelta(days=1000)):
        with pytest.raises(EndInvalid):
            vetting.suspend(provider=public.provider, operator=public.operator, reason="Why", until=until)
    assert public.again().status == "approved"
    with pytest.raises(IntegrityError, match="only_a_suspension_has_an_end"), transaction.atomic():
        Provider.objects.update(suspended_until=now)


def test_a_draft_is_not_suspended(case: Vetting) -> None:
    with pytest.raises(StatusRefused):
        vetting.suspend(provider=case.provider, operator=case.operator, reason="Why")


def test_a_warning_changes_nothing_but_the_thread_and_may_be_about_a_person(public: Vetting) -> None:
    entry = vetting.warn(
        provider=public.provider, operator=public.operator, reason="Often late.", staff=public.person
    )
    again = vetting.warn(
        provider=public.provider, operator=public.operator, reason="See the course.", retraining=True
    )
    assert (entry.kind, entry.staff, again.kind) == ("warned", public.person, "retraining")
    assert public.again().status == "approved"
    with pytest.raises(NotOfThisBusiness):
        vetting.warn(
            provider=public.provider,
            operator=public.operator,
            reason="Why",
            staff=make_staff(make_outlet()),
        )


def test_an_appeal_is_decided_by_another_operator_and_once(public: Vetting) -> None:
    entry = vetting.suspend(provider=public.provider, operator=public.operator, reason="Complaints.")
    made = vetting.appeal(entry=entry, user=public.owner, text="They were about another shop.")
    assert list(read.open_appeals()) == [made]
    with pytest.raises(NotAppealable):
        vetting.appeal(entry=entry, user=public.owner, text="Once more.")
    with pytest.raises(SameOperator):
        vetting.decide_appeal(appeal=made, operator=public.operator, granted=False, answer="No.")
    with pytest.raises(ReasonMissing):
        vetting.decide_appeal(appeal=made, operator=public.other, granted=True, answer="")
    decided = vetting.decide_appeal(appeal=made, operator=public.other, granted=True, answer="You are right.")
    assert (decided.outcome, decided.decided_by) == ("granted", public.other)
    assert public.again().status == "approved"
    assert [line.kind for line in read.thread(public.provider)][-3:] == [
        "appealed",
        "appeal_granted",
        "reinstated",
    ]
    with pytest.raises(AlreadyDecided):
        vetting.decide_appeal(appeal=made, operator=public.other, granted=False, answer="No.")


def test_the_database_refuses_the_same_operator_too(public: Vetting) -> None:
    entry = vetting.warn(provider=public.provider, operator=public.operator, reason="Late.")
    made = vetting.appeal(entry=entry, user=public.owner, text="It was snowing.")
    with pytest.raises(IntegrityError, match="appeal_is_decided_by_another"), transaction.atomic():
        Appeal.objects.filter(pk=made.pk).update(
            outcome="dismissed", decided_by=public.operator, decided_at=clock.now()
        )


def test_a_dismissed_appeal_leaves_everything_as_it_was(public: Vetting) -> None:
    entry = vetting.suspend(provider=public.provider, operator=public.operator, reason="Complaints.")
    made = vetting.appeal(entry=entry, user=public.owner, text="Please.")
    vetting.decide_appeal(appeal=made, operator=public.other, granted=False, answer="They hold.")
    assert public.again().status == "suspended"


def test_a_rejection_that_was_appealed_with_success_is_looked_at_again(case: Vetting) -> None:
    vetting.reject(application=case.apply(), operator=case.operator, reason="No licence.")
    entry = read.thread(case.again()).get(kind="rejected")
    made = vetting.appeal(entry=entry, user=case.owner, text="It was on page two.")
    vetting.decide_appeal(appeal=made, operator=case.other, granted=True, answer="So it was.")
    assert case.again().status == "submitted"
    assert Application.objects.get(decision="").round == 2


def test_an_appeal_against_what_no_longer_holds_takes_nothing_back(public: Vetting) -> None:
    first = vetting.suspend(provider=public.provider, operator=public.operator, reason="One.")
    made = vetting.appeal(entry=first, user=public.owner, text="No.")
    vetting.reinstate(provider=public.provider, operator=public.operator)
    vetting.suspend(provider=public.provider, operator=public.operator, reason="Two.")
    vetting.decide_appeal(appeal=made, operator=public.other, granted=True, answer="The first was wrong.")
    assert public.again().status == "suspended"


def test_only_decisions_against_the_business_can_be_appealed(case: Vetting) -> None:
    line = vetting.write(provider=case.provider, user=case.operator, message="Hello.", as_operator=True)
    with pytest.raises(NotAppealable):
        vetting.appeal(entry=line, user=case.owner, text="Why?")
