"""Who may open which socket. Unknown and forbidden look alike."""

import time
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core import signing
from django.utils.timezone import now
from websockets.exceptions import InvalidStatus

from accounts.models import User
from accounts.principals import Principal
from accounts.selectors import GUEST_COOKIE_SALT
from accounts.services.tokens import create_token
from bookings.models import BookingAccess
from common import crypto
from providers.enums import ProviderStatus, Role
from providers.models import Membership
from tests.factories import make_member, make_outlet, make_user
from tests.sockets.conftest import Shop, SocketServer

REFUSED = 4404


def cookie(user: User) -> dict[str, Any]:
    """The handshake of a signed-in browser."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    if user.is_operator:
        session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": 0}]
        session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return {"additional_headers": {"Cookie": f"sessionid={session.session_key}"}, "session": session}


def bearer(user: User, *scopes: str) -> dict[str, Any]:
    """The handshake of an app."""
    _, secret = create_token(user=user, name="app", scopes=scopes)
    return {"subprotocols": [f"bearer.{secret}"]}


def opened(server: SocketServer, path: str, handshake: dict[str, Any]) -> Any:
    return server.open(path, **{k: v for k, v in handshake.items() if k != "session"})


def test_a_booking_is_for_its_customer_the_provider_and_operators(server: SocketServer, shop: Shop) -> None:
    customer = make_user()
    held = shop.hold(Principal(user=customer))
    path = f"/ws/bookings/{held.booking.ref}"
    member = make_member(shop.outlet.provider, Role.STAFF)
    operator = make_user(is_operator=True)

    for handshake in (
        cookie(customer),
        cookie(member),
        cookie(operator),
        bearer(customer, "bookings:read"),
        bearer(member, "bookings:read"),
    ):
        with opened(server, path, handshake) as client:
            assert client.next()["seq"] == 1


def test_a_guest_opens_it_by_token_or_by_cookie(server: SocketServer, shop: Shop) -> None:
    held = shop.hold()
    assert held.token
    with server.follow(held) as client:
        assert client.next()["seq"] == 1
        assert client.wire.subprotocol == f"bearer.{held.token}"

    signed = signing.dumps([crypto.token_hash(held.token)], salt=GUEST_COOKIE_SALT)
    browser = {"Cookie": f"guest={signed}"}
    with server.open(f"/ws/bookings/{held.booking.ref}", additional_headers=browser) as client:
        assert client.next()["seq"] == 1


def test_forbidden_looks_like_unknown(server: SocketServer, shop: Shop) -> None:
    held, other = shop.hold(hour=10), shop.hold(hour=12)
    stranger, rival = make_user(), make_member(make_outlet().provider)
    there, nowhere = f"/ws/bookings/{held.booking.ref}", "/ws/bookings/HA-00000-00000"

    for handshake in (
        {},
        {"subprotocols": ["bearer.guess"]},
        {"subprotocols": [f"bearer.{other.token}"]},
        {"subprotocols": ["bearer.hbt_guess"]},
        cookie(stranger),
        cookie(rival),
        bearer(stranger, "bookings:read"),
        bearer(make_member(shop.outlet.provider), "catalogue:read"),
    ):
        for path in (there, nowhere):
            with opened(server, path, handshake) as client:
                assert client.closed_with() == REFUSED


def test_a_bearer_token_wins_over_the_cookies(server: SocketServer, shop: Shop) -> None:
    customer = make_user()
    held = shop.hold(Principal(user=customer))
    handshake = {**cookie(customer), **bearer(make_user(), "bookings:read")}

    with opened(server, f"/ws/bookings/{held.booking.ref}", handshake) as client:
        assert client.closed_with() == REFUSED


def test_a_board_is_for_members_and_operators(server: SocketServer, shop: Shop, happen: Any) -> None:
    held = shop.hold()
    path = f"/ws/board/{shop.outlet.public_id}"
    member = make_member(shop.outlet.provider, Role.STAFF)
    operator = make_user(is_operator=True)

    for number, handshake in enumerate(
        (cookie(member), cookie(operator), bearer(member, "bookings:read")), start=2
    ):
        with opened(server, path, handshake) as client:
            assert client.nothing_comes()
            happen(held.booking)
            message = client.next()
            assert message.pop("at")
            assert message == {
                "type": "booking.extended",
                "booking": held.booking.ref,
                "seq": number,
                "status": "held",
            }

    rival, customer = make_member(make_outlet().provider), make_user()
    for handshake in (
        {},
        cookie(rival),
        cookie(customer),
        {"subprotocols": [f"bearer.{held.token}"]},
        bearer(member, "catalogue:read"),
    ):
        for where in (path, "/ws/board/out_nowhere"):
            with opened(server, where, handshake) as client:
                assert client.closed_with() == REFUSED


def test_open_time_is_public_for_listed_outlets_only(server: SocketServer, shop: Shop) -> None:
    hidden = make_outlet()
    hidden.provider.status = ProviderStatus.SUSPENDED
    hidden.provider.save(update_fields=["status"])
    closed = make_outlet(archived_at=now())

    with server.open(f"/ws/outlets/{shop.outlet.public_id}/slots") as client:
        assert client.nothing_comes()
    for outlet in (hidden.public_id, closed.public_id, "out_nowhere"):
        with server.open(f"/ws/outlets/{outlet}/slots") as client:
            assert client.closed_with() == REFUSED


@pytest.mark.parametrize("path", ["/ws/", "/ws/bookings/", "/ws/other/1", "/"])
def test_there_is_no_other_socket(server: SocketServer, path: str) -> None:
    with server.open(path) as client:
        assert client.closed_with() == REFUSED


def test_pages_of_other_sites_may_not_open_sockets(server: SocketServer, shop: Shop) -> None:
    path = f"/ws/outlets/{shop.outlet.public_id}/slots"
    with server.open(path, origin="http://localhost:8000") as client:
        assert client.nothing_comes()
    for origin in ("https://evil.example", "http://localhost.evil.example", "null"):
        with pytest.raises(InvalidStatus) as refusal, server.open(path, origin=origin):
            pass
        assert refusal.value.response.status_code == 403


def test_access_that_ends_ends_the_socket(server: SocketServer, shop: Shop) -> None:
    customer = make_user()
    member = make_member(shop.outlet.provider)
    app_token, secret = create_token(user=customer, name="app", scopes=["bookings:read"])
    mine, guests = shop.hold(Principal(user=customer), hour=10), shop.hold(hour=12)
    browser = cookie(customer)
    path = f"/ws/bookings/{mine.booking.ref}"

    with (
        opened(server, path, browser) as signed_in,
        server.open(path, subprotocols=[f"bearer.{secret}"]) as app,
        opened(server, f"/ws/board/{shop.outlet.public_id}", cookie(member)) as board,
        server.follow(guests) as guest,
    ):
        assert signed_in.next()["seq"] == app.next()["seq"] == guest.next()["seq"] == 1
        # Looked at several times, and still welcome.
        time.sleep(3)
        for client in (signed_in, app, board, guest):
            assert client.nothing_comes()

        browser["session"].delete()
        app_token.revoked_at = now()
        app_token.save(update_fields=["revoked_at"])
        Membership.objects.filter(user=member).delete()
        BookingAccess.objects.filter(booking=guests.booking).update(revoked_at=now())

        for client in (signed_in, app, board, guest):
            assert client.closed_with() == REFUSED
