"""Visits that recur: their dates tried, booked all or none, and moved or cancelled together. Each is a booking."""

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Query, Router

from accounts.enums import ConsentSource
from bookings import schemas
from bookings.api.given import caller
from bookings.enums import Source
from bookings.errors import SeriesNotPossible
from bookings.rules.series import Rule, RuleUnknown, parse
from bookings.schemas import money
from bookings.schemas import series as s
from bookings.schemas.asked import Day
from bookings.schemas.sessions import ServiceRef
from bookings.schemas.waitlist import WallTime
from bookings.selectors import series as selectors
from bookings.selectors.slots import ItemRequest
from bookings.services import changes, holds, series
from bookings.services.holders import Contact
from bookings.services.quotes import quote_for
from common.api import ERRORS, idempotent, idempotent_together

router = Router(tags=["series"])


@router.post("/series/dates", response={200: s.SeriesDatesOut, **ERRORS}, operation_id="try_series")
def try_series(request: HttpRequest, body: s.SeriesIn) -> s.SeriesDatesOut:
    """Every date of the rule, tried against what is free now; for those that are not free, the nearest that are."""
    item = ItemRequest(body.service, body.options, body.staff)
    offering = selectors.sold_in_series(body.outlet, body.service)
    total = quote_for(offering, body.options).total
    where = None
    if body.address:
        address = holds.Address(**body.address.dict())
        where = holds.check_address(outlet=body.outlet, service=body.service, address=address)
    first = selectors.asked_first(offering, total=total)
    found = selectors.tried(
        outlet=body.outlet,
        item=item,
        rule=_rule(body.rule),
        first_day=body.first_day,
        at=body.at,
        where=where,
    )
    return s.SeriesDatesOut(
        timezone=offering.outlet.timezone,
        price=money(total, offering.outlet.currency),
        prepayment=money(first, offering.outlet.currency) if first else None,
        dates=[
            s.SeriesDateOut(
                day=each.day,
                start=each.start,
                free=each.trouble is None,
                reason=each.trouble,
                alternatives=list(each.alternatives),
            )
            for each in found
        ],
    )


@router.post("/series", response={201: s.SeriesOut, **ERRORS}, operation_id="book_series")
@idempotent_together
def book_series(request: HttpRequest, body: s.BookSeriesIn) -> tuple[int, s.SeriesOut]:
    """Book these dates, all or none (409 `series_not_free` names those that are gone). Each is a booking of its own,
    paid when it is done. A customer agrees to the terms and the notice in force by it: show that beside the button."""
    principal = caller(request, "bookings:write")
    made = series.book(
        principal=principal,
        outlet=body.outlet,
        item=ItemRequest(body.service, body.options, body.staff),
        rule=_rule(body.rule),
        first_day=body.first_day,
        at=body.at,
        starts={each.day: each.start for each in body.dates},
        contact=Contact(**body.customer.dict()) if body.customer else None,
        address=holds.Address(**body.address.dict()) if body.address else None,
        source=Source.API,
        language=get_language() or "en",
        agreed=ConsentSource.API,
    )
    return 201, series_out(selectors.series_for(principal, made.public_id))


@router.get("/series", response={200: s.SeriesListOut, **ERRORS}, operation_id="list_series")
def list_series(request: HttpRequest) -> s.SeriesListOut:
    """The signed-in user's series that still have a visit ahead, the newest first."""
    principal = caller(request, "bookings:read")
    principal.require_user()
    return s.SeriesListOut(
        items=[
            series_out(selectors.SeriesAccess(each, principal, is_customer=True, is_staff=False))
            for each in selectors.series_of(principal)
        ]
    )


@router.get("/series/{series_id}", response={200: s.SeriesOut, **ERRORS}, operation_id="get_series")
def get_series(request: HttpRequest, series_id: schemas.PublicId) -> s.SeriesOut:
    """One series with all its visits."""
    return series_out(selectors.series_for(caller(request, "bookings:read"), series_id))


