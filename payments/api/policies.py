"""The terms a business sells under, over the API."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from common.api import ERRORS, CursorPage
from common.errors import InvalidInput, NotFound
from payments.models import PolicyRule
from payments.rules.policy import Policy, Prepayment, Tier
from payments.selectors import rules_of
from payments.services import drop_policy, set_policy
from providers.api.given import caller
from providers.enums import Role
from providers.models import Category, Provider, Service
from providers.schemas import PublicId, Strict
from providers.selectors.access import WRITE, access_provider

router = Router(tags=["provider"])

ALL = "all"
Minutes = Annotated[int, Field(ge=0, le=525_600)]
Percent = Annotated[int, Field(ge=0, le=100)]
# all, a category's slug, or a service's id
Scope = Annotated[str, Field(max_length=60, pattern="^[a-z0-9_-]+$")]


class TierShape(Strict):
    """Up to `until_min_before` minutes before the start (that instant included) `keep_percent` of the price is kept."""

    until_min_before: Minutes
    keep_percent: Percent


class TermsShape(Strict):
    """`cancel` and `change` (moving): tiers, the earliest first; after the last one, and when nobody comes,
    `no_show_percent` is kept. A deposit is a percentage or an amount in minor units of `currency`."""

    cancel: list[TierShape] = Field(max_length=8)
    change: list[TierShape] = Field(max_length=8)
    no_show_percent: Percent = 100
    no_show_grace_min: Annotated[int, Field(ge=0, le=240)] = 0
    booking_grace_min: Annotated[int, Field(ge=0, le=1440)] = 0
    prepayment: Literal["none", "deposit", "hold", "whole"] = "none"
    deposit_percent: Percent = 0
    deposit_amount: Annotated[int, Field(ge=0, le=10**12)] = 0
    breach_percent: Percent = Field(
        0, description="of the price, for the customer, when the business cancels late"
    )
    breach_before_min: Minutes = Field(1440, description="how many minutes before the start that is late")
    currency: str = Field("", pattern="^([A-Z]{3})?$", description="of `deposit_amount`, else empty")


class RuleOut(Schema):
    scope: str = Field(description="all, a category's slug, or a service's id")
    terms: TermsShape


class RulesOut(Schema):
    items: list[RuleOut]
    next: str | None


@router.get(
    "/provider/businesses/{provider}/policies",
    response={200: RulesOut, **ERRORS},
    operation_id="list_policies",
)
def list_policies(request: HttpRequest, provider: PublicId, page: Query[CursorPage]) -> RulesOut:
    """The business's own terms. Where it has none, the marketplace's count."""
    found = access_provider(caller(request), provider, role=Role.MANAGER)
    rows, cursor = page.cut(rules_of(found), of=f"policies:{provider}")
    return RulesOut(items=[_shown(row) for row in rows], next=cursor)


@router.put(
    "/provider/businesses/{provider}/policies/{scope}",
    response={200: RuleOut, **ERRORS},
    operation_id="set_policy",
)
def put_policy(request: HttpRequest, provider: PublicId, scope: Scope, body: TermsShape) -> RuleOut:
    """Set the terms of all services (`all`), of those in a category, or of one service. New bookings agree to them;
    those made before keep theirs. Beyond the marketplace's bounds: 422 `policy_out_of_bounds`."""
    principal = caller(request)
    found = access_provider(principal, provider, role=Role.MANAGER, scope=WRITE)
    category, service = _scope(found, scope)
    if bool(body.deposit_amount) != bool(body.currency):
        raise InvalidInput(field="currency")
    try:
        policy = Policy(
            cancel=_tiers(body.cancel),
            change=_tiers(body.change),
            prepayment=Prepayment(body.prepayment),
            **body.model_dump(exclude={"cancel", "change", "prepayment", "currency"}),
        )
    except ValueError as error:
        raise InvalidInput(errors=[{"field": "terms", "message": str(error)}]) from error
    rule = set_policy(
        provider=found,
        category=category,
        service=service,
        policy=policy,
        currency=body.currency,
        actor=principal.actor,
    )
    return _shown(rule)


@router.delete(
    "/provider/businesses/{provider}/policies/{scope}",
    response={204: None, **ERRORS},
    operation_id="drop_policy",
)
def delete_policy(request: HttpRequest, provider: PublicId, scope: Scope) -> Status:
    """Take the terms away: the more general ones count. Again: nothing more."""
    principal = caller(request)
    found = access_provider(principal, provider, role=Role.MANAGER, scope=WRITE)
    category, service = _scope(found, scope)
    for rule in rules_of(found).filter(category=category, service=service):
        drop_policy(rule=rule, actor=principal.actor)
    return Status(204, None)


def _scope(provider: Provider, scope: str) -> tuple[Category | None, Service | None]:
    """What terms are for. Raises NotFound for what is not this business's to sell."""
    if scope == ALL:
        return None, None
    if service := Service.objects.filter(
        provider=provider, public_id=scope, archived_at__isnull=True
    ).first():
        return None, service
    if category := Category.objects.filter(slug=scope, archived_at__isnull=True).first():
        return category, None
    raise NotFound


def _tiers(given: list[TierShape]) -> tuple[Tier, ...]:
    return tuple(Tier(each.until_min_before, each.keep_percent) for each in given)


def _shown(rule: PolicyRule) -> RuleOut:
    terms = {name: value for name, value in rule.terms.items() if name != "v"}
    for name in ("cancel", "change"):
        terms[name] = [{"until_min_before": until, "keep_percent": keep} for until, keep in terms[name]]
    scope = rule.service.public_id if rule.service else rule.category.slug if rule.category else ALL
    return RuleOut(scope=scope, terms=TermsShape(**terms, currency=rule.currency))
