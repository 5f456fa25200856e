"""Send what nobody should send, and look at the answer."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from common.api import PROBLEM_TYPE
from common.errors import DomainError
from tests.permissions.world import World, everything, send

# Refusals that are counted: a guess at a code is remembered.
COUNTED = {"wrong_code"}


def codes() -> set[str]:
    """The code of every refusal that there is."""

    def below(kind: type[DomainError]) -> set[str]:
        return {getattr(kind, "code", "")}.union(*(below(each) for each in kind.__subclasses__()))

    return below(DomainError)


@dataclass
class Asking:
    """Requests that are refused with a code or answered, never fail, and change nothing when refused."""

    world: World
    failures: list[str] = field(default_factory=list)
    before: dict[str, str] = field(default_factory=everything)
    known: set[str] = field(default_factory=codes)

    def api(self, what: str, method: str, path: str, *, must_refuse: bool = False, **request: Any) -> None:
        """Send to the API; what succeeds is taken back."""
        answer = self._send(what, Client(), method, path, **request)
        if answer is None:
            return
        wrong = self._wrong_problem(answer)
        if wrong:
            self.failures.append(f"{what}: {answer.status_code} {wrong}")
        if must_refuse and answer.status_code < 400:
            self.failures.append(f"{what}: was taken ({answer.status_code})")

    def page(self, what: str, client: Client, method: str, path: str, **request: Any) -> HttpResponse | None:
        """Send to a page; what succeeds is taken back."""
        return self._send(what, client, method, path, **request)

    def check(self) -> None:
        """Fail when any request went wrong, or one that was refused changed something."""
        assert self.failures == [], "\n".join(self.failures)
        assert everything() == self.before, "a refusal changed something"

    def _send(self, what: str, client: Client, method: str, path: str, **request: Any) -> HttpResponse | None:
        savepoint = transaction.savepoint()
        try:
            answer = send(client, method, path, **request)
        except Exception as error:  # the answer would have been 500
            transaction.savepoint_rollback(savepoint)
            self.failures.append(f"{what}: {type(error).__name__}: {str(error)[:160]}")
            return None
        if answer.status_code >= 500:
            self.failures.append(f"{what}: {answer.status_code}")
        if answer.status_code < 400 or _code(answer) in COUNTED:
            transaction.savepoint_rollback(savepoint)
        else:
            transaction.savepoint_commit(savepoint)
        return answer

    def _wrong_problem(self, answer: HttpResponse) -> str:
        """What is wrong with a refusal's form; "" when nothing."""
        if answer.status_code < 400:
            return ""
        if answer["Content-Type"] != PROBLEM_TYPE:
            return f"is {answer['Content-Type']}"
        body = json.loads(answer.content)
        if body["status"] != answer.status_code:
            return "names another status"
        return "" if body["code"] in self.known else f"has the unknown code {body['code']}"


def _code(answer: HttpResponse) -> str:
    if answer.headers.get("Content-Type") != PROBLEM_TYPE:
        return ""
    return str(json.loads(answer.content).get("code", ""))
