"""Tokens of people's own apps: shown once, stored as a hash, revoked at any time."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.errors import NameMissing, ScopeUnknown
from accounts.models import ApiToken, User
from accounts.principals import OPERATOR_SCOPES, SCOPES
from accounts.selectors import API_TOKEN_PREFIX
from common import audit, clock, crypto
from common.actors import user_actor
from common.errors import NotFound

USE_NOTED_EVERY = timedelta(minutes=1)


def create_token(
    *,
    user: User,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime | None = None,
    as_operator: bool = False,
) -> tuple[ApiToken, str]:
    """A new token for `user` that may do `scopes`, and its secret, which is not kept. No end by default.

    `as_operator`: who asks has an operator's powers now (`Principal.is_operator`); else OPERATOR_SCOPES are unknown.
    Raises NameMissing, ScopeUnknown (also for none at all).
    """
    name = name.strip()[:80]
    if not name:
        raise NameMissing(field="name")
    chosen = set(scopes)
    known = SCOPES.keys() if as_operator and user.is_operator else SCOPES.keys() - OPERATOR_SCOPES
    if not chosen or chosen - known:
        raise ScopeUnknown(field="scopes")
    secret = API_TOKEN_PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user,
            name=name,
            token_hash=crypto.token_hash(secret),
            scopes=sorted(chosen),
            expires_at=expires_at,
        )
        audit.record(
            actor=user_actor(user.public_id),
            action="token.created",
            object_type="token",
            object_id=token.public_id,
            scopes=token.scopes,
        )
    return token, secret


def revoke_token(*, user: User, token_id: str) -> None:
    """End one of the user's tokens (public id); ending it again changes nothing. Raises NotFound."""
    with transaction.atomic():
        token = ApiToken.objects.select_for_update().filter(user=user, public_id=token_id).first()
        if token is None:
            raise NotFound
        if token.revoked_at is None:
            token.revoked_at = clock.now()
            token.save(update_fields=["revoked_at"])
            audit.record(
                actor=user_actor(user.public_id),
                action="token.revoked",
                object_type="token",
                object_id=token.public_id,
            )


def note_use(*, token: ApiToken) -> None:
    """Remember that `token` was used, to the minute: a busy app does not write on every request."""
    now = clock.now()
    if token.last_used_at and token.last_used_at > now - USE_NOTED_EVERY:
        return
    ApiToken.objects.filter(
        Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USE_NOTED_EVERY), pk=token.pk
    ).update(last_used_at=now)
