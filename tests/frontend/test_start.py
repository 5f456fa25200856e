"""Where whoever signs in begins."""

import pytest
from django.test import Client

from accounts.models import User
from providers.enums import Role
from tests.factories import make_member, make_outlet, make_user

pytestmark = pytest.mark.django_db


def begins(user: User) -> str:
    client = Client()
    client.force_login(user)
    return str(client.get("/account/start/").url)


def test_a_customer_on_the_street_and_a_guest_at_the_sign_in() -> None:
    assert begins(make_user()) == "/"
    assert Client().get("/account/start/").url == "/account/login/?next=/account/start/"


def test_a_member_at_their_business_and_at_the_list_of_several() -> None:
    shop = make_outlet()
    member = make_member(shop.provider, Role.STAFF)
    assert begins(member) == f"/provider/{shop.provider.public_id}/"

    make_outlet().provider.memberships.create(user=member, role=Role.MANAGER)

    assert begins(member) == "/provider/"


def test_the_board_on_the_street_leads_a_member_to_their_business_and_others_to_what_it_is() -> None:
    shop = make_outlet()
    member = Client()
    member.force_login(make_member(shop.provider, Role.OWNER))
    own = f'<a class="button button--lamp button--big" href="/provider/{shop.provider.public_id}/">'
    assert own in member.get("/").content.decode()
    assert f'href="/provider/{shop.provider.public_id}/"' in member.get("/for-providers").content.decode()
    assert 'button--lamp button--big" href="/for-providers"' in Client().get("/").content.decode()


def test_an_operator_at_the_desk() -> None:
    assert begins(make_user(is_operator=True)) == "/desk/"


def test_who_signs_in_where_they_were_stays_there() -> None:
    bar = Client().get("/search").content.decode()
    assert 'href="/account/login/?next=/search' in bar
    assert 'href="/account/login/"' in Client().get("/").content.decode()
