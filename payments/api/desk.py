"""The marketplace's money for operators over the API: payouts, runs, holds, and differences with payment companies.

In an operator's session, or by an operator's token with `payouts:read` or `payouts:write`. Amounts are minor units.
"""

import hashlib
from datetime import date
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from common.api import ERRORS, CursorPage, a_file, idempotent
from common.errors import NotFound
from payments import services
from payments.api.statements import Currency, PayoutOut, shown_payout
from payments.enums import PayoutStatus
from payments.models import GatewayDifference, Payout, PayoutHold, PayoutRun
from payments.selectors import gateways
from payments.selectors import overview as money
from payments.selectors import payouts as read
from payments.services.comparing import NOTE_LENGTH
from payments.services.payout_holds import REASON_LENGTH
from payments.services.payout_steps import RETURNED
from providers.api.given import caller
from providers.models import Provider
from providers.schemas import PublicId
from providers.schemas.base import Instant, Ref, Strict, Text

router = Router(tags=["desk"])
READ, WRITE = "payouts:read", "payouts:write"


class MoneyWeekOut(Schema):
    """Of a week by UTC: `escrow`, `payable` and `overdue` at its end, `commission` and `refunds` moved in it."""

    first: date
    last: date
    escrow: int
    payable: int
    overdue: int
    commission: int
    refunds: int


class MarketMoneyOut(Schema):
    """`balances` by kind of account, as docs/money.md has them: what the marketplace owes its owners. They sum to 0."""

    currency: str
    balances: dict[str, int]
    weeks: list[MoneyWeekOut]


class RunOut(Schema):
    """A run; `planned_at` is null while somebody may still be missing. `open` are those that have not ended."""

    id: str
    started_at: Instant
    planned_at: Instant | None
    payouts: int
    open: int
    failed: int


class RunsOut(Schema):
    items: list[RunOut]
    next: str | None


class DeskPayoutOut(PayoutOut):
    business: Ref
    run: str


class DeskPayoutsOut(Schema):
    items: list[DeskPayoutOut]
    next: str | None


class HoldIn(Strict):
    reason: Annotated[Text, Field(min_length=1, max_length=REASON_LENGTH, description="its owners read it")]


class HoldOut(Schema):
    business: Ref
    reason: str
    placed_at: Instant


class HoldsOut(Schema):
    items: list[HoldOut]
    next: str | None


class DifferenceOut(Schema):
    """`booked` is what the ledger says, `reported` what the payment company says, positive to us."""

    id: str
    gateway: str
    day: date
    kind: str
    moved: str
    reference: str
    gateway_ref: str
    currency: str
    booked: int
    reported: int
    found_at: Instant
    settled_at: Instant | None
    note: str


class DifferencesOut(Schema):
    items: list[DifferenceOut]
    next: str | None


class NoteIn(Strict):
    note: Annotated[Text, Field(min_length=1, max_length=NOTE_LENGTH, description="how it was settled")]


class MoneyFilter(Schema):
    currency: Currency = "EUR"


class PayoutFilter(Schema):
    """Which payouts: all, or those of one status, business (id) or run (id)."""

    status: PayoutStatus | None = None
    business: PublicId = ""
    run: PublicId = ""


@router.get("/desk/money", response={200: MarketMoneyOut, **ERRORS}, operation_id="get_money")
def get_money(request: HttpRequest, asked: Query[MoneyFilter]) -> MarketMoneyOut:
    """What the marketplace holds and owes now, and in each of the last 26 weeks, this one included."""
    caller(request).require_operator(READ)
    found = money.overview(asked.currency)
    weeks = [
        MoneyWeekOut(first=week.first, last=week.last, **{name: getattr(week, name) for name in money.SERIES})
        for week in found.weeks
    ]
    return MarketMoneyOut(currency=found.currency, balances=dict(found.balances), weeks=weeks)


@router.get("/desk/payout-runs", response={200: RunsOut, **ERRORS}, operation_id="list_payout_runs")
def list_payout_runs(request: HttpRequest, page: Query[CursorPage]) -> RunsOut:
    """The runs, the newest first."""
    caller(request).require_operator(READ)
    rows, cursor = page.cut(read.runs(), of="payout-runs", newest_first=True)
    return RunsOut(items=[_run(row) for row in rows], next=cursor)


