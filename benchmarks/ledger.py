"""The ledger: postings per second against their own SQL in pgbench, and balances of accounts with a million entries."""

import json
import os
import random
import time
import traceback
import uuid
from pathlib import Path

from django.db import connection, connections, transaction

from benchmarks.client import BenchError, Sample
from benchmarks.figures import MS, Figures
from benchmarks.holds import CLIENTS, ROUNDS, pgbench
from benchmarks.recording import pgbench_script, record
from marketplace.demo import bulk
from payments.enums import AccountKind, TransactionKind
from payments.models import LedgerAccount, LedgerEntry
from payments.selectors import balance
from payments.services import keep_checkpoints
from payments.services.ledger import Account, Cause, Line, post

ACCOUNTS = 2000
AMOUNT = 5800
# Keys that no other number in a recorded posting is like, so that its text can be searched for them.
FIRST_ACCOUNT, FIRST_TRANSACTION = 7_000_000_000_000, 5_000_000_000_000
FEW = 100
# What may have been posted since the last checkpoint.
SINCE = 500
ASKED = 400
TABLES = ("payments_ledgertransaction", "payments_ledgerentry")


async def ledger(figures: Figures, *, script: Path, seconds: float, entries: int) -> None:
    """Post into two thousand bookings' escrow by eight clients, in turns with pgbench; then ask for balances."""
    owners = make_accounts()
    statements = write_script(script, owners)
    ours, sql = Sample(), Sample()
    for turn in range(ROUNDS + 1):
        measured = post_by_clients(owners, seconds=seconds if turn else 0.5)
        limit = await pgbench(script, transactions=400 if turn else 50)
        if turn:
            ours.add(measured)
            sql.add(limit)
    group = "Ledger: postings"
    figures.group(
        group, limit=f"the {statements} statements of one posting as a pgbench script, in turns with it"
    )
    figures.add(group, f"{CLIENTS} clients", ours.rate, sql.rate, "/s", "higher")
    for share in (0.5, 0.99):
        figures.add(
            group,
            f"{CLIENTS} clients, p{share * 100:.0f}",
            ours.quantile(share) * MS,
            sql.quantile(share) * MS,
            "ms",
            "lower",
        )
    balances(figures, entries)


