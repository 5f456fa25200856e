"""Reads of people and their tokens."""

import time

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import signing
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.enums import ConsentKind, ErasureStatus
from accounts.models import (
    ApiToken,
    Consent,
    Customer,
    DataExport,
    ErasureRequest,
    SavedAddress,
    SavedPerson,
    SavedVehicle,
    User,
)
from accounts.principals import ANONYMOUS, Principal
from accounts.rules import terms
from common import clock, crypto
from common.errors import NotSignedIn

API_TOKEN_PREFIX = "hbt_"  # noqa: S105  # tells kinds of token apart, not a secret
GUEST_COOKIE = "guest"
GUEST_COOKIE_SALT = "accounts.guest"


def find_api_token(secret: str) -> ApiToken:
    """The app's token behind a secret, with its user. Raises NotSignedIn when unknown, revoked or expired."""
    found = (
        ApiToken.objects.select_related("user")
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=clock.DatabaseNow()), revoked_at__isnull=True)
        .filter(token_hash=crypto.token_hash(secret), user__is_active=True)
        .first()
    )
    if found is None:
        raise NotSignedIn
    return found


def principal_of_bearer(token: str) -> Principal:
    """The caller behind a bearer token (RFC 6750): an app's API token, or a guest's booking token.

    Raises NotSignedIn when an API token is unknown, revoked or expired. A guest token is not looked up here:
    what it opens is decided where the booking is.
    """
    if not token.startswith(API_TOKEN_PREFIX):
        return Principal(capabilities=frozenset({crypto.token_hash(token)}))
    return principal_of_api_token(find_api_token(token))


def principal_of_api_token(token: ApiToken) -> Principal:
    """The caller that an app's token stands for."""
    return Principal(user=token.user, scopes=frozenset(token.scopes))


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """The tokens of a user that have not been revoked, the newest first."""
    return ApiToken.objects.filter(user=user, revoked_at__isnull=True).order_by("-pk")


def people_of(user: User) -> QuerySet[SavedPerson]:
    """Whom the user books for, the newest first."""
    return SavedPerson.objects.filter(user=user, removed_at__isnull=True).order_by("-pk")


def addresses_of(user: User) -> QuerySet[SavedAddress]:
    """Where the user has home visits go, the default one first, then the newest."""
    return SavedAddress.objects.filter(user=user, removed_at__isnull=True).order_by("-is_default", "-pk")


def vehicles_of(user: User) -> QuerySet[SavedVehicle]:
    """The user's vehicles, the newest first."""
    return SavedVehicle.objects.filter(user=user, removed_at__isnull=True).order_by("-pk")


def session_id(session_key: str) -> str:
    """How a session is named outside: its key is a secret, which opens it."""
    return crypto.keyed_hash("session", session_key)[:24]


def sessions_of(user: User) -> list[UserSession]:
    """Where the user is signed in, the one seen last first, without those that have run out."""
    rows = list(UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk"))
    live = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=clock.now()
        ).values_list("session_key", flat=True)
    )
    return [row for row in rows if row.session_key in live]


def principal_of(request: HttpRequest) -> Principal:
    """The caller of a page: the session's user, and the bookings a guest's cookie opens."""
    user = request.user if isinstance(request.user, User) else None
    capabilities = guest_capabilities(request.COOKIES.get(GUEST_COOKIE, ""))
    if user is None and not capabilities:
        return ANONYMOUS
    # Only operators' powers rest on it.
    second_factor = user is not None and user.is_operator and used_second_factor(request, user)
    return Principal(user=user, capabilities=capabilities, second_factor=second_factor)


def used_second_factor(request: HttpRequest, user: User) -> bool:
    """Whether this session was opened, or confirmed later, with the user's second factor."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))


def signed_in_lately(request: HttpRequest) -> bool:
    """Whether the user signed in, or gave their password or second factor again, within the last 5 minutes."""
    records = get_authentication_records(request, request.user)
    newest = max((record["at"] for record in records), default=0)
    return bool(time.time() - newest < app_settings.REAUTHENTICATION_TIMEOUT)


def has_second_factor(user: User) -> bool:
    """Whether the user has set up a code app or a passkey; recovery codes alone are none."""
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def passkeys_of(user: User) -> int:
    """How many passkeys the user has."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).count()


def has_code_app(user: User) -> bool:
    """Whether the user has set up a code app."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def guest_capabilities(cookie: str) -> frozenset[str]:
    """The token hashes in a guest's signed cookie; empty when it is missing, forged or older than 90 days."""
    if not cookie:
        return frozenset()
    try:
        hashes = signing.loads(cookie, salt=GUEST_COOKIE_SALT, max_age=90 * 24 * 3600)
    except signing.BadSignature:
        return frozenset()
    return frozenset(hashes)


def guest_cookie_with(request: HttpRequest, token: str) -> str:
    """The value of the guest's cookie after adding a booking's token: the newest 20 are kept."""
    kept = [h for h in guest_capabilities(request.COOKIES.get(GUEST_COOKIE, "")) if h]
    return signing.dumps([*kept[-19:], crypto.token_hash(token)], salt=GUEST_COOKIE_SALT)


GUEST_COOKIE_OPTIONS = {
    "max_age": 90 * 24 * 3600,
    "httponly": True,
    "samesite": "Lax",
    "secure": settings.SESSION_COOKIE_SECURE,
}


def holds_consent(customer: Customer, kind: str, *, version: str = "") -> bool:
    """Whether the newest word of `customer` about `kind` is yes, and to `version` when one is named."""
    newest = Consent.objects.filter(customer=customer, kind=kind).order_by("-id").first()
    return newest is not None and newest.given and (not version or newest.version == version)


def has_accepted_terms(user: User) -> bool:
    """Whether the user agreed to the terms and the privacy notice that are in force."""
    customer = Customer.objects.filter(user=user, is_main=True).first()
    return (
        customer is not None
        and holds_consent(customer, ConsentKind.TERMS, version=terms.TERMS)
        and holds_consent(customer, ConsentKind.PRIVACY, version=terms.PRIVACY)
    )


def consents_of(user: User) -> QuerySet[Consent]:
    """What the user agreed to and took back, as whoever they were served, the newest first."""
    return Consent.objects.filter(customer__user=user).order_by("-pk")


def exports_of(user: User) -> QuerySet[DataExport]:
    """The user's requests for all about them, the newest first, without their content."""
    return DataExport.objects.filter(user=user).defer("content").order_by("-pk")


def newest_export(user: User) -> DataExport | None:
    """The user's newest request for all about them, without its content."""
    return exports_of(user).first()


def waiting_erasure(*, user: User | None = None, customer: Customer | None = None) -> ErasureRequest | None:
    """The request to erase a user, or a guest by their customer, that waits for its day."""
    waiting = ErasureRequest.objects.filter(status=ErasureStatus.WAITING)
    if user is not None:
        return waiting.filter(user=user).first()
    return waiting.filter(customer=customer).first() if customer else None
