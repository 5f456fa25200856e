"""POSTs that may be repeated: the decorator and its record."""

import contextlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import path
from ninja import File, Form, NinjaAPI, Schema
from ninja.files import UploadedFile

from accounts.auth import authenticate
from accounts.models import User
from accounts.services.tokens import create_token
from common import clock, idempotency
from common.api import answer_errors, idempotent
from common.errors import NotAllowed, StillRunning
from common.models import IdempotencyRecord
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.common.test_idempotent")]


class Thing(Schema):
    name: str
    made: int


made: list[str] = []
refuse: list[bool] = []
api = NinjaAPI(auth=authenticate, urls_namespace="idempotent", docs_url=None)
answer_errors(api)


@api.post("/things", response={201: Thing})
@idempotent
def make_thing(request: Any, name: str = "thing") -> tuple[int, Thing]:
    if refuse:
        raise NotAllowed
    made.append(name)
    return 201, Thing(name=name, made=len(made))


@api.post("/nothing", response={204: None})
@idempotent
def make_nothing(request: Any) -> tuple[int, None]:
    made.append("")
    return 204, None


@api.post("/files", response={201: Thing})
@idempotent
def make_file(request: Any, file: File[UploadedFile], words: Form[str]) -> tuple[int, Thing]:
    made.append(words)
    return 201, Thing(name=f"{words} {file.read().decode()}", made=len(made))


urlpatterns = [path("", api.urls)]


@pytest.fixture(autouse=True)
def _nothing_made() -> Iterator[None]:
    made.clear()
    refuse.clear()
    yield


def post(key: str | None, body: Any = None, *, to: str = "/things", token: str = "") -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return Client().post(to, data=json.dumps(body), content_type="application/json", headers=headers)


def test_a_repeated_request_gets_the_first_answer_and_is_done_once() -> None:
    key = str(uuid4())
    first, again = post(key), post(key)
    assert (first.status_code, first.json()) == (201, {"name": "thing", "made": 1})
    assert "Idempotent-Replayed" not in first
    assert (again.status_code, again.json(), again["Idempotent-Replayed"]) == (201, first.json(), "true")
    assert len(made) == 1


def test_an_answer_without_a_body_is_replayed_too() -> None:
    key = str(uuid4())
    assert [post(key, to="/nothing").status_code for _ in range(2)] == [204, 204]
    assert len(made) == 1


def test_another_body_with_the_same_key_is_refused() -> None:
    key = str(uuid4())
    post(key, {"a": 1})
    answer = post(key, {"a": 2})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def post_file(key: str, words: str, content: bytes) -> Any:
    form = {"words": words, "file": SimpleUploadedFile("a.txt", content)}
    return Client().post("/files", form, headers={"Idempotency-Key": key})


def test_a_form_with_a_file_is_done_once_too() -> None:
    key = str(uuid4())
    first, again = post_file(key, "a", b"file"), post_file(key, "a", b"file")
    assert (first.status_code, first.json()) == (201, {"name": "a file", "made": 1})
    assert (again.status_code, again.json(), again["Idempotent-Replayed"]) == (201, first.json(), "true")
    for words, content in (("b", b"file"), ("a", b"life")):
        answer = post_file(key, words, content)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert len(made) == 1


def test_while_the_first_runs_the_second_is_told_to_wait() -> None:
    key = str(uuid4())
    post(key)
    IdempotencyRecord.objects.update(
        status=None, response=None, leased_until=clock.now() + timedelta(seconds=30)
    )
    answer = post(key)
    assert (answer.status_code, answer.json()["code"]) == (409, "still_running")
    assert answer["Retry-After"] == "2"
    IdempotencyRecord.objects.update(leased_until=clock.now() - timedelta(seconds=1))
    assert post(key).status_code == 201
    assert len(made) == 2


@pytest.mark.parametrize("fails", [True, False])
def test_a_request_that_lost_its_lease_leaves_the_record_to_who_took_over(fails: bool) -> None:
    taken_over = clock.now() + timedelta(seconds=60)

    def run_too_long() -> tuple[int, Any]:
        IdempotencyRecord.objects.update(leased_until=taken_over)
        if fails:
            raise NotAllowed
        return 201, {"made": "by the slow one"}

    with contextlib.suppress(NotAllowed):
        idempotency.once(caller="user", key="slow", method="POST", path="/things", body=b"", run=run_too_long)

    record = IdempotencyRecord.objects.get()
    assert (record.status, record.leased_until) == (None, taken_over)


@pytest.mark.parametrize("together", [True, False])
def test_work_and_answer_in_one_transaction_are_both_undone_when_the_lease_was_lost(together: bool) -> None:
    def run_too_long() -> tuple[int, Any]:
        IdempotencyRecord.objects.update(leased_until=clock.now() + timedelta(seconds=60))
        make_user(name="made by the slow one")
        return 201, {}

    with pytest.raises(StillRunning) if together else contextlib.nullcontext():
        idempotency.once(
            caller="user",
            key="slow",
            method="POST",
            path="/things",
            body=b"",
            run=run_too_long,
            together=together,
        )

    assert User.objects.filter(name="made by the slow one").exists() is not together


def test_a_refusal_is_not_kept_and_frees_the_key() -> None:
    key = str(uuid4())
    refuse.append(True)
    assert post(key).status_code == 403
    refuse.clear()
    assert post(key).status_code == 201


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (None, "idempotency_key_missing"),
        ("", "idempotency_key_missing"),
        ("not a uuid", "idempotency_key_invalid"),
        ("x" * 256, "idempotency_key_invalid"),
    ],
)
def test_an_anonymous_key_is_a_uuid(key: str | None, code: str) -> None:
    answer = post(key)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert made == []


def test_the_same_key_of_another_caller_or_path_is_another_request() -> None:
    tokens = [create_token(user=make_user(), name="app", scopes=["catalogue:read"])[1] for _ in range(2)]
    for token in tokens:
        assert "Idempotent-Replayed" not in post("mine", token=token)
    assert "Idempotent-Replayed" not in post("mine", token=tokens[0], to="/nothing")
    assert len(made) == 3


def test_the_answer_is_kept_encrypted() -> None:
    post(str(uuid4()))
    record = IdempotencyRecord.objects.get()
    assert b"thing" not in bytes(record.response or b"")


def test_the_header_is_documented_as_required() -> None:
    operation = api.get_openapi_schema()["paths"]["/things"]["post"]
    [header] = [p for p in operation["parameters"] if p["name"] == "Idempotency-Key"]
    assert (header["in"], header["required"]) == ("header", True)