@router.get(
    "/series/{series_id}/cancel",
    response={200: s.SeriesPreviewOut, **ERRORS},
    operation_id="preview_series_cancel",
)
def preview_cancel(
    request: HttpRequest,
    series_id: schemas.PublicId,
    from_: schemas.PublicId | None = Query(None, alias="from"),
) -> s.SeriesPreviewOut:
    """The exact amounts of cancelling what is ahead of the series now, or from the booking `from` on."""
    visits = _ahead(request, series_id, from_)
    return s.SeriesPreviewOut(visits=[_cost(visit, cost) for visit, cost in series.cancelling(visits)])


@router.post(
    "/series/{series_id}/cancel", response={200: s.SeriesOut, **ERRORS}, operation_id="cancel_series"
)
@idempotent
def cancel(request: HttpRequest, series_id: schemas.PublicId, body: s.CancelSeriesIn) -> s.SeriesOut:
    """Cancel these visits, all or none, under the terms of each (stale: 409 `policy_changed`)."""
    access = selectors.series_for(caller(request, "bookings:write"), series_id)
    series.cancel(access=access, versions={each.booking: each.version for each in body.visits})
    return series_out(access)


@router.get(
    "/series/{series_id}/move",
    response={200: s.SeriesPreviewOut, **ERRORS},
    operation_id="preview_series_move",
)
def preview_move(
    request: HttpRequest,
    series_id: schemas.PublicId,
    day: Day,
    at: WallTime,
    from_: schemas.PublicId | None = Query(None, alias="from"),
) -> s.SeriesPreviewOut:
    """What moving what is ahead would mean: its first visit, or the booking `from`, to the local `day` at `at`, and
    those after it by as many days, to the same time of the wall clock."""
    visits = _ahead(request, series_id, from_)
    days = selectors.days_between(visits, day)
    return s.SeriesPreviewOut(
        visits=[_cost(each.visit, each.preview, each) for each in series.moving(visits, days=days, at=at)]
    )


@router.post("/series/{series_id}/move", response={200: s.SeriesOut, **ERRORS}, operation_id="move_series")
@idempotent
def move(request: HttpRequest, series_id: schemas.PublicId, body: s.MoveSeriesIn) -> s.SeriesOut:
    """Move these visits, all or none (409 `series_not_free` names those that cannot go there)."""
    access = selectors.series_for(caller(request, "bookings:write"), series_id)
    series.move(
        access=access,
        starts={each.booking: each.start for each in body.visits},
        versions={each.booking: each.version for each in body.visits},
    )
    return series_out(access)


def series_out(access: selectors.SeriesAccess) -> s.SeriesOut:
    """A series as the API tells it."""
    found = access.series
    return s.SeriesOut(
        id=found.public_id,
        outlet=schemas.OutletRef(id=found.outlet.public_id, name=found.outlet.name),
        service=ServiceRef(id=found.service.public_id, name=found.service.name),
        staff=schemas.PersonRef(id=found.staff.public_id, name=found.staff.name) if found.staff else None,
        rule=found.rule,
        first_day=found.first_day,
        at=found.at,
        timezone=found.timezone,
        visits=[
            s.SeriesVisitOut(
                day=each.day,
                booking=each.booking.ref,
                status=each.booking.status,
                start=each.booking.starts_at,
                end=each.booking.ends_at,
            )
            for each in selectors.visits_of(access)
        ],
    )


def _rule(text: str) -> Rule:
    try:
        return parse(text)
    except RuleUnknown as error:
        raise SeriesNotPossible from error


def _ahead(request: HttpRequest, series_id: str, ref: str | None) -> list[selectors.Visit]:
    access = selectors.series_for(caller(request, "bookings:read"), series_id)
    return selectors.following(selectors.visits_of(access), ref)


def _cost(visit: selectors.Visit, cost: changes.Preview, to: series.Moving | None = None) -> s.VisitCostOut:
    return s.VisitCostOut(
        booking=visit.booking.ref,
        start=visit.booking.starts_at,
        refund=money(cost.refund, cost.currency),
        fee=money(cost.fee, cost.currency),
        version=cost.version,
        to=to.start if to else None,
        free=to.is_free if to else None,
        alternatives=list(to.alternatives) if to else [],
    )
