import pytest
from django.test import Client

from accounts import services
from accounts.models import Customer, User
from tests.factories import make_user
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("table", ["user", "customer", "apitoken"])
def test_operators_see_the_tables_of_people(client: Client, table: str) -> None:
    operator = User.objects.create_superuser("op@example.com", "lamp-yellow-street-7")
    services.main_customer(user=operator)
    token, _ = services.create_token(user=operator, name="till", scopes=["bookings:read"])
    sign_in(client, operator)

    assert client.get(f"/admin/accounts/{table}/").status_code == 200
    row = {"user": operator, "customer": Customer.objects.get(), "apitoken": token}[table]
    page = client.get(f"/admin/accounts/{table}/{row.pk}/change/")
    assert page.status_code == 200
    assert token.token_hash not in page.content.decode()
    assert operator.password not in page.content.decode()
    assert client.get(f"/admin/accounts/{table}/add/").status_code == 403


def test_others_do_not_get_in_and_sign_in_with_the_same_limits(client: Client) -> None:
    assert client.get("/admin/login/")["Location"] == "/account/login/?next=%2Fadmin%2Flogin%2F"
    client.force_login(make_user())
    assert client.get("/admin/accounts/user/").status_code in (302, 403)
    assert client.get("/admin/login/").status_code == 403
