"""Appeals: in one operator's hands at a time, and open to the person whom a decision concerns."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from accounts.services.tokens import create_token
from common import clock
from common.errors import NotFound
from common.models import AuditEntry
from providers.enums import Role
from providers.errors import AlreadyDecided, AppealClaimed, NotAppealable, SameOperator
from providers.models import Appeal, VettingEntry
from providers.selectors import vetting as read
from providers.services import vetting
from tests.bookings.test_api import Api, refused
from tests.factories import make_member, make_staff
from tests.signing_in import make_operator, sign_in
from tests.vetting.conftest import Vetting

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(case: Vetting) -> User:
    """The account of the person who serves at the approved business."""
    case.approve()
    return make_member(case.provider, Role.STAFF, staff=case.person)


@pytest.fixture
def notice(case: Vetting, person: User) -> VettingEntry:
    """A notice about that person."""
    return vetting.warn(
        provider=case.provider, operator=case.operator, reason="Often late.", staff=case.person
    )


@pytest.fixture
def made(case: Vetting, notice: VettingEntry) -> Appeal:
    """The business's appeal against it."""
    return vetting.appeal(entry=notice, user=case.owner, text="The tram was.")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# In one operator's hands


def test_who_has_it_in_hand_decides_and_nobody_else(case: Vetting, made: Appeal) -> None:
    third = make_operator()
    vetting.claim_appeal(appeal=made, operator=case.other)

    with pytest.raises(AppealClaimed):
        vetting.claim_appeal(appeal=made, operator=third)
    with pytest.raises(AppealClaimed):
        vetting.release_appeal(appeal=made, operator=third)
    with pytest.raises(AppealClaimed):
        vetting.decide_appeal(appeal=made, operator=third, granted=True, answer="Yes.")
    assert VettingEntry.objects.filter(kind="appeal_granted").count() == 0

    decided = vetting.decide_appeal(appeal=made, operator=case.other, granted=True, answer="Yes.")
    assert (decided.outcome, decided.claimed_by, decided.claimed_until) == ("granted", None, None)
    for late in (vetting.claim_appeal, vetting.release_appeal):
        with pytest.raises(AlreadyDecided):
            late(appeal=made, operator=case.other)


def test_given_back_or_left_for_half_an_hour_anybody_takes_it(case: Vetting, made: Appeal) -> None:
    third = make_operator()
    vetting.claim_appeal(appeal=made, operator=case.other)
    vetting.release_appeal(appeal=made, operator=case.other)
    assert vetting.claim_appeal(appeal=made, operator=third).claimed_by == third
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert vetting.claim_appeal(appeal=made, operator=case.other).claimed_by == case.other
    acts = AuditEntry.objects.filter(object_id=made.public_id, action__startswith="appeal.").order_by("pk")
    assert [act.action for act in acts] == ["appeal.claim", "appeal.release", "appeal.claim", "appeal.claim"]


def test_whose_decision_it_was_cannot_take_it(case: Vetting, made: Appeal) -> None:
    with pytest.raises(SameOperator):
        vetting.claim_appeal(appeal=made, operator=case.operator)
    with pytest.raises(IntegrityError, match="appeal_is_claimed_by_another"), transaction.atomic():
        Appeal.objects.update(claimed_by=case.operator, claimed_until=clock.now())
    with pytest.raises(IntegrityError, match="appeal_claim_has_its_end"), transaction.atomic():
        Appeal.objects.update(claimed_by=case.other)


def test_the_desk_claims_shows_and_gives_back(case: Vetting, made: Appeal) -> None:
    me, other = make_operator(name="Otso"), make_operator(name="Ilves")
    mine, theirs = sign_in(Client(), me), sign_in(Client(), other)
    path = f"/desk/appeals/{made.public_id}/"

    said = mine.post(f"{path}claim/", {"key": str(uuid.uuid4())}, follow=True).content.decode()
    assert "It is yours for half an hour." in said
    assert made.public_id in mine.get("/desk/appeals/?claimed=mine").content.decode()
    assert made.public_id not in theirs.get("/desk/appeals/?claimed=free").content.decode()
    page = theirs.get(path).content.decode()
    assert "is looking at it" in page
    assert 'name="outcome"' not in page
    form = {"outcome": "granted", "reason": "seen", "key": str(uuid.uuid4())}
    assert theirs.post(path, form).status_code == 422
    assert Appeal.objects.get().outcome == ""

    mine.post(f"{path}release/", {"key": str(uuid.uuid4())})
    assert made.public_id in theirs.get("/desk/appeals/?claimed=free").content.decode()
    assert theirs.post(path, {**form, "key": str(uuid.uuid4())}).status_code == 302
    assert Appeal.objects.get().decided_by == other


