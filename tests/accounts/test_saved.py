"""People, addresses and vehicles that fill in the next booking; where one is signed in."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.gis.geos import Point
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts import selectors
from accounts.errors import NoteNotAgreed, PhoneInvalid, SavedFull
from accounts.models import SavedAddress, SavedPerson, SavedVehicle, User
from accounts.rules.devices import device
from accounts.services import save_address, save_person, save_vehicle, vouch_for_email
from accounts.services import saved as services
from common import clock
from common.errors import NotFound
from geo.models import GeocodedAddress
from marketplace.retention import RULES, keep
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def streets() -> None:
    for street, lng in (("Vaasankatu", 24.9525), ("Kalevankatu", 24.9365)):
        GeocodedAddress.objects.create(
            street=street,
            street_key=street.lower(),
            housenumber="3",
            number_from=3,
            number_to=3,
            city="Helsinki",
            country="FI",
            point=Point(lng, 60.18, srid=4326),
        )


def raw(table: str, column: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")  # both are ours
        return bytes(cursor.fetchone()[0])


def test_what_is_kept_is_encrypted_and_a_note_needs_its_consent(user: User) -> None:
    with pytest.raises(NoteNotAgreed):
        save_person(user=user, name="Onni", note="Nuts")
    onni = save_person(user=user, name=" Onni ", phone="040 123 4567", note="Nuts", agreed=True)

    onni.refresh_from_db()
    assert (onni.name, onni.phone, onni.note) == ("Onni", "+358401234567", "Nuts")
    assert b"Onni" not in raw("accounts_savedperson", "name")
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedPerson.objects.update(note_agreed_at=None)
    save_person(user=user, id=onni.public_id, name="Onni")
    onni.refresh_from_db()
    assert (onni.note, onni.note_agreed_at) == ("", None)


def test_a_number_is_read_as_it_is_dialled_there(user: User) -> None:
    assert save_person(user=user, name="Ana", phone="070 123 45 67", region="SE").phone == "+46701234567"
    with pytest.raises(PhoneInvalid):
        save_person(user=user, name="Ana", phone="040 12")


def test_the_same_is_kept_once(user: User) -> None:
    save_vehicle(user=user, plate="abc-123")
    again = save_vehicle(user=user, plate=" ABC-123 ", model="Volvo")

    assert [(each.plate, each.model) for each in selectors.vehicles_of(user)] == [("ABC-123", "Volvo")]
    assert again.public_id.startswith("veh_")


@pytest.mark.usefixtures("streets")
def test_one_address_is_filled_in_first(user: User) -> None:
    home = save_address(user=user, label="Home", line="Vaasankatu 3")
    work = save_address(user=user, line="Kalevankatu 3", is_default=True)

    assert [each.label for each in selectors.addresses_of(user)] == ["Kalevankatu 3", "Home"]
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedAddress.objects.update(is_default=True)
    services.remove(user=user, kind=SavedAddress, id=work.public_id)
    home.refresh_from_db()
    assert home.is_default
    assert save_address(user=user, line="vaasankatu 3").is_default
    services.restore(user=user, kind=SavedAddress, id=work.public_id)
    assert [each.is_default for each in selectors.addresses_of(user)] == [True, False]


def test_twenty_are_kept_and_those_of_others_are_not_there(user: User) -> None:
    for n in range(20):
        save_person(user=user, name=f"P{n}")
    with pytest.raises(SavedFull):
        save_person(user=user, name="One more")
    theirs = save_vehicle(user=make_user(), plate="XYZ-1")
    for verb in (services.remove, services.restore):
        with pytest.raises(NotFound):
            verb(user=user, kind=SavedVehicle, id=theirs.public_id)
    with pytest.raises(NotFound):
        save_vehicle(user=user, id=theirs.public_id, plate="XYZ-1")


def test_a_removed_one_comes_back_for_a_day(user: User) -> None:
    car = save_vehicle(user=user, plate="ABC-123")
    services.remove(user=user, kind=SavedVehicle, id=car.public_id)
    assert not selectors.vehicles_of(user)
    [rule] = [rule for rule in RULES if rule.name == "removed vehicles"]
    assert keep(rule) == 0
    services.restore(user=user, kind=SavedVehicle, id=car.public_id)
    assert selectors.vehicles_of(user)

    services.remove(user=user, kind=SavedVehicle, id=car.public_id)
    with clock.at(clock.now() + timedelta(days=2)):
        assert keep(rule) == 1


def test_the_pages_add_change_remove_and_bring_back(client: Client, user: User) -> None:
    client.force_login(user)
    page = client.post("/account/people/", {"name": "Onni", "note": "Nuts"})
    assert page.status_code == 422
    assert "Tick that we may keep the note" in page.content.decode()
    client.post("/account/people/", {"name": "Onni", "note": "Nuts", "agreed": "on"})
    [onni] = selectors.people_of(user)

    assert "Onni" in client.get("/account/").content.decode()
    client.post(f"/account/people/{onni.public_id}/", {"name": "Onni V"})
    assert [each.name for each in selectors.people_of(user)] == ["Onni V"]
    client.post(f"/account/people/{onni.public_id}/remove/")
    assert "Onni V is removed." in client.get("/account/people/").content.decode()
    client.post(f"/account/people/{onni.public_id}/restore/")
    assert selectors.people_of(user).exists()
    assert client.get("/account/people/per_0/").status_code == 404


@pytest.mark.usefixtures("streets")
def test_an_address_that_nobody_knows_is_refused_beside_its_field(client: Client, user: User) -> None:
    client.force_login(user)
    page = client.post("/account/addresses/", {"line": "Nowhere 1"})
    assert page.status_code == 422
    assert 'id="id_line-error"' in page.content.decode()
    assert client.post("/account/addresses/", {"line": "Vaasankatu 3"})["Location"] == "/account/addresses/"


def test_where_one_is_signed_in_is_listed_and_ended() -> None:
    password = "a long walk by the sea"
    user = make_user(email="helmi@example.com", password=password)
    vouch_for_email(user=user)
    phone, desk, third = Client(), Client(), Client()
    agents = ("Mozilla/5.0 (iPhone) Safari/604.1", "Mozilla/5.0 (X11; Linux) Firefox/140.0", "curl")
    for device_, agent in zip((phone, desk, third), agents, strict=True):
        device_.post(
            "/account/login/", {"login": user.email, "password": password}, headers={"user-agent": agent}
        )

    page = desk.get("/account/sessions/").content.decode()
    assert ("Safari on iPhone" in page, "Firefox on Linux" in page, "A browser" in page) == (True,) * 3
    [of_phone] = UserSession.objects.filter(user_agent=agents[0])
    desk.post(f"/account/sessions/{selectors.session_id(of_phone.session_key)}/end/")
    assert phone.get("/account/").status_code == 302
    desk.post("/account/sessions/others/")
    assert third.get("/account/").status_code == 302
    assert desk.get("/account/").status_code == 200
    assert len(selectors.sessions_of(user)) == 1


def test_a_session_is_noted_once_an_hour(client: Client) -> None:
    password = "a long walk by the sea"
    user = make_user(email="helmi@example.com", password=password)
    vouch_for_email(user=user)
    client.post("/account/login/", {"login": user.email, "password": password})
    UserSession.objects.update(last_seen_at=clock.now() - timedelta(days=3))
    before = UserSession.objects.get().last_seen_at
    client.get("/account/")
    assert UserSession.objects.get().last_seen_at == before

    session = client.session
    session["seen_at"] -= 4000
    session.save()
    client.get("/account/")
    assert UserSession.objects.get().last_seen_at > before


@pytest.mark.parametrize(
    ("agent", "known"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", ("Edge", "Windows")),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", ("Chrome", "Android")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18 Safari/605", ("Safari", "Mac")),
        ("curl/8", ("", "")),
    ],
)
def test_a_browser_is_named(agent: str, known: Any) -> None:
    assert device(agent) == known
