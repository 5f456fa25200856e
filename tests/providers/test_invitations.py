"""Belonging to a business is agreed: an owner invites, whoever the address belongs to accepts, either ends it."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client

from accounts.errors import EmailInvalid
from accounts.models import User
from accounts.services.people import vouch_for_email
from common import clock
from common.errors import NotFound
from common.models import AuditEntry, Event
from providers.enums import Role
from providers.errors import (
    AlreadyInvited,
    AlreadyMember,
    InvitationEnded,
    InvitationLimit,
    LastOwner,
    NotOfThisBusiness,
)
from providers.models import Invitation, Membership, PastMembership
from providers.selectors.access import role_of
from providers.selectors.invitations import invitations_to, key_of, open_invitations
from providers.services.invitations import (
    PER_DAY,
    accept_invitation,
    decline_invitation,
    expire_invitations,
    invite_member,
    withdraw_invitation,
)
from providers.services.members import leave_business
from tests.factories import make_invitation, make_member, make_outlet, make_provider, make_staff, make_user
from tests.providers.conftest import Business

pytestmark = pytest.mark.django_db

ASKED = "asked@example.com"


def invite(business: Business, email: str = ASKED, **more: object) -> Invitation:
    given = {"role": Role.MANAGER, "actor": business.actor, **more}
    return invite_member(provider=business.provider, email=email, **given)  # type: ignore[arg-type]


def verified(email: str = ASKED) -> User:
    user = make_user(email=email)
    vouch_for_email(user=user)
    return user


# Asking


def test_an_invitation_makes_nobody_a_member_and_no_account(business: Business) -> None:
    before = User.objects.count()
    made = invite(business, " Asked@Example.com ", staff=business.person)

    assert (made.email, made.role, made.staff, made.status) == (ASKED, "manager", business.person, "open")
    assert made.expires_at - made.created_at == timedelta(days=14)
    assert User.objects.count() == before
    assert Membership.objects.filter(provider=business.provider).count() == 3
    event = Event.objects.get(type="provider.member_invited")
    assert event.payload == {
        "action": "member.invite",
        "object": "invitation",
        "id": made.public_id,
        "role": "manager",
    }
    assert AuditEntry.objects.get(action="member.invite").object_id == made.public_id


def test_the_answer_does_not_tell_whether_an_address_has_an_account(business: Business) -> None:
    known = make_user(email="known@example.com", name="Kerttu Salonen")
    path = f"/provider/businesses/{business.provider.public_id}/invitations"
    answers = [
        business.call(business.owner, "POST", path, {"email": email, "role": "staff"})
        for email in ("known@example.com", "unknown@example.com")
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    told = [
        {name: value for name, value in answer.json().items() if name not in ("id", "email", "expires_at")}
        for answer in answers
    ]
    assert told[0] == told[1] == {"role": "staff", "staff": None}
    shown = business.call(business.owner, "GET", path).content.decode()
    shown += business.call(business.owner, "GET", path.replace("invitations", "members")).content.decode()
    assert "Kerttu" not in shown
    assert known.public_id not in shown


def test_a_member_is_not_invited_again(business: Business) -> None:
    with pytest.raises(AlreadyMember):
        invite(business, (business.manager.email or "").upper())


@pytest.mark.parametrize("email", ["", "nobody", "a\x00@example.com"])
def test_what_is_no_address_is_not_invited(business: Business, email: str) -> None:
    with pytest.raises(EmailInvalid):
        invite(business, email)
    assert not Invitation.objects.exists()


def test_nobody_of_another_business_is_promised(business: Business) -> None:
    with pytest.raises(NotOfThisBusiness):
        invite(business, staff=make_staff(make_outlet()))


def test_an_address_has_one_open_invitation_of_a_business(business: Business) -> None:
    first = invite(business)
    with pytest.raises(AlreadyInvited):
        invite(business, ASKED.upper())
    with pytest.raises(IntegrityError, match="one_open_invitation_per_address"), transaction.atomic():
        make_invitation(business.provider, email=ASKED.upper())
    make_invitation(make_provider(), email=ASKED)

    Invitation.objects.filter(pk=first.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    again = invite(business)
    first.refresh_from_db()
    assert (first.status, first.email) == ("expired", "")
    assert list(open_invitations(business.provider)) == [again]


def test_a_business_invites_so_many_in_a_day(business: Business) -> None:
    for n in range(PER_DAY):
        made = make_invitation(business.provider, email=f"n{n}@example.com")
    withdraw_invitation(invitation=made, actor=business.actor)
    with pytest.raises(InvitationLimit):
        invite(business)
    page = _owner(business).post(
        f"/provider/{business.provider.public_id}/members/new/", {"email": ASKED, "role": "staff"}
    )
    assert (page.status_code, "enough for one day" in page.content.decode()) == (422, True)

    Invitation.objects.update(created_at=clock.now() - timedelta(days=1, seconds=1))
    assert invite(business).pk


# Answering


def test_who_owns_the_address_accepts_and_belongs(business: Business) -> None:
    user, made = verified(), invite(business, staff=business.person)

    membership = accept_invitation(invitation=made, user=user)

    assert (membership.role, membership.staff) == ("manager", business.person)
    made.refresh_from_db()
    assert (made.status, made.email) == ("accepted", "")
    assert Event.objects.filter(subject_id=business.provider.public_id).order_by("seq").last().type == (  # type: ignore[union-attr]
        "provider.member_added"
    )
    with pytest.raises(InvitationEnded):
        accept_invitation(invitation=made, user=user)


def test_who_has_not_verified_the_address_joins_nothing(business: Business) -> None:
    made = invite(business)
    claims = make_user(email=ASKED)
    EmailAddress.objects.create(user=claims, email=ASKED, verified=False)
    for user in (claims, verified("other@example.com")):
        assert not invitations_to(user).exists()
        with pytest.raises(NotFound):
            accept_invitation(invitation=made, user=user)
    assert open_invitations(business.provider).count() == 1


def test_a_second_address_that_is_theirs_will_do(business: Business) -> None:
    user = make_user()
    EmailAddress.objects.create(user=user, email="Asked@example.com", verified=True)
    assert accept_invitation(invitation=invite(business), user=user).user == user


def test_a_member_does_not_join_twice(business: Business) -> None:
    made = invite(business)
    EmailAddress.objects.create(user=business.staff, email=ASKED, verified=True)
    with pytest.raises(AlreadyMember):
        accept_invitation(invitation=made, user=business.staff)
    made.refresh_from_db()
    assert made.status == "open"


def test_whoever_is_that_person_by_now_stays_it(business: Business) -> None:
    made = invite(business, staff=business.person)
    Membership.objects.filter(user=business.staff).update(staff=business.person)
    assert accept_invitation(invitation=made, user=verified()).staff is None


@pytest.mark.parametrize("how", ["declined", "withdrawn", "expired"])
def test_what_has_ended_names_nobody_and_opens_nothing(business: Business, how: str) -> None:
    user, made = verified(), invite(business)
    if how == "declined":
        decline_invitation(invitation=made, actor="guest")
    elif how == "withdrawn":
        withdraw_invitation(invitation=made, actor=business.actor)
    else:
        Invitation.objects.update(expires_at=clock.now())
        assert (expire_invitations(), expire_invitations()) == (1, 0)
    made.refresh_from_db()
    assert (made.status, made.email) == (how, "")
    ended = Event.objects.get(type="provider.invitation_ended").payload
    assert (ended["outcome"], ASKED in str(ended)) == (how, False)
    for change in (
        lambda: accept_invitation(invitation=made, user=user),
        lambda: decline_invitation(invitation=made, actor="guest"),
        lambda: withdraw_invitation(invitation=made, actor=business.actor),
    ):
        with pytest.raises(InvitationEnded):
            change()
    with pytest.raises(ProgrammingError, match="Invalid transition"), transaction.atomic():
        Invitation.objects.update(status="open", email=ASKED)


# Leaving


@pytest.mark.parametrize("role", [Role.STAFF, Role.MANAGER, Role.OWNER])
def test_everybody_may_leave(business: Business, role: Role) -> None:
    user = make_member(business.provider, role)
    membership = Membership.objects.get(user=user)
    answer = business.call(user, "POST", f"/provider/businesses/{business.provider.public_id}/leave")
    assert answer.status_code == 204
    assert role_of(user, business.provider) is None
    past = PastMembership.objects.get(user=user)
    assert (past.role, past.since, past.until >= past.since) == (role, membership.created_at, True)
    assert AuditEntry.objects.filter(action="member.leave", object_id=user.public_id).count() == 1


def test_the_last_owner_stays(business: Business) -> None:
    own = Membership.objects.get(user=business.owner)
    with pytest.raises(LastOwner):
        leave_business(membership=own, actor=business.actor)
    answer = _owner(business).post(f"/provider/{business.provider.public_id}/leave/", follow=True)
    assert "A business needs an owner" in answer.content.decode()
    assert role_of(business.owner, business.provider) == Role.OWNER


def test_nobody_is_trapped_as_the_last_owner(business: Business) -> None:
    """An owner who invites somebody as owner cannot leave before they have accepted."""
    victim = verified()
    invite(business, role=Role.OWNER)
    with pytest.raises(LastOwner):
        leave_business(membership=Membership.objects.get(user=business.owner), actor=business.actor)
    assert role_of(victim, business.provider) is None


# Pages and API


def _owner(business: Business) -> Client:
    client = Client()
    client.force_login(business.owner)
    return client


def test_from_the_form_to_the_workplace(business: Business) -> None:
    base, owner = f"/provider/{business.provider.public_id}", _owner(business)
    form = {"email": ASKED, "role": "staff", "staff": business.person.public_id}
    page = owner.post(f"{base}/members/new/", form, follow=True).content.decode()
    assert "Invited" in page
    assert ASKED in page
    again = owner.post(f"{base}/members/new/", form)
    assert (again.status_code, "has been invited already" in again.content.decode()) == (422, True)

    asked = Client()
    user = verified()
    asked.force_login(user)
    page = asked.get("/provider/").content.decode()
    assert business.provider.name in page
    [accept] = re.findall(r'action="(/provider/invitations/inv_\w+/accept)"', page)
    page = asked.post(accept, follow=True)
    assert page.redirect_chain == [(f"{base}/", 302)]
    assert Membership.objects.get(user=user).staff == business.person
    assert asked.post(accept).status_code == 404

    asked.post(f"{base}/leave/")
    assert role_of(user, business.provider) is None


def test_the_link_of_the_mail_declines_without_an_account(business: Business) -> None:
    made = invite(business)
    page = Client().get("/provider/invitation", {"key": key_of(made)}).content.decode()
    assert business.provider.name in page
    assert "Sign in to accept" in page
    assert ASKED not in page

    assert Client().post("/provider/invitation", {"key": key_of(made)}).status_code == 302
    made.refresh_from_db()
    assert made.status == "declined"
    for key in (key_of(made), "", "inv_0123456789abcdef", key_of(made)[:-1]):
        assert Client().get("/provider/invitation", {"key": key}).status_code == 404
        assert Client().post("/provider/invitation", {"key": key}).status_code == 404


def test_the_link_lets_only_the_right_account_accept(business: Business) -> None:
    made = invite(business)
    for user, may in ((verified("else@example.com"), False), (verified(), True)):
        client = Client()
        client.force_login(user)
        page = client.get("/provider/invitation", {"key": key_of(made)}).content.decode()
        assert (f"/provider/invitations/{made.public_id}/accept" in page) is may


def test_an_owner_withdraws_on_the_page(business: Business) -> None:
    made = invite(business)
    base = f"/provider/{business.provider.public_id}/members/invited"
    assert _owner(business).post(f"{base}/{made.public_id}/withdraw/").status_code == 302
    made.refresh_from_db()
    assert made.status == "withdrawn"
    elsewhere = make_invitation(make_provider())
    assert _owner(business).post(f"{base}/{elsewhere.public_id}/withdraw/").status_code == 404


def test_ones_own_invitations_over_the_api(business: Business) -> None:
    user, made, other = verified(), invite(business), make_invitation(make_provider(), email=ASKED)
    make_invitation(make_provider())
    listed = business.call(user, "GET", "/provider/invitations").json()["items"]
    assert [each["id"] for each in listed] == [made.public_id, other.public_id]
    assert listed[0]["business"] == business.provider.name
    assert business.call(user, "POST", f"/provider/invitations/{other.public_id}/decline").status_code == 204
    answer = business.call(user, "POST", f"/provider/invitations/{made.public_id}/accept")
    assert (answer.status_code, answer.json()["role"]) == (200, "manager")
    assert business.call(user, "GET", "/provider/invitations").json()["items"] == []