@router.post("/desk/payout-runs", response={201: RunOut, **ERRORS}, operation_id="start_payout_run")
@idempotent
def start_payout_run(request: HttpRequest) -> tuple[int, RunOut]:
    """Begin a run besides the day's: within a minute it pays everybody what is due."""
    principal = caller(request)
    principal.require_operator(WRITE)
    asked = f"{principal.caller}:{request.headers['Idempotency-Key']}"
    key = f"api:{hashlib.sha256(asked.encode()).hexdigest()[:32]}"
    made = services.start_run(key=key, actor=principal.actor)
    return 201, _run(read.runs().get(pk=made.pk))


@router.get("/desk/payout-runs/{run}", response={200: RunOut, **ERRORS}, operation_id="get_payout_run")
def get_payout_run(request: HttpRequest, run: PublicId) -> RunOut:
    """One run; its payouts are `GET /desk/payouts?run=…`."""
    caller(request).require_operator(READ)
    found = read.runs().filter(public_id=run).first()
    if found is None:
        raise NotFound
    return _run(found)


@router.post(
    "/desk/payout-runs/{run}/file",
    response={200: None, **ERRORS},
    operation_id="fetch_payout_file",
    openapi_extra=a_file("application/xml"),
)
def fetch_payout_file(request: HttpRequest, run: PublicId) -> HttpResponse:
    """The bank's file of a run (pain.001.001.09, euros): made once, and always the same. Each reading stands in the
    record."""
    principal = caller(request)
    principal.require_operator(WRITE)
    found = PayoutRun.objects.filter(public_id=run).first()
    if found is None:
        raise NotFound
    made = services.make_payout_file(run=found, operator=principal.require_user())
    answer = HttpResponse(made.body, content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="pain.001-{made.message_id}.xml"'
    answer["Cache-Control"] = "no-store"
    return answer


@router.get("/desk/payouts", response={200: DeskPayoutsOut, **ERRORS}, operation_id="list_all_payouts")
def list_all_payouts(
    request: HttpRequest, asked: Query[PayoutFilter], page: Query[CursorPage]
) -> DeskPayoutsOut:
    """Everybody's payouts, the newest first."""
    caller(request).require_operator(READ)
    rows = Payout.objects.select_related("provider", "run")
    given = {"status": asked.status, "provider__public_id": asked.business, "run__public_id": asked.run}
    rows = rows.filter(**{name: value for name, value in given.items() if value})
    found, cursor = page.cut(rows, of="all-payouts", newest_first=True)
    return DeskPayoutsOut(items=[_payout(row) for row in found], next=cursor)


@router.post(
    "/desk/payouts/{payout}/paid", response={200: DeskPayoutOut, **ERRORS}, operation_id="mark_payout_paid"
)
@idempotent
def mark_payout_paid(request: HttpRequest, payout: PublicId) -> DeskPayoutOut:
    """What goes by file or by hand has arrived. Of what a payment company sends it says so itself: 404 here."""
    actor = _marker(request, payout)
    services.finish_payout(payout_id=payout, actor=actor)
    return _payout(Payout.objects.select_related("provider", "run").get(public_id=payout))


@router.post(
    "/desk/payouts/{payout}/failed",
    response={200: DeskPayoutOut, **ERRORS},
    operation_id="mark_payout_failed",
)
@idempotent
def mark_payout_failed(request: HttpRequest, payout: PublicId) -> DeskPayoutOut:
    """It came back: its money is the business's balance again, and comes with a later run."""
    actor = _marker(request, payout)
    services.fail_payout(payout_id=payout, failure=RETURNED, actor=actor)
    return _payout(Payout.objects.select_related("provider", "run").get(public_id=payout))


def _marker(request: HttpRequest, payout: str) -> str:
    """Who marks it. Raises NotFound, too, for what is not marked by hand."""
    principal = caller(request)
    principal.require_operator(WRITE)
    if not Payout.objects.filter(public_id=payout, gateway="").exists():
        raise NotFound
    return principal.actor


@router.get("/desk/payout-holds", response={200: HoldsOut, **ERRORS}, operation_id="list_payout_holds")
def list_payout_holds(request: HttpRequest, page: Query[CursorPage]) -> HoldsOut:
    """Who is not paid just now, and why: those held longest first."""
    caller(request).require_operator(READ)
    rows, cursor = page.cut(read.holds(), of="payout-holds")
    return HoldsOut(items=[_hold(row) for row in rows], next=cursor)


@router.put(
    "/desk/businesses/{provider}/payout-hold", response={200: HoldOut, **ERRORS}, operation_id="hold_payouts"
)
def hold_payouts(request: HttpRequest, provider: PublicId, body: HoldIn) -> HoldOut:
    """Pay a business nothing for now: 409 `payouts_held` if that is so already."""
    principal = caller(request)
    principal.require_operator(WRITE)
    made = services.hold_payouts(provider=_business(provider), reason=body.reason, actor=principal.actor)
    return _hold(PayoutHold.objects.select_related("provider").get(pk=made.pk))


@router.delete(
    "/desk/businesses/{provider}/payout-hold", response={204: None, **ERRORS}, operation_id="free_payouts"
)
def free_payouts(request: HttpRequest, provider: PublicId) -> Status:
    """Pay a business again, from the next run on. Without a hold nothing happens."""
    principal = caller(request)
    principal.require_operator(WRITE)
    services.free_payouts(provider=_business(provider), actor=principal.actor)
    return Status(204, None)


@router.get("/desk/differences", response={200: DifferencesOut, **ERRORS}, operation_id="list_differences")
def list_differences(request: HttpRequest, page: Query[CursorPage], settled: bool = False) -> DifferencesOut:
    """Where payment companies' reports and the ledger differ, the oldest first; `settled`: those that were, the newest
    first."""
    caller(request).require_operator(READ)
    rows = gateways.settled_differences() if settled else gateways.open_differences()
    found, cursor = page.cut(rows, of=f"differences:{settled}", newest_first=settled)
    return DifferencesOut(items=[_difference(row) for row in found], next=cursor)


@router.post(
    "/desk/differences/{difference}/again",
    response={200: DifferenceOut, **ERRORS},
    operation_id="look_at_difference_again",
)
@idempotent
def look_at_difference_again(request: HttpRequest, difference: PublicId) -> DifferenceOut:
    """Ask the payment company again: if it has come right by now, `settled_at` is set."""
    principal = caller(request)
    principal.require_operator(WRITE)
    return _difference(services.look_again(difference=difference, actor=principal.actor))


@router.post(
    "/desk/differences/{difference}/settle",
    response={200: DifferenceOut, **ERRORS},
    operation_id="settle_difference",
)
@idempotent
def settle_difference(request: HttpRequest, difference: PublicId, body: NoteIn) -> DifferenceOut:
    """It was settled outside of these books; `note` says how."""
    principal = caller(request)
    principal.require_operator(WRITE)
    return _difference(
        services.settle_difference(difference=difference, note=body.note, actor=principal.actor)
    )


def _business(provider: str) -> Provider:
    found = Provider.objects.filter(public_id=provider).first()
    if found is None:
        raise NotFound
    return found


def _ref(provider: Provider) -> Ref:
    return Ref(id=provider.public_id, name=provider.name)


def _run(row: PayoutRun) -> RunOut:
    return RunOut(
        id=row.public_id,
        started_at=row.started_at,
        planned_at=row.planned_at,
        payouts=row.count,  # type: ignore[attr-defined]  # annotated by the selector
        open=row.open_count,  # type: ignore[attr-defined]
        failed=row.failed_count,  # type: ignore[attr-defined]
    )


def _payout(row: Payout) -> DeskPayoutOut:
    return DeskPayoutOut(**shown_payout(row).model_dump(), business=_ref(row.provider), run=row.run.public_id)


def _hold(row: PayoutHold) -> HoldOut:
    return HoldOut(business=_ref(row.provider), reason=row.reason, placed_at=row.placed_at)


def _difference(row: GatewayDifference) -> DifferenceOut:
    names = DifferenceOut.model_fields.keys() - {"id"}
    return DifferenceOut(id=row.public_id, **{name: getattr(row, name) for name in names})
