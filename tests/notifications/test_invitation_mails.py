"""Whoever is invited is written to once, in their language; the mail's link is theirs alone."""

import re

import pytest
from django.test import Client

from accounts.services.people import vouch_for_email
from notifications.models import Message
from providers.enums import Role
from providers.models import Invitation, Provider
from providers.services.invitations import invite_member, withdraw_invitation
from tests.factories import make_provider, make_user
from tests.notifications.conftest import Deliver

pytestmark = pytest.mark.django_db


def invite(provider: Provider, email: str = "asked@example.com") -> Invitation:
    return invite_member(provider=provider, email=email, role=Role.STAFF, actor="system")


def test_it_is_mailed_once_with_a_link_that_shows_and_declines_it(deliver: Deliver) -> None:
    made = invite(make_provider(name="Kallio Cuts"))

    [mail] = deliver()

    assert (mail.to, mail.subject) == (["asked@example.com"], "Kallio Cuts invites you to join")
    assert "Staff" in mail.body
    [path] = re.findall(r"https?://[^/\s]+(/provider/invitation\?\S+)", str(mail.body))
    assert Client().get(path).status_code == 200
    message = Message.objects.get()
    assert (message.recipient, message.state) == (made.public_id, "sent")
    assert "asked@example.com" not in message.key


def test_an_account_is_written_to_in_its_language(deliver: Deliver) -> None:
    vouch_for_email(user=make_user(email="asked@example.com", language="zh-hans"))
    invite(make_provider(name="Kallio Cuts"))
    [mail] = deliver()
    assert mail.subject == "Kallio Cuts 邀请您加入"


def test_what_was_withdrawn_before_it_was_sent_is_not_mailed(deliver: Deliver) -> None:
    withdraw_invitation(invitation=invite(make_provider()), actor="system")
    assert deliver() == []
