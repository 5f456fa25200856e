"""Operators' tables of people: mostly for reading, and what is changed there stands in the audit trail."""

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import ProgrammingError, transaction
from django.test import Client

from accounts import services
from accounts.models import ApiToken, Customer, User
from accounts.services.people import vouch_for_email
from common import privacy
from common.actors import user_actor
from common.models import AuditEntry
from common.privacy import Subject
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


@pytest.fixture
def desk(client: Client) -> Client:
    """A superuser's browser: nothing is closed to them but what the tables themselves close."""
    return sign_in(client, User.objects.create_superuser("op@example.com", "lamp-yellow-street-7"))


def test_no_table_of_a_library_may_be_written() -> None:
    """What a library registers by itself is replaced by ours, or says that it is for reading."""
    ours = {path.parent.name for path in settings.BASE_DIR.glob("*/apps.py")}
    theirs = {
        model._meta.object_name
        for model, table in admin.site._registry.items()
        if type(table).__module__.split(".")[0] not in ours
    }
    assert theirs == {"ProcrastinateJob"}, "replace its table in accounts/admin.py"


def test_an_operator_gives_nobody_an_address(desk: Client) -> None:
    victim = make_user()
    vouch_for_email(user=victim)
    address = EmailAddress.objects.get(user=victim)
    form = {"user": victim.pk, "email": "op@example.com", "verified": "on", "primary": "on"}

    assert desk.post("/admin/account/emailaddress/add/", form).status_code == 403
    desk.post(f"/admin/account/emailaddress/{address.pk}/change/", form)

    assert list(EmailAddress.objects.filter(user=victim).values_list("email", flat=True)) == [victim.email]


def test_what_an_operator_changes_stands_in_the_audit_trail_without_words(desk: Client) -> None:
    person = make_user(name="Kerttu")
    form = {"name": "Kerttu S.", "language": "en"}

    assert desk.post(f"/admin/accounts/user/{person.pk}/change/", form).status_code == 302

    person.refresh_from_db()
    assert (person.name, person.is_active) == ("Kerttu S.", False)
    entry = AuditEntry.objects.get(action="user.edited")
    assert (entry.object_type, entry.object_id, entry.chained) == ("user", person.public_id, True)
    assert entry.actor == user_actor(User.objects.get(email="op@example.com").public_id)
    assert entry.data == {"fields": ["is_active", "name"], "set_to": {"is_active": "False"}}


def test_a_revoked_token_stays_revoked(desk: Client) -> None:
    token, _ = services.create_token(user=make_user(), name="till", scopes=["bookings:read"])
    path = f"/admin/accounts/apitoken/{token.pk}/change/"
    desk.post(path, {"revoked_at_0": "2026-01-01", "revoked_at_1": "12:00:00"})
    token.refresh_from_db()
    assert token.revoked_at is not None
    entry = AuditEntry.objects.get(action="apitoken.edited")
    assert (entry.object_id, entry.data["fields"]) == (token.public_id, ["revoked_at"])

    desk.post(path, {"revoked_at_0": "", "revoked_at_1": ""})
    token.refresh_from_db()
    assert token.revoked_at is not None
    with (
        pytest.raises(ProgrammingError, match="Cannot update rows"),
        transaction.atomic(),
    ):
        ApiToken.objects.filter(pk=token.pk).update(revoked_at=None)


def test_erasure_blanks_what_the_back_office_remembers_of_ones_addresses_and_tokens(desk: Client) -> None:
    person = make_user(email="kerttu@example.com")
    vouch_for_email(user=person)
    token, _ = services.create_token(user=person, name="Kerttu's till", scopes=["bookings:read"])
    operator = User.objects.get(email="op@example.com")
    for row in (EmailAddress.objects.get(user=person), token, Customer.objects.create(name="x")):
        LogEntry.objects.create(
            user=operator,
            content_type=ContentType.objects.get_for_model(row),
            object_id=str(row.pk),
            object_repr=str(row),
            action_flag=2,
            change_message="Kerttu",
        )
    # An address that they gave up long ago is still theirs by its words.
    LogEntry.objects.create(
        user=operator,
        content_type=ContentType.objects.get_for_model(EmailAddress),
        object_id="0",
        object_repr="Kerttu@example.com",
        action_flag=3,
    )

    privacy.erase(privacy.find(Subject(user_pk=person.pk)))

    left = list(LogEntry.objects.exclude(object_repr="").values_list("object_repr", flat=True))
    assert left == ["x"]
