"""The terms a business sells under: for all it sells, for a category, for one service."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.errors import NotFound
from frontend.policy_band import PolicyBand, policy_band
from frontend.views.provider_desk import Desk, at_desk, attempt, form_page
from frontend.views.provider_terms_forms import TermsForm
from payments.models import PolicyRule
from payments.rules.policy import Policy
from payments.selectors import policy_for, policy_of, rules_of
from payments.services import drop_policy, set_policy
from providers.enums import Role
from providers.models import Category, Service
from providers.selectors import catalogue
from providers.selectors.categories import by_pk

ALL = "all"


@dataclass(frozen=True, slots=True)
class Scope:
    """What terms are for; `key` names it in an address: all, a category's slug, a service's public id."""

    key: str
    words: str
    category: Category | None = None
    service: Service | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A rule in the list."""

    scope: Scope
    band: PolicyBand
    grace_min: int


@at_desk(Role.MANAGER)
def listing(desk: Desk) -> HttpResponse:
    """The rules there are, what counts without any, and what more may be set."""
    scopes = {scope.key: scope for scope in _scopes(desk)}
    rules = {_key(rule): rule for rule in rules_of(desk.provider)}
    rows = [
        Row(scopes[key], policy_band(rule.policy, rule.currency), rule.policy.booking_grace_min)
        for key, rule in rules.items()
        if key in scopes
    ]
    return desk.render(
        "terms",
        nav="terms",
        rows=rows,
        has_general=ALL in rules,
        default=policy_band(policy_of(None), ""),
        others=[scope for key, scope in scopes.items() if key not in rules and key != ALL],
    )


@form_page()
def edit(desk: Desk) -> HttpResponse:
    """Set the terms of what `?for=` names; they start from those that count for it now."""
    scope = _scope(desk)
    rule = _rule(desk, scope)
    currency = _currency(desk, scope)
    policy = rule.policy if rule else _present(desk, scope)
    form = TermsForm(
        desk.request.POST or None, currency=currency, initial=TermsForm.initial_of(policy, currency)
    )
    if desk.sent and attempt(
        form,
        lambda: set_policy(
            provider=desk.provider,
            category=scope.category,
            service=scope.service,
            policy=form.policy(),
            currency=form.deposit_currency,
            actor=desk.actor,
        ),
    ):
        return desk.done(_("Saved. Bookings made before keep their terms."), "terms")
    return desk.render(
        "terms_form",
        nav="terms",
        status=422 if form.is_bound else 200,
        form=form,
        scope=scope,
        rule=rule,
    )


@form_page()
def remove(desk: Desk) -> HttpResponse:
    """Take the terms of `?for=` away, after asking: the more general ones count again."""
    scope = _scope(desk)
    rule = _rule(desk, scope)
    if rule is None:  # removed before
        return redirect("provider:terms", desk.provider.public_id)
    if desk.sent:
        drop_policy(rule=rule, actor=desk.actor)
        return desk.done(_("Removed. Bookings made before keep their terms."), "terms")
    return desk.confirm(
        nav="terms",
        title=_("Remove the terms for %(what)s?") % {"what": scope.words},
        text=_("The more general terms count for new bookings then."),
        action=_("Remove"),
        back=reverse("provider:terms", args=[desk.provider.public_id]),
    )


def _scopes(desk: Desk) -> list[Scope]:
    """All that it sells, the categories of its services, and each service."""
    services = list(catalogue.services(desk.provider))
    names = {pk: node.name for pk, node in by_pk(get_language() or "en").items()}
    categories = {service.category_id: service.category for service in services}
    return [
        Scope(ALL, _("all services")),
        *(
            Scope(category.slug, names.get(pk, category.slug), category=category)
            for pk, category in sorted(categories.items(), key=lambda pair: names.get(pair[0], ""))
        ),
        *(Scope(service.public_id, service.name, service=service) for service in services),
    ]


def _scope(desk: Desk) -> Scope:
    wanted = desk.request.GET.get("for", ALL)
    for scope in _scopes(desk):
        if scope.key == wanted:
            return scope
    raise NotFound


def _key(rule: PolicyRule) -> str:
    return rule.service.public_id if rule.service else rule.category.slug if rule.category else ALL


def _rule(desk: Desk, scope: Scope) -> PolicyRule | None:
    return next((rule for rule in rules_of(desk.provider) if _key(rule) == scope.key), None)


def _present(desk: Desk, scope: Scope) -> Policy:
    """What counts for it while it has no terms of its own."""
    if scope.service:
        return policy_for(scope.service)
    return policy_of(desk.provider, category=scope.category)


def _currency(desk: Desk, scope: Scope) -> str:
    """In which a fixed deposit is given: that of what the terms are for, if there is one only."""
    services = [scope.service] if scope.service else list(catalogue.services(desk.provider))
    if scope.category:
        services = [service for service in services if service.category_id == scope.category.pk]
    currencies = {service.currency for service in services}
    return currencies.pop() if len(currencies) == 1 else ""
