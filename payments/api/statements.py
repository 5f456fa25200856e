"""What a business earned and what was paid to it, over the API. Amounts are minor units of the currency."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from common import clock
from common.api import ERRORS, CursorPage
from common.money import hundredths_of
from payments.enums import PayeeNeed, PayeeStatus, PayoutStatus, PayoutWay
from payments.models import Payout
from payments.selectors import payouts as paying
from payments.selectors import shares
from payments.selectors import statements as read
from payments.selectors.payees import payee_of, payees_gateway
from payments.selectors.statements import Statement
from providers.api.given import caller
from providers.enums import Role
from providers.models import Provider
from providers.schemas import PublicId
from providers.schemas.base import Instant
from providers.selectors.access import access_provider

router = Router(tags=["provider"])
SCOPE = "money:read"

MonthName = Annotated[str, Field(max_length=7, description="such as 2026-11")]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class InCurrency(Schema):
    """Of which balance: a business has one in each currency that it is paid in."""

    currency: Currency = "EUR"


class StatementOut(Schema):
    """`opening` + `gross` + `commission` + `vat` + `paid_out` + `other` = `closing`: what came is positive, what went
    negative, each less what was taken back. `gross` was paid online; commission and VAT are also those of what was
    paid at the counter."""

    number: str
    month: str
    currency: str
    start: datetime
    end: datetime
    opening: int
    gross: int
    commission: int
    vat: int
    paid_out: int
    other: int
    closing: int


class LineOut(Schema):
    """`amount` is what it did to the balance: `price` + `commission` + `vat`. `kind` as in docs/money.md; of a reversal
    `of` is what was taken back."""

    transaction: str
    at: datetime
    kind: str
    of: str
    booking: str | None
    price: int
    commission: int
    vat: int
    amount: int
    currency: str


class LinesOut(Schema):
    items: list[LineOut]
    next: str | None


class PayoutOut(Schema):
    id: str
    amount: int
    currency: str
    way: PayoutWay
    status: PayoutStatus
    account: str = Field(description="what is shown of the bank account, or empty")
    failure: str = Field(
        description="why it failed: held, refused, returned, no_account, account_not_ready; else empty"
    )
    created_at: Instant
    sent_at: Instant | None
    paid_at: Instant | None
    failed_at: Instant | None


class PayoutsOut(Schema):
    items: list[PayoutOut]
    next: str | None


class PayeeOut(Schema):
    """The account that the gateway in force keeps for the business. An owner sets it up under Money."""

    gateway: str
    status: PayeeStatus
    needs: list[PayeeNeed]
    due_by: datetime | None


class TermsOut(Schema):
    """What is due now, and what the marketplace asks in general; basis points are hundredths of a percent."""

    currency: str
    balance: int
    payable: int = Field(description="of the balance: what may be paid now; less than the minimum waits")
    minimum: int
    after_days: int
    held_for_visits: int = Field(description="paid online for visits that are not closed")
    on_hold: str | None = Field(description="why nothing is paid for now")
    commission_bp: int
    vat_bp: int
    payee: PayeeOut | None = Field(
        None, description="the account at the gateway that pays, where one keeps accounts and it was begun"
    )


@router.get(
    "/provider/businesses/{provider}/balance", response={200: TermsOut, **ERRORS}, operation_id="get_balance"
)
def get_balance(request: HttpRequest, provider: PublicId, asked: Query[InCurrency]) -> TermsOut:
    """The business's balance, what of it is paid with the next run, and the rate for what has none of its own."""
    found = access_provider(caller(request), provider, role=Role.MANAGER, scope=SCOPE)
    terms = paying.terms_of(found)
    due = paying.due_of(found.public_id, asked.currency, terms)
    hold = paying.hold_on(found)
    home = shares.home_of(found)
    today, month = shares.month_of(clock.now(), home.zone)
    so_far = hundredths_of(shares.turnover(found.public_id, asked.currency, month), asked.currency)
    return TermsOut(
        currency=asked.currency,
        balance=due.balance,
        payable=due.payable,
        minimum=terms.minimum_in(asked.currency),
        after_days=terms.after_days,
        held_for_visits=read.held_for(found, asked.currency),
        on_hold=hold.reason if hold else None,
        commission_bp=shares.rate_for(found).at(turnover=so_far, on=today),
        vat_bp=shares.vat_for(home.country),
        payee=_payee(found),
    )


