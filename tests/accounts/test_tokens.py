from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import RequestFactory

from accounts import selectors, services
from accounts.auth import authenticate
from accounts.errors import CsrfFailed, NameMissing, ScopeUnknown
from accounts.models import ApiToken
from common import clock, crypto
from common.errors import NotAllowed, NotFound, NotSignedIn
from tests.factories import make_user
from tests.signing_in import make_operator

pytestmark = pytest.mark.django_db


def _call(header: str | None = None, method: str = "get", **extra: object):
    headers = {"authorization": header} if header is not None else {}
    request = getattr(RequestFactory(), method)("/api/v1/me", headers=headers)
    request.user = extra.get("user")
    for name, value in (extra.get("cookies") or {}).items():
        request.COOKIES[name] = value
    return request


def test_only_the_hash_of_a_token_is_stored() -> None:
    token, secret = services.create_token(user=make_user(), name="till", scopes=["bookings:read"])

    assert secret.startswith("hbt_")
    assert token.token_hash == crypto.token_hash(secret)
    assert not [
        v for v in ApiToken.objects.values_list(*(f.name for f in ApiToken._meta.fields)) if secret in v
    ]


def test_a_token_acts_for_its_user_within_its_scopes() -> None:
    alice = make_user()
    _, secret = services.create_token(user=alice, name="till", scopes=["bookings:read"])
    request = _call(f"Bearer {secret}")

    principal = authenticate(request)

    assert request.principal == principal
    assert (principal.user, principal.scopes) == (alice, frozenset({"bookings:read"}))
    principal.require_scope("bookings:read")
    with pytest.raises(NotAllowed):
        principal.require_scope("bookings:write")


def test_a_token_wins_over_the_session() -> None:
    alice, bob = make_user(), make_user()
    _, secret = services.create_token(user=alice, name="till", scopes=["bookings:read"])

    assert authenticate(_call(f"bearer {secret}", user=bob)).user == alice


@pytest.mark.parametrize("header", ["Bearer hbt_unknown", "Bearer ", "Bearer", "Basic YTpi", "", "hbt_x"])
def test_a_bad_header_is_refused_and_never_falls_back_to_the_session(header: str) -> None:
    with pytest.raises(NotSignedIn):
        authenticate(_call(header, user=make_user()))


def test_revoked_expired_and_closed_accounts_tokens_are_refused() -> None:
    alice, bob = make_user(), make_user()
    revoked, first = services.create_token(user=alice, name="a", scopes=["bookings:read"])
    services.revoke_token(user=alice, token_id=revoked.public_id)
    _, second = services.create_token(
        user=alice, name="b", scopes=["bookings:read"], expires_at=clock.now() - timedelta(seconds=1)
    )
    _, third = services.create_token(user=bob, name="c", scopes=["bookings:read"])
    bob.is_active = False
    bob.save(update_fields=["is_active"])

    for secret in (first, second, third):
        with pytest.raises(NotSignedIn):
            authenticate(_call(f"Bearer {secret}"))
    # A machine whose clock is slow lets an expired one in no longer than the others.
    with clock.at(clock.now() - timedelta(hours=1)), pytest.raises(NotSignedIn):
        authenticate(_call(f"Bearer {second}"))


def test_nobody_revokes_anothers_token() -> None:
    token, secret = services.create_token(user=make_user(), name="a", scopes=["bookings:read"])

    with pytest.raises(NotFound):
        services.revoke_token(user=make_user(), token_id=token.public_id)

    assert selectors.principal_of_bearer(secret).user == token.user


@pytest.mark.parametrize("scopes", [[], ["bookings:read", "everything"]])
def test_unknown_scopes_and_none_at_all_are_refused(scopes: list[str]) -> None:
    with pytest.raises(ScopeUnknown):
        services.create_token(user=make_user(), name="a", scopes=scopes)


def test_a_token_needs_a_name() -> None:
    with pytest.raises(NameMissing):
        services.create_token(user=make_user(), name=" ", scopes=["bookings:read"])


def test_use_is_noted_at_most_once_a_minute(django_assert_num_queries) -> None:
    token, secret = services.create_token(user=make_user(), name="a", scopes=["bookings:read"])
    start = clock.now()

    with clock.at(start), django_assert_num_queries(2):
        authenticate(_call(f"Bearer {secret}"))
    with clock.at(start + timedelta(seconds=59)), django_assert_num_queries(1):
        authenticate(_call(f"Bearer {secret}"))
    token.refresh_from_db()
    assert token.last_used_at == start

    with clock.at(start + timedelta(seconds=61)):
        authenticate(_call(f"Bearer {secret}"))
    token.refresh_from_db()
    assert token.last_used_at == start + timedelta(seconds=61)


def test_a_guests_token_opens_bookings_but_signs_nobody_in() -> None:
    principal = authenticate(_call("Bearer some-booking-token"))

    assert principal.user is None
    assert principal.capabilities == {crypto.token_hash("some-booking-token")}


def test_a_write_by_cookie_needs_the_csrf_token_and_a_read_does_not() -> None:
    alice = make_user()
    assert authenticate(_call(user=alice)).user == alice
    with pytest.raises(CsrfFailed):
        authenticate(_call(method="post", user=alice))
    with pytest.raises(CsrfFailed):
        cookie = selectors.guest_cookie_with(_call(), "token")
        authenticate(_call(method="post", cookies={selectors.GUEST_COOKIE: cookie}))

    # Without a cookie there is nothing that a foreign page could borrow.
    assert authenticate(_call(method="post")).user is None


def test_the_command_prints_a_working_token() -> None:
    alice = make_user(email="alice@example.com")
    out = StringIO()

    call_command("api_token", "Alice@Example.com", "--scopes", "bookings:read", stdout=out)

    principal = selectors.principal_of_bearer(out.getvalue().strip())
    assert (principal.user, principal.scopes) == (alice, frozenset({"bookings:read"}))
    with pytest.raises(CommandError):
        call_command("api_token", "nobody@example.com")
    with pytest.raises(CommandError):
        call_command("api_token", "alice@example.com", "--scopes", "everything")


def test_an_operators_scopes_are_given_out_by_an_operators_powers_only() -> None:
    operator = make_operator()
    with pytest.raises(ScopeUnknown):
        services.create_token(user=operator, name="books", scopes=["payouts:read"])
    with pytest.raises(ScopeUnknown):
        services.create_token(user=make_user(), name="books", scopes=["payouts:read"], as_operator=True)

    token, _ = services.create_token(user=operator, name="books", scopes=["payouts:read"], as_operator=True)

    principal = selectors.principal_of_api_token(token)
    principal.require_operator("payouts:read")
    assert not principal.is_operator
    for scope in ("payouts:write", "bookings:read"):
        with pytest.raises(NotFound):
            principal.require_operator(scope)
