"""Two businesses that ask the same person at once, and two answers to one invitation."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import User
from accounts.services.people import vouch_for_email
from common.errors import DomainError
from providers.enums import Role
from providers.models import Invitation, Membership, Provider
from providers.services.invitations import accept_invitation, invite_member, withdraw_invitation
from tests.factories import make_invitation, make_provider, make_user

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "new@example.com"


def test_two_businesses_invite_the_same_new_address_at_once() -> None:
    def ask(provider: Provider) -> str:
        try:
            made = invite_member(provider=provider, email=NEW, role=Role.STAFF, actor="system")
            return str(made.status)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, [make_provider() for _ in range(4)])) == ["open"] * 4
    assert not User.objects.filter(email=NEW).exists()


def test_one_business_invites_an_address_once_however_often_at_once() -> None:
    provider = make_provider()

    def ask(_: int) -> str:
        try:
            invite_member(provider=provider, email=NEW, role=Role.STAFF, actor="system")
            return "open"
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ask, range(4))) == ["already_invited"] * 3 + ["open"]
    assert Invitation.objects.count() == 1


def test_accepted_or_withdrawn_but_never_both() -> None:
    user = make_user(email=NEW)
    vouch_for_email(user=user)
    for _ in range(5):
        provider = make_provider()
        invitation = make_invitation(provider, email=NEW)

        def answer(how: str, invitation: Invitation = invitation) -> str:
            try:
                if how == "accepted":
                    accept_invitation(invitation=invitation, user=user)
                else:
                    withdraw_invitation(invitation=invitation, actor="system")
                return how
            except DomainError as error:
                return error.code
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            said = set(pool.map(answer, ("accepted", "withdrawn")))
        invitation.refresh_from_db()
        assert said == {str(invitation.status), "invitation_ended"}
        joined = Membership.objects.filter(provider=provider, user=user).exists()
        assert joined == (invitation.status == "accepted")
