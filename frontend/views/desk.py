"""The operators' desk: who sits at it, its frame, and what waits."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.principals import Principal
from accounts.second_factor import door
from common.errors import NotFound
from frontend import desk_nav
from frontend.desk_nav import Queue, Waiting
from frontend.formats import usual_zone


@dataclass(frozen=True)
class OperatorsDesk:
    """An operator at work, with the second factor: the request and who they are."""

    request: HttpRequest
    principal: Principal
    user: User

    @property
    def actor(self) -> str:
        return self.principal.actor

    @property
    def zone(self) -> str:
        """On whose clock it shows what belongs to no outlet: that of most outlets."""
        return usual_zone()

    @property
    def sent(self) -> bool:
        """Whether the request is a sent form."""
        return self.request.method == "POST"

    def render(self, template: str, *, nav: str, status: int = 200, **context: Any) -> HttpResponse:
        """A page of the desk; `nav` names the rail's section. One query for each queue's count."""
        if "rail" not in context:
            context["rail"] = [Row(queue, queue.waiting()) for queue in desk_nav.queues()]
        context = {"zone": self.zone} | context
        context |= {"desk": self, "rail_nav": nav, "nav": "desk"}
        return render(self.request, f"desk/{template}.html", context, status=status)


@dataclass(frozen=True)
class Row:
    """A queue and what waits in it now."""

    queue: Queue
    waiting: Waiting

    @property
    def is_late(self) -> bool:
        return self.waiting.late > 0


def at_operators_desk(methods: tuple[str, ...] = ("GET", "HEAD")) -> Callable[..., Any]:
    """Let operators in who gave their second factor; the view gets the OperatorsDesk and the ids of the address.

    An operator without it is led to giving it, or setting it up. For everybody else there is nothing here.
    """

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @require_http_methods(list(methods))
        @login_required
        @never_cache
        @functools.wraps(view)
        def inner(request: HttpRequest, **ids: Any) -> HttpResponse:
            principal: Principal = request.principal  # type: ignore[attr-defined]  # the middleware's
            user = principal.require_user()
            if not user.is_operator:
                raise NotFound
            if not principal.is_operator:
                return door(request, user)
            return view(OperatorsDesk(request, principal, user), **ids)

        return inner

    return wrap


@at_operators_desk()
def overview(desk: OperatorsDesk) -> HttpResponse:
    """What waits: what is overdue first, then the rest, and what is empty."""
    rows = [Row(queue, queue.waiting()) for queue in desk_nav.queues()]
    return desk.render(
        "overview",
        nav="overview",
        rail=rows,
        overdue=[row for row in rows if row.is_late],
        in_time=[row for row in rows if row.waiting.count and not row.is_late],
        empty=[row for row in rows if not row.waiting.count],
    )
