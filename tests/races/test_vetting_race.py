"""Two operators who decide on the same application at the same moment: one of them does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import Q

from accounts.models import User
from common.errors import DomainError
from common.models import AuditEntry
from providers.errors import AlreadyDecided
from providers.models import Appeal, Application, Document, Provider, VettingEntry
from providers.services import vetting
from providers.services.vetting import appeals, applications, record
from tests.factories import make_user
from tests.vetting.conftest import Vetting, world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case() -> Vetting:
    return world()


def at_once(*calls: Callable[[], object]) -> list[str]:
    """Each in a thread of its own: "done", or the code of the refusal."""
    start = Barrier(len(calls), timeout=10)

    def run(call: Callable[[], object]) -> str:
        try:
            start.wait()
            call()
            return "done"
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def decided(case: Vetting) -> list[str]:
    rows = VettingEntry.objects.filter(side="operator").order_by("pk")
    return list(rows.values_list("kind", flat=True))


def ready(case: Vetting) -> Application:
    application = case.apply()
    vetting.accept_document(document=Document.objects.get(), operator=case.operator)
    return application


def test_of_two_who_decide_at_once_one_does_and_the_other_is_told(case: Vetting) -> None:
    application = ready(case)
    ends = at_once(
        lambda: vetting.approve(application=application, operator=case.operator),
        lambda: vetting.reject(application=application, operator=case.other, reason="No licence."),
    )
    assert sorted(ends) == sorted(["done", AlreadyDecided.code])
    assert decided(case) == ["approved" if ends[0] == "done" else "rejected"]
    assert case.again().status == decided(case)[0]


def test_without_the_guards_both_would_have_decided(case: Vetting, monkeypatch: pytest.MonkeyPatch) -> None:
    application = ready(case)
    both_looked = Barrier(2, timeout=10)

    def look_and_wait(pk: int) -> Provider:
        found = Provider.objects.get(pk=pk)
        both_looked.wait()
        return found

    def settle(application: Application, operator: User, decision: str) -> Application:
        return application

    monkeypatch.setattr(applications, "lock_provider", look_and_wait)
    monkeypatch.setattr(applications, "_settle", settle)
    # Without the lock the event's number is taken twice as well: look at the thread alone.
    monkeypatch.setattr(record, "tell", lambda *args, **kwargs: None)
    ends = at_once(
        lambda: vetting.approve(application=application, operator=case.operator),
        lambda: vetting.approve(application=application, operator=case.other),
    )
    assert ends == ["done", "done"]
    assert decided(case) == ["approved", "approved"]


def test_of_two_who_claim_at_once_one_has_it(case: Vetting) -> None:
    application = case.apply()
    ends = at_once(
        *(
            lambda who=who: vetting.claim_application(application=application, operator=who)
            for who in (case.operator, case.other)
        )
    )
    assert sorted(ends) == ["application_claimed", "done"]


def test_of_two_appeals_at_once_one_is_made(case: Vetting) -> None:
    case.approve()
    entry = vetting.suspend(provider=case.provider, operator=case.operator, reason="Complaints.")
    ends = at_once(*(lambda: vetting.appeal(entry=entry, user=case.owner, text="No.") for _ in range(2)))
    assert sorted(ends) == ["done", "not_appealable"]


def contested(case: Vetting) -> Appeal:
    """An appeal against what a third operator decided."""
    case.approve()
    entry = vetting.suspend(
        provider=case.provider, operator=make_user(is_operator=True), reason="Complaints."
    )
    return vetting.appeal(entry=entry, user=case.owner, text="No.")


def test_of_two_who_claim_an_appeal_at_once_one_has_it(case: Vetting) -> None:
    made = contested(case)
    ends = at_once(
        *(
            lambda who=who: vetting.claim_appeal(appeal=Appeal.objects.get(pk=made.pk), operator=who)
            for who in (case.operator, case.other)
        )
    )
    assert sorted(ends) == ["appeal_claimed", "done"]
    holder = case.operator if ends[0] == "done" else case.other
    assert Appeal.objects.get().claimed_by == holder
    assert AuditEntry.objects.filter(action="appeal.claim").count() == 1


def test_without_the_guard_both_would_have_claimed_it(case: Vetting, monkeypatch: pytest.MonkeyPatch) -> None:
    made = contested(case)
    monkeypatch.setattr(appeals, "in_reach", lambda operator: Q())
    ends = at_once(
        *(
            lambda who=who: vetting.claim_appeal(appeal=Appeal.objects.get(pk=made.pk), operator=who)
            for who in (case.operator, case.other)
        )
    )
    assert ends == ["done", "done"]


def test_of_two_who_decide_an_appeal_at_once_one_does(case: Vetting) -> None:
    made = contested(case)
    ends = at_once(
        lambda: vetting.decide_appeal(appeal=made, operator=case.operator, granted=True, answer="Yes."),
        lambda: vetting.decide_appeal(appeal=made, operator=case.other, granted=False, answer="No."),
    )
    assert sorted(ends) == ["already_decided", "done"]
    assert case.again().status == ("approved" if ends[0] == "done" else "suspended")


def test_who_claims_while_another_decides_gets_one_end(case: Vetting) -> None:
    made = contested(case)
    ends = at_once(
        lambda: vetting.decide_appeal(appeal=made, operator=case.operator, granted=True, answer="Yes."),
        lambda: vetting.claim_appeal(appeal=Appeal.objects.get(pk=made.pk), operator=case.other),
    )
    assert ends in (["done", "already_decided"], ["appeal_claimed", "done"])


def test_of_a_person_and_their_business_who_appeal_at_once_both_do(case: Vetting) -> None:
    case.approve()
    entry = vetting.warn(
        provider=case.provider, operator=case.operator, reason="Often late.", staff=case.person
    )
    ends = at_once(
        lambda: vetting.appeal(entry=entry, user=case.owner, text="No."),
        lambda: vetting.appeal(entry=entry, user=case.staff, text="No.", person=case.person),
        lambda: vetting.appeal(entry=entry, user=case.staff, text="No.", person=case.person),
    )
    assert ends[0] == "done"
    assert sorted(ends[1:]) == ["done", "not_appealable"]
    assert Appeal.objects.count() == 2
