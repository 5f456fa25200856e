"""What the demo's businesses have been paid, those whose owner can sign in: a run on each of the last Mondays."""

from datetime import datetime, timedelta

from accounts.models import User
from common.actors import SYSTEM, user_actor
from common.models import AuditEntry, Event, OutboxMessage
from marketplace.demo import signins
from marketplace.demo.load_money import SHARE
from marketplace.demo.seeds import event_uid, public_id
from payments import events
from payments.enums import AccountKind, PayoutStatus, PayoutWay, TransactionKind
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction, Payout, PayoutRun
from payments.rules.payouts import Due, Terms
from payments.selectors.payouts import EARNED
from payments.services import set_commission_vat
from payments.services.ledger import MARKETPLACE
from providers.enums import Role
from providers.models import Membership, Provider
from providers.rules.bank import by_iban
from providers.services.bank import set_bank_account

# The standard's own examples.
IBANS = ("FI2112345600000785", "FI1410093000123458", "DE89370400440532013000")
WEEKS = 9
TERMS = Terms()


def load_payouts(*, at: datetime) -> None:
    """Write VAT on the commission, bank accounts and payouts up to `at`, as the services would have left them."""
    operator = user_actor(User.objects.get(email=signins.OPERATOR).public_id)
    before = OutboxMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    set_commission_vat(country=SHARE.tax_country, rate_bp=SHARE.vat_bp, actor=operator)
    demo = Membership.objects.filter(
        role=Role.OWNER, user__email__in=[one.email for one in signins.SIGN_INS], provider__status="approved"
    ).order_by("user__email")
    paid: list[Provider] = []
    for number, owner in enumerate(demo.select_related("provider", "user")):
        account = by_iban(holder=owner.provider.name, iban=IBANS[number % len(IBANS)])
        set_bank_account(provider=owner.provider, account=account, user=owner.user)
        paid.append(owner.provider)
    OutboxMessage.objects.filter(pk__gt=before).delete()
    # `at` is a midnight of the city, by UTC still the evening before.
    monday = at - timedelta(days=(at + timedelta(hours=12)).weekday())
    for week in range(WEEKS, -1, -1):
        _run(monday - timedelta(weeks=week) + timedelta(hours=3, minutes=15), paid, operator, at)


def _run(started: datetime, providers: list[Provider], operator: str, at: datetime) -> None:
    if started >= at:
        return
    day = started.date().isoformat()
    run = PayoutRun.objects.create(
        public_id=public_id("run", day), key=day, actor=SYSTEM, started_at=started, planned_at=started
    )
    for provider in providers:
        for account in LedgerAccount.objects.filter(kind=AccountKind.PAYABLE, owner=provider.public_id):
            amount = _due(account, started).amount(TERMS.minimum_in(account.currency))
            if amount:
                _pay(run, provider, account, amount, operator)


def _due(account: LedgerAccount, at: datetime) -> Due:
    entries = account.entries.filter(transaction__at__lte=at).values_list(
        "amount", "transaction__kind", "transaction__at"
    )
    until = TERMS.earned_until(at)
    young = sum(amount for amount, kind, earned_at in entries if kind in EARNED and earned_at > until)
    return Due(sum(amount for amount, _, _ in entries), young)


def _pay(run: PayoutRun, provider: Provider, account: LedgerAccount, amount: int, operator: str) -> None:
    sent, arrived = run.started_at + timedelta(hours=5), run.started_at + timedelta(hours=29)
    payout = Payout.objects.create(
        public_id=public_id("pyo", run.key, provider.public_id),
        run=run,
        provider=provider,
        amount=amount,
        currency=account.currency,
        way=PayoutWay.FILE,
        status=PayoutStatus.PAID,
        shown_account=provider.bank_account.masked,
        created_at=run.started_at,
        sent_at=sent,
        paid_at=arrived,
        last_seq=3,
    )
    due = LedgerAccount.objects.create(
        kind=AccountKind.PAYOUT_DUE, owner=payout.public_id, currency=account.currency, balance=0
    )
    bank, _ = LedgerAccount.objects.get_or_create(
        kind=AccountKind.BANK, owner=MARKETPLACE, currency=account.currency
    )
    steps = (
        (TransactionKind.PAYOUT, run.started_at, account, due, SYSTEM),
        (TransactionKind.PAYOUT_PAID, arrived, due, bank, operator),
    )
    for kind, when, source, target, actor in steps:
        posted = LedgerTransaction.objects.create(
            public_id=public_id("txn", kind, payout.public_id),
            kind=kind,
            cause_type="payout",
            cause_id=payout.public_id,
            actor=actor,
            at=when,
        )
        LedgerEntry.objects.bulk_create(
            LedgerEntry(transaction=posted, account=side, amount=part, currency=account.currency)
            for side, part in ((source, -amount), (target, amount))
        )
    _tell(payout, provider, operator, sent, arrived)


def _tell(payout: Payout, provider: Provider, operator: str, sent: datetime, arrived: datetime) -> None:
    told = (
        (events.PAYOUT_PLANNED, payout.created_at, SYSTEM),
        (events.PAYOUT_SENT, sent, operator),
        (events.PAYOUT_PAID, arrived, operator),
    )
    facts = {
        "provider": provider.public_id,
        "run": payout.run.public_id,
        "amount": payout.amount,
        "currency": payout.currency,
        "way": payout.way,
    }
    for seq, (type_, when, actor) in enumerate(told, start=1):
        Event.objects.create(
            uid=event_uid(payout.public_id, seq),
            subject_type="payout",
            subject_id=payout.public_id,
            seq=seq,
            type=type_,
            actor=actor,
            at=when,
            payload=facts,
        )
        AuditEntry.objects.create(
            actor=actor, action=type_, object_type="payout", object_id=payout.public_id, at=when, data=facts
        )
