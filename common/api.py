"""What every router shares: problem+json answers, keyset pages, and POSTs that may be repeated.

The layers above import it; it knows nothing of the domain.
"""

import functools
import hashlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core import signing
from django.core.exceptions import RequestDataTooBig
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.utils import contribute_operation_callback
from pydantic import ConfigDict, Field

from common import idempotency
from common.errors import (
    BadRequest,
    BodyTooLarge,
    CursorInvalid,
    DomainError,
    InvalidInput,
    NotFound,
    NotSignedIn,
)

PROBLEM_TYPE = "application/problem+json"
DEFAULT_LIMIT = 20
MAX_LIMIT = 100

M = TypeVar("M", bound=Model)
View = Callable[..., Any]


def storable(text: str) -> str:
    """For a field's AfterValidator: text that the database can hold. Raises ValueError."""
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("must not contain NUL characters or halves of characters")
    return text


class Problem(Schema):
    """A refusal (RFC 9457). `code` is stable; `title` and `detail` are in the reader's language."""

    model_config = ConfigDict(extra="allow")

    type: str = Field("about:blank", description="where the code is explained")
    title: str
    status: int
    code: str
    detail: str


class FieldError(Schema):
    """One field that does not have its form."""

    field: str = Field(description="its path, such as items.0.service")
    message: str


def errors(*statuses: int) -> dict[int, type[Schema]]:
    """The `response=` entries that document refusals with these statuses."""
    return dict.fromkeys(statuses, Problem)


# What any operation may answer: unreadable, not signed in, not allowed, unknown, refused by state or form,
# too often. Use as `response={200: Out, **ERRORS}`.
ERRORS: dict[int, type[Schema]] = errors(400, 401, 403, 404, 409, 422, 429)


def a_file(*kinds: str) -> dict[str, Any]:
    """What `openapi_extra` says of an operation that answers a file of one of `kinds` (media types)."""
    schema = {"schema": {"type": "string", "format": "binary"}}
    return {"responses": {200: {"description": "The file", "content": dict.fromkeys(kinds, schema)}}}


def problem(error: DomainError, status: int | None = None) -> HttpResponse:
    """The problem+json answer of a refusal, with its own HTTP status or another one."""
    status = status or error.status
    body: dict[str, Any] = {
        **error.data,
        "type": "about:blank",
        "title": str(error.title),
        "status": status,
        "code": error.code,
        "detail": str(error.detail),
    }
    response = JsonResponse(body, status=status, content_type=PROBLEM_TYPE)
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response


def answer_errors(api: NinjaAPI) -> None:
    """Let `api` answer every refusal, its own and the framework's, as problem+json with a code."""
    for error in (DomainError, ValidationError, Http404, AuthenticationError, RequestDataTooBig, HttpError):
        api.add_exception_handler(error, lambda request, raised: _refused(raised))


def _refused(error: Any) -> HttpResponse:
    if isinstance(error, DomainError):
        return problem(error)
    if isinstance(error, ValidationError):
        return problem(InvalidInput(errors=[_field_error(one) for one in error.errors]))
    if isinstance(error, Http404):
        return problem(NotFound())
    if isinstance(error, AuthenticationError):
        return problem(NotSignedIn())
    if isinstance(error, RequestDataTooBig):
        return problem(BodyTooLarge())
    return problem(BadRequest(), status=error.status_code)


def _field_error(error: dict[str, Any]) -> dict[str, str]:
    """What pydantic says of one field: its path without the request's parts that ninja puts before it."""
    where, *path = error["loc"]
    if where == "body":
        path = path[1:]  # the view's name for it
    return {"field": ".".join(str(part) for part in path), "message": error["msg"]}


def idempotent(view: View, *, together: bool = False) -> View:
    """Do a POST once per `Idempotency-Key`: put it between `@router.post(…)` and the view.

    `together`: the view's work and its answer are one transaction (see common.idempotency.once). The view
    answers a Schema instance, `(status, Schema instance)` or `(status, None)`. A repeated request gets the first
    answer again with `Idempotent-Replayed: true`. The caller is `request.principal.caller`.
    Raises IdempotencyKeyMissing, IdempotencyKeyInvalid, IdempotencyKeyReused, StillRunning.
    """

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        def run() -> tuple[int, Any]:
            answer = view(request, *args, **kwargs)
            status, value = answer if isinstance(answer, tuple) else (200, answer)
            if value is not None and not isinstance(value, Schema):
                raise TypeError(f"{view.__qualname__} must answer a Schema, not {type(value).__name__}")
            return status, None if value is None else value.model_dump(mode="json", by_alias=True)

        status, body, replayed = idempotency.once(
            caller=request.principal.caller,  # type: ignore[attr-defined]  # set by the authentication
            key=request.headers.get("Idempotency-Key"),
            method=request.method or "POST",
            path=request.path,
            body=_body(request),
            run=run,
            together=together,
        )
        response = (
            HttpResponse(status=status) if body is None else JsonResponse(body, status=status, safe=False)
        )
        if replayed:
            response["Idempotent-Replayed"] = "true"
        return response

    contribute_operation_callback(wrapper, _document_key)
    return wrapper


def idempotent_together(view: View) -> View:
    """`idempotent`, with the view's work and the kept answer in one transaction: for what would be done a second time
    when a process dies before it can answer, as what is made anew, and for an answer that is given only once."""
    return idempotent(view, together=True)


def _body(request: HttpRequest) -> bytes:
    """What was sent; for a form with files, which has been read by now, a digest over its parts."""
    if request.content_type != "multipart/form-data":
        return request.body
    digest = hashlib.sha256(repr(sorted(request.POST.lists())).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(repr((name, file.name, file.size)).encode())
            file.seek(0)
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.digest()


def _document_key(operation: Any) -> None:
    extra = operation.openapi_extra = dict(operation.openapi_extra or {})
    extra["parameters"] = [
        *extra.get("parameters", []),
        {
            "in": "header",
            "name": "Idempotency-Key",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            "description": "Repeat the request with the same key and it is done once. A UUID when anonymous.",
        },
    ]


class CursorPage(Schema):
    """How a list is asked for: `limit` rows (1 to 100) after an opaque `cursor` from the page before."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(None, max_length=200)

    def cut(
        self, queryset: QuerySet[M], *, of: str, newest_first: bool = False
    ) -> tuple[Sequence[M], str | None]:
        """The page's rows in the order of their id, and the next page's cursor (None at the end).

        `of` names the list: a cursor of another list is refused. One query. Raises CursorInvalid.
        """
        if self.cursor:
            last = read_cursor(self.cursor, of=of)
            queryset = queryset.filter(pk__lt=last) if newest_first else queryset.filter(pk__gt=last)
        rows = list(queryset.order_by("-pk" if newest_first else "pk")[: self.limit + 1])
        page = rows[: self.limit]
        return page, make_cursor(page[-1].pk, of=of) if len(rows) > self.limit else None


def make_cursor(value: Any, *, of: str) -> str:
    """An opaque signed cursor holding a JSON value, good for the list `of` only."""
    return signing.dumps(value, salt=f"cursor:{of}", compress=False)


def read_cursor(cursor: str, *, of: str) -> Any:
    """The value of a cursor made for the list `of`. Raises CursorInvalid when it is not."""
    try:
        return signing.loads(cursor, salt=f"cursor:{of}")
    except signing.BadSignature as error:
        raise CursorInvalid from error
