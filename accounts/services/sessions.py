"""Where somebody is signed in, and signing out there."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from accounts.models import User
from accounts.selectors import session_id
from common import audit, clock
from common.actors import user_actor
from common.errors import NotFound

# When the session was noted last (Unix time), within the session itself.
SEEN_AT = "seen_at"
SEEN_EVERY_S = 3600


def note_seen(*, session_key: str) -> None:
    """Remember that the session was used now."""
    UserSession.objects.filter(session_key=session_key).update(last_seen_at=clock.now())


@transaction.atomic
def end_session(*, user: User, id: str) -> None:
    """Sign the user out of one session (its shown id, see `accounts.selectors.session_id`). Raises NotFound."""
    found = next(
        (each for each in UserSession.objects.filter(user=user) if session_id(each.session_key) == id), None
    )
    if found is None:
        raise NotFound
    Session.objects.filter(session_key=found.session_key).delete()
    found.delete()
    audit.record(
        actor=user_actor(user.public_id),
        action="session.ended",
        object_type="user",
        object_id=user.public_id,
        session=id,
    )


@transaction.atomic
def end_other_sessions(*, user: User, besides: str) -> int:
    """Sign the user out everywhere but in the session with this key; answers of how many."""
    ended = end_sessions(user, besides=besides)
    audit.record(
        actor=user_actor(user.public_id),
        action="session.others_ended",
        object_type="user",
        object_id=user.public_id,
        sessions=ended,
    )
    return ended


def end_sessions(user: User, *, besides: str = "") -> int:
    """Delete the sessions in which `user` is signed in, but the one with the key `besides`; answers how many.

    Sessions name nobody outside: each is opened to see.
    """
    ended = 0
    live = Session.objects.filter(expire_date__gt=clock.now()).exclude(session_key=besides)
    for session in live.iterator(chunk_size=500):
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()
            ended += 1
    UserSession.objects.filter(user=user).exclude(session_key=besides).delete()
    return ended
