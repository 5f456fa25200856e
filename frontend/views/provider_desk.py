"""What every page of a business shares: who is at the desk, and a form that a service may refuse."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.principals import Principal
from bookings.errors import BookingsAffected
from bookings.selectors.sessions import with_groups
from common.errors import DomainError, NotFound
from frontend.affected import Affected, affected, guarding
from frontend.provider_steps import OF_SECTION, progress
from providers.enums import Role
from providers.models import Membership, Provider
from providers.selectors import catalogue
from providers.selectors.access import access_membership, has_role

T = TypeVar("T")


@dataclass(frozen=True)
class Desk:
    """A member at work on one business: the request, and their membership with the business."""

    request: HttpRequest
    principal: Principal
    membership: Membership

    @property
    def provider(self) -> Provider:
        return self.membership.provider

    @property
    def actor(self) -> str:
        return self.principal.actor

    @property
    def can_manage(self) -> bool:
        return has_role(self.membership.role, Role.MANAGER)

    @property
    def is_owner(self) -> bool:
        return has_role(self.membership.role, Role.OWNER)

    @functools.cached_property
    def zone(self) -> str:
        """The zone of the business's first outlet, by which its pages tell instants; UTC without one."""
        shop = catalogue.outlets(self.provider).first()
        return shop.timezone if shop else "UTC"

    @property
    def sent(self) -> bool:
        """Whether the request is a sent form."""
        return self.request.method == "POST"

    def render(self, template: str, *, nav: str, status: int = 200, **context: Any) -> HttpResponse:
        """A page of the workplace; `nav` names the rail's section, `step` the application's if it is another.

        One query for the rail's outlets, and those of the application's progress while there is one to send.
        """
        step = context.get("step") or OF_SECTION.get(nav, "")
        context |= {
            "way": context.get("way") or (progress(self.provider, at=step) if self.can_manage else None),
            "desk": self,
            "provider": self.provider,
            "rail_nav": nav,
            "nav": "provider",
            "rail_outlets": list(with_groups(catalogue.outlets(self.provider))),
        }
        return render(self.request, f"provider/{template}.html", context, status=status)

    def form(self, form: Form, *, nav: str, title: str, **context: Any) -> HttpResponse:
        """A page that is one form; answers 422 when it was sent and refused."""
        status = sent_status(form)
        return self.render("form", nav=nav, status=status, form=form, title=title, **context)

    def confirm(
        self,
        *,
        nav: str,
        title: str,
        text: str,
        action: str,
        back: str,
        keep: str = "",
        affected: Affected | None = None,
        carried: dict[str, str] | None = None,
    ) -> HttpResponse:
        """The page that asks before something is archived; `affected` are the visits that it would hit.

        `keep` is the word for going back instead; `carried` are fields that the form sends along.
        """
        return self.render(
            "confirm",
            nav=nav,
            title=title,
            text=text,
            action=action,
            back=back,
            keep=keep,
            affected=affected,
            carried=(carried or {}).items(),
            status=409 if affected else 200,
        )

    def change(self, do: Callable[[], Any]) -> Affected | None:
        """Do what may hit visits ahead. None when it was done, else those that it would hit: nothing was changed."""
        try:
            guarding(self.provider, self.request.POST.get("acknowledge", ""), do)
        except BookingsAffected as error:
            return affected(self.provider, error)
        return None

    def done(self, message: str, to: str, *args: str) -> HttpResponse:
        """Say what was done and go to the page `to`."""
        messages.success(self.request, message)
        return redirect(f"provider:{to}", self.provider.public_id, *args)

    def own(self, row: T, provider_id: int) -> T:
        """The row, if it is of this business. Raises NotFound: the address names another one."""
        if provider_id != self.provider.pk:
            raise NotFound
        return row


def sent_status(form: Form) -> int:
    """The status of a page with a form: 409 when visits would be hit, 422 when it was refused, else 200."""
    if getattr(form, "affected", None):
        return 409
    return 422 if form.is_bound else 200


def whole(text: str) -> int | None:
    """The number that a field says in plain digits; None for anything else, and for more than nine of them."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def at_desk(role: Role = Role.STAFF, methods: tuple[str, ...] = ("GET", "HEAD")) -> Callable[..., Any]:
    """Let members with at least `role` in; the view gets the Desk and the further ids of the address."""

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @require_http_methods(list(methods))
        @login_required
        @never_cache
        @functools.wraps(view)
        def inner(request: HttpRequest, provider_id: str, **ids: str) -> HttpResponse:
            principal: Principal = request.principal  # type: ignore[attr-defined]  # the middleware's
            membership = access_membership(principal, provider_id, role=role)
            return view(Desk(request, principal, membership), **ids)

        return inner

    return wrap


form_page = functools.partial(at_desk, role=Role.MANAGER, methods=("GET", "HEAD", "POST"))
action = functools.partial(at_desk, role=Role.MANAGER, methods=("POST",))


def attempt(form: Form, do: Callable[[], Any], *, desk: Desk | None = None, guards: bool = True) -> Any:
    """Do what the form asks and answer its result, which is true.

    None when the form's fields or the service refuse: then the reason stands on the form. With the `desk` of a
    change that may hit visits ahead, those that it would hit stand on the form as `affected` first; `guards` is
    false when the service looks for them itself.
    """
    if not form.is_valid():
        return None
    try:
        if desk is not None and guards:
            return guarding(desk.provider, desk.request.POST.get("acknowledge", ""), do)
        return do()
    except BookingsAffected as error:
        assert desk is not None
        form.affected = affected(desk.provider, error)  # type: ignore[attr-defined]  # for the form's page
        return None
    except DomainError as error:
        if error.status not in (409, 422):
            raise
        named = error.data.get("field")
        form.add_error(named if named in form.fields else None, str(error.detail))
        return None