def make_accounts() -> list[str]:
    """The bookings that are posted to: accounts of escrow, which keep their balance."""
    owners = [f"HB-{number:06}" for number in range(ACCOUNTS)]
    LedgerAccount.objects.bulk_create(
        LedgerAccount(pk=FIRST_ACCOUNT + n, kind=AccountKind.ESCROW, owner=owner, currency="EUR", balance=0)
        for n, owner in enumerate(owners)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{TABLES[0]}', 'id'), {FIRST_TRANSACTION})")
    return owners


def posting(owner: str) -> None:
    """What a captured payment posts."""
    post(
        kind=TransactionKind.CAPTURE,
        booking_ref=owner,
        entries=[
            Line(Account(AccountKind.GATEWAY, "bench"), -AMOUNT, "EUR"),
            Line(Account(AccountKind.ESCROW, owner), AMOUNT, "EUR"),
        ],
        actor="system",
        cause=Cause("bench", str(uuid.uuid4())),
    )


def write_script(script: Path, owners: list[str]) -> int:
    """Record one posting, write it as a pgbench script over all accounts; answers how many statements it has."""
    posting(owners[0])  # what a process asks once, it asks now
    owner = owners[1]
    statements = record(lambda: posting(owner))
    account = LedgerAccount.objects.get(kind=AccountKind.ESCROW, owner=owner)
    made = LedgerEntry.objects.filter(account=account).select_related("transaction").get().transaction
    # Rows go in as arrays: their keys are searched for in the text.
    made_by_posting = f"{TABLES[0]}_id"
    texts = {made.public_id: "public_id", made.cause_id: "cause", owner: "owner"}
    texts |= {str(account.pk): "account_id", str(made.pk): made_by_posting}
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS bench")
        cursor.execute("DROP TABLE IF EXISTS bench.escrow; DROP SEQUENCE IF EXISTS bench.next_escrow")
        cursor.execute(
            "CREATE TABLE bench.escrow AS SELECT row_number() OVER (ORDER BY id) - 1 AS n, id AS account_id, owner"
            " FROM payments_ledgeraccount WHERE kind = 'escrow' AND owner LIKE 'HB-%%'"
        )
        cursor.execute("CREATE UNIQUE INDEX ON bench.escrow (n)")
        cursor.execute("CREATE SEQUENCE bench.next_escrow; ANALYZE bench.escrow")
    first = (
        "SELECT e.account_id, e.owner, gen_random_uuid() AS cause,"
        " 'txn_' || left(md5(random()::text), 16) AS public_id FROM bench.escrow e"
        f" WHERE e.n = (SELECT nextval('bench.next_escrow') % {len(owners)}) \\gset\n"
    )
    script.write_text(first + pgbench_script(statements, numbers={-1: made_by_posting}, texts=texts))
    return len(statements)


def post_by_clients(owners: list[str], *, seconds: float) -> Sample:
    """Processes of their own, as the site's workers are, each posting as fast as it is answered."""
    connections.close_all()
    if connection.pool:  # its threads do not come along
        connection.close_pool()
    clients = []
    for _ in range(CLIENTS):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            _client(owners, writer, seconds)
        os.close(writer)
        clients.append((child, reader))
    sample = Sample(elapsed=seconds)
    for child, reader in clients:
        with os.fdopen(reader) as told:
            sample.seconds += json.loads(told.read() or "null") or []
        _, status = os.waitpid(child, 0)
        if status:
            raise BenchError("a client that posts has failed")
    return sample


def _client(owners: list[str], writer: int, seconds: float) -> None:
    """Post for so long, tell how long each took, and end this process."""
    status = 1
    try:
        dice = random.Random(os.getpid())
        posting(dice.choice(owners))  # connects
        taken, end = [], time.perf_counter() + seconds
        while (begun := time.perf_counter()) < end:
            posting(dice.choice(owners))
            taken.append(time.perf_counter() - begun)
        with os.fdopen(writer, "w") as told:
            json.dump(taken, told)
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(status)


def balances(figures: Figures, entries: int) -> None:
    """The balance of an account with few entries, and of one with many: after a checkpoint, and with some since."""
    add_entries("few", FEW)
    add_entries("many", entries)
    keep_checkpoints()
    few, many = ask("few"), ask("many")
    add_entries("many", SINCE)
    later = ask("many")
    if balance(AccountKind.COMMISSION, "bench-many", "EUR") != entries + SINCE:
        raise BenchError("a balance is wrong")
    group = f"Ledger: the balance of an account with {entries:,} entries"
    figures.group(
        group, limit=f"the balance of one with {FEW} entries, in turns with it; to stay under 5 times that"
    )
    for name, sample in (("at its checkpoint", many), (f"{SINCE} entries later", later)):
        figures.add(group, f"{name}, p50", sample.quantile(0.5) * MS, few.quantile(0.5) * MS, "ms", "lower")


def add_entries(name: str, count: int) -> None:
    """So many transactions of one cent to an account, without the checks that are true of them."""
    accounts = [
        LedgerAccount.objects.get_or_create(
            kind=AccountKind.COMMISSION, owner=f"bench-{side}", currency="EUR"
        )[0]
        for side in (name, "other")
    ]
    with transaction.atomic(), bulk.filling(*TABLES), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM payments_ledgertransaction")
        (last,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO payments_ledgertransaction (id, public_id, kind, booking_ref, cause_type, cause_id, actor, at)"
            " SELECT n, 'txb_' || lpad(to_hex(n), 16, '0'), 'capture', '', 'bench', 'e' || n, 'system', now()"
            " FROM generate_series(%(last)s + 1, %(last)s + %(count)s) n",
            {"last": last, "count": count},
        )
        for account, amount in zip(accounts, (1, -1), strict=True):
            cursor.execute(
                "INSERT INTO payments_ledgerentry (transaction_id, account_id, amount, currency)"
                " SELECT n, %(account)s, %(amount)s, 'EUR'"
                " FROM generate_series(%(last)s + 1, %(last)s + %(count)s) n",
                {"last": last, "count": count, "account": account.pk, "amount": amount},
            )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE payments_ledgerentry")


def ask(name: str) -> Sample:
    """The balance of an account, again and again."""
    sample = Sample()
    for _ in range(ASKED):
        begun = time.perf_counter()
        balance(AccountKind.COMMISSION, f"bench-{name}", "EUR")
        sample.seconds.append(time.perf_counter() - begun)
    sample.elapsed = sum(sample.seconds)
    return sample