@router.get(
    "/provider/businesses/{provider}/statements/{month}",
    response={200: StatementOut, **ERRORS},
    operation_id="get_statement",
)
def get_statement(
    request: HttpRequest, provider: PublicId, month: Path[MonthName], asked: Query[InCurrency]
) -> StatementOut:
    """The sums of a calendar month by the clock of the business's first shop; one that goes on has what is there."""
    found = access_provider(caller(request), provider, role=Role.MANAGER, scope=SCOPE)
    statement = _statement(found, month, asked.currency)
    sums = statement.sums
    return StatementOut(
        number=statement.number,
        month=statement.month.name,
        currency=statement.currency,
        start=statement.month.start,
        end=statement.month.end,
        opening=sums.opening,
        gross=sums.gross,
        commission=sums.commission,
        vat=sums.vat,
        paid_out=sums.paid_out,
        other=sums.other,
        closing=sums.closing,
    )


@router.get(
    "/provider/businesses/{provider}/statements/{month}/lines",
    response={200: LinesOut, **ERRORS},
    operation_id="list_statement_lines",
)
def list_statement_lines(
    request: HttpRequest,
    provider: PublicId,
    month: Path[MonthName],
    asked: Query[InCurrency],
    page: Query[CursorPage],
) -> LinesOut:
    """Every movement of a month, the newest first. Their amounts are the statement's closing less its opening."""
    found = access_provider(caller(request), provider, role=Role.MANAGER, scope=SCOPE)
    statement = _statement(found, month, asked.currency)
    lines = read.lines_of(found, statement.month.span, asked.currency)
    rows, cursor = read.cut(lines, of=f"statement:{statement.number}", limit=page.limit, cursor=page.cursor)
    items = [
        LineOut(
            transaction=row.transaction.public_id,
            at=row.transaction.at,
            kind=row.transaction.kind,
            of=row.meant,
            booking=row.transaction.booking_ref or None,
            price=row.amount + row.commission + row.vat,
            commission=-row.commission,
            vat=-row.vat,
            amount=row.amount,
            currency=row.currency,
        )
        for row in rows
    ]
    return LinesOut(items=items, next=cursor)


@router.get(
    "/provider/businesses/{provider}/payouts",
    response={200: PayoutsOut, **ERRORS},
    operation_id="list_payouts",
)
def list_payouts(request: HttpRequest, provider: PublicId, page: Query[CursorPage]) -> PayoutsOut:
    """What was paid to the business, or is on its way, the newest first."""
    found = access_provider(caller(request), provider, role=Role.MANAGER, scope=SCOPE)
    rows, cursor = page.cut(paying.payouts_of(found), of=f"payouts:{provider}", newest_first=True)
    return PayoutsOut(items=[shown_payout(row) for row in rows], next=cursor)


def _payee(provider: Provider) -> PayeeOut | None:
    gateway = payees_gateway()
    row = payee_of(provider, gateway.name) if gateway else None
    if row is None:
        return None
    return PayeeOut(
        gateway=row.gateway,
        status=PayeeStatus(row.status),
        needs=[PayeeNeed(need) for need in row.needs],
        due_by=row.due_by,
    )


def shown_payout(row: Payout) -> PayoutOut:
    """A payout as the API answers it."""
    return PayoutOut(
        id=row.public_id,
        amount=row.amount,
        currency=row.currency,
        way=PayoutWay(row.way),
        status=PayoutStatus(row.status),
        account=row.shown_account,
        failure=row.failure,
        created_at=row.created_at,
        sent_at=row.sent_at,
        paid_at=row.paid_at,
        failed_at=row.failed_at,
    )


def _statement(provider: Provider, month: str, currency: str) -> Statement:
    return read.statement_of(provider, read.month_named(provider, month), currency)
