"""Errors with a code, for people and for programs: the pages and the API show the same ones.

Every code is listed in docs/errors.md; a test says so.
"""

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class DomainError(Exception):
    """Something the caller asked for was refused, and nothing was changed.

    `code` is stable and lower snake case, `status` the HTTP status (RFC 9110), `title` a sentence for people in
    the reader's language, `data` further members of the problem+json answer (RFC 9457).
    """

    code: ClassVar[str]
    status: ClassVar[int] = 422
    title: Text = _("That could not be done.")
    # Seconds after which the same request may succeed (RFC 9110, Retry-After); None when waiting does not help.
    retry_after: ClassVar[int | None] = None

    def __init__(self, detail: Text | None = None, **data: Any) -> None:
        self.detail: Text = detail or self.title
        self.data = data
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.detail)


class InvalidInput(DomainError):
    """The request does not have the form that it must have."""

    code = "invalid_input"
    status = 422
    title = _("Something in the form is not right.")


class BadRequest(DomainError):
    """The request cannot be read at all, such as malformed JSON."""

    code = "bad_request"
    status = 400
    title = _("The request could not be read.")


class BodyTooLarge(DomainError):
    """The request's body is longer than any that is read."""

    code = "body_too_large"
    status = 413
    title = _("That is too much to send at once.")


class TextNotSent(DomainError):
    """No text gateway took a message that the person is waiting for, such as one with a code; or none is set."""

    code = "text_not_sent"
    status = 503
    title = _("We could not send you the text just now. Try again in a minute.")


class CursorInvalid(DomainError):
    """The page cursor is unknown, altered, or of another list."""

    code = "cursor_invalid"
    status = 422
    title = _("This page of the list does not exist. Start from the first one.")


class NotFound(DomainError):
    """There is no such thing, or the caller may not know of it: both look alike."""

    code = "not_found"
    status = 404
    title = _("There is nothing here, or you may not see it.")


class NotSignedIn(DomainError):
    """The caller must say who they are."""

    code = "not_authenticated"
    status = 401
    title = _("Sign in first.")


class NotAllowed(DomainError):
    """The caller may see the object, but not do this with it."""

    code = "not_allowed"
    status = 403
    title = _("You may not do this.")


class MethodNotAllowed(DomainError):
    """The address is right, the method is not; `Allow` names those that are."""

    code = "method_not_allowed"
    status = 405
    title = _("That cannot be done here.")


class ServerFailed(DomainError):
    """Something went wrong on our side; nothing was changed."""

    code = "server_failed"
    status = 500
    title = _("Something went wrong on our side. Nothing was changed.")


class TooMany(DomainError):
    """Too many requests in too short a time."""

    code = "too_many_requests"
    status = 429
    title = _("That was too often. Wait a little and try again.")


class IdempotencyKeyMissing(DomainError):
    """A POST that creates or moves something came without `Idempotency-Key`."""

    code = "idempotency_key_missing"
    status = 422
    title = _("This request needs an Idempotency-Key header.")


class IdempotencyKeyInvalid(DomainError):
    """The key is not 1 to 255 printable characters, or an anonymous caller's key is not a UUID."""

    code = "idempotency_key_invalid"
    status = 422
    title = _("The Idempotency-Key must be a UUID.")


class IdempotencyKeyReused(DomainError):
    """The same key came with another body."""

    code = "idempotency_key_reused"
    status = 422
    title = _("This Idempotency-Key was used for a different request.")


class StillRunning(DomainError):
    """The first request with this key has not ended."""

    code = "still_running"
    status = 409
    retry_after = 2
    title = _("The same request is still being worked on.")