# By the person themselves


def test_a_person_reads_what_concerns_them_and_appeals_whatever_the_business_did(
    case: Vetting, person: User, made: Appeal
) -> None:
    notice = made.entry
    browser = signed_in(person)
    here = f"/provider/{case.provider.public_id}/"
    page = browser.get(here).content.decode()
    assert "Often late." in page
    path = f"{here}notices/{notice.public_id}/appeal/"
    assert path in page
    assert "Managers of the business read" in browser.get(path).content.decode()

    form = {"text": "My shift began at ten.", "key": str(uuid.uuid4())}
    for _ in range(2):
        assert browser.post(path, form)["Location"] == here

    own = Appeal.objects.get(by_person=True)
    assert (own.entry, own.made_by, own.against) == (notice, person, case.operator)
    assert path not in browser.get(here).content.decode()
    again = browser.post(path, {"text": "Once more.", "key": str(uuid.uuid4())})
    assert again.status_code == 422
    with pytest.raises(SameOperator):
        vetting.decide_appeal(appeal=own, operator=case.operator, granted=False, answer="No.")

    desk = sign_in(Client(), make_operator())
    assert "(appeals in person)" in desk.get("/desk/appeals/").content.decode()
    vetting.decide_appeal(appeal=own, operator=case.other, granted=True, answer="The shift plan says so.")
    page = browser.get(here).content.decode()
    assert "The shift plan says so." in page
    assert "Your appeal" in page
    assert "The business&#x27;s appeal" in page or "The business's appeal" in page


def test_only_that_person_does(case: Vetting, person: User, notice: VettingEntry) -> None:
    colleague = make_member(case.provider, Role.STAFF, staff=make_staff(case.outlet))
    here = f"/provider/{case.provider.public_id}/"
    for user in (colleague, case.manager, case.owner, case.staff):
        browser = signed_in(user)
        assert "Often late." not in browser.get(here).content.decode()
        form = {"text": "No.", "key": str(uuid.uuid4())}
        assert browser.post(f"{here}notices/{notice.public_id}/appeal/", form).status_code == 404
    with pytest.raises(NotAppealable):
        vetting.appeal(entry=notice, user=colleague, text="No.", person=make_staff(case.outlet))
    about_all = vetting.warn(provider=case.provider, operator=case.operator, reason="Dirty floor.")
    with pytest.raises(NotAppealable):
        vetting.appeal(entry=about_all, user=person, text="No.", person=case.person)
    with pytest.raises(NotFound):
        read.find_notice(case.person, about_all.public_id)
    assert Appeal.objects.count() == 0


def test_the_api_has_both_too(case: Vetting, person: User, notice: VettingEntry) -> None:
    _, secret = create_token(user=person, name="app", scopes=["catalogue:read", "catalogue:write"])
    _, owners = create_token(user=case.owner, name="app", scopes=["catalogue:read", "catalogue:write"])
    base = f"/provider/businesses/{case.provider.public_id}"
    [row] = Api(secret).get(f"{base}/notices").json()["items"]
    assert (row["id"], row["message"], row["can_appeal"]) == (notice.public_id, "Often late.", True)
    assert Api(owners).get(f"{base}/notices").json()["items"] == []
    path = f"{base}/notices/{notice.public_id}/appeal"
    assert refused(Api(owners).post(path, {"text": "No."})) == (404, "not_found")

    assert Api(secret).post(path, {"text": "My shift began at ten."}).status_code == 201

    assert refused(Api(secret).post(path, {"text": "Once more."})) == (409, "not_appealable")
    [row] = Api(secret).get(f"{base}/notices").json()["items"]
    assert (row["can_appeal"], row["appeals"][0]["mine"], row["appeals"][0]["outcome"]) == (False, True, None)
    # The business still may.
    entries = Api(owners).get(f"{base}/thread").json()["items"]
    assert [each["can_appeal"] for each in entries if each["id"] == notice.public_id] == [True]
