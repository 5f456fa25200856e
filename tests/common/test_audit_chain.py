"""The hash chain over operators' acts: what is changed behind the application's back is found."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client

from common import audit
from common.models import AuditEntry, AuditLink
from tests.factories import make_user
from tests.signing_in import make_operator, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


ACT: Any = {
    "actor": "user:usr_1",
    "action": "provider.suspend",
    "object_type": "provider",
    "object_id": "prv_1",
    "chained": True,
}


def act(**data: Any) -> AuditEntry:
    audit.record(**ACT, **data)
    return AuditEntry.objects.latest("pk")


def behind_our_back(statement: str, *values: Any) -> None:
    """As somebody with the database's own powers would."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)


def test_links_follow_one_another_and_hold() -> None:
    entries = [act(reason="ä", n=1), act(a=[1, {"b": None}]), act()]
    audit.record(actor="user:usr_2", action="booking.held", object_type="booking", object_id="b")

    links = list(AuditLink.objects.order_by("seq"))

    assert [(link.seq, link.entry_id) for link in links] == [
        (n, e.pk) for n, e in enumerate(entries, start=1)
    ]
    assert [link.previous for link in links] == [audit.START, links[0].hash, links[1].hash]
    assert audit.check() == (audit.Head(3, links[2].hash), None)


def test_an_empty_chain_holds() -> None:
    assert audit.check() == (audit.Head(0, audit.START), None)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE common_auditentry SET actor = 'user:usr_9' WHERE id = %s", "its entry is not as it was"),
        ("""UPDATE common_auditentry SET data = '{"n": 9}' WHERE id = %s""", "its entry is not as it was"),
        (
            "UPDATE common_auditentry SET at = at - interval '1 us' WHERE id = %s",
            "its entry is not as it was",
        ),
        (
            "UPDATE common_auditentry SET chained = false WHERE id = %s",
            "its entry says that it is not chained",
        ),
        ("DELETE FROM common_auditentry WHERE id = %s", "its entry is gone"),
        ("DELETE FROM common_auditlink WHERE entry_id = %s", "the link is gone"),
        (
            "UPDATE common_auditlink SET hash = repeat('a', 64) WHERE entry_id = %s",
            "its entry is not as it was",
        ),
        (
            "UPDATE common_auditlink SET previous = repeat('a', 64) WHERE entry_id = %s",
            "it does not continue the link before",
        ),
    ],
)
def test_tampering_is_found_at_the_first_link_that_does_not_fit(statement: str, why: str) -> None:
    _, entry, _ = act(n=1), act(n=2), act(n=3)

    behind_our_back(statement, entry.pk)

    _, broken = audit.check()
    assert broken is not None
    assert (broken.seq, broken.why) == (2, why)
    with pytest.raises(CommandError, match="breaks at link 2"):
        call_command("check_audit")


def test_an_entry_slipped_in_without_a_link_is_found() -> None:
    act()
    behind_our_back(
        "INSERT INTO common_auditentry (actor, action, object_type, object_id, data, chained)"
        " VALUES (%s, 'x', 'x', 'x', '{}', true)",
        "user:usr_1",
    )

    assert audit.check()[1] == audit.Break(2, AuditEntry.objects.latest("pk").pk, "the entry has no link")


def test_a_chain_that_was_cut_is_found_by_a_head_that_was_kept(capsys: pytest.CaptureFixture[str]) -> None:
    act()
    call_command("check_audit")
    early = capsys.readouterr().out.split("Head: ")[1].strip()
    entry = act()
    kept = str(audit.check()[0])
    call_command("check_audit", head=early)
    behind_our_back("DELETE FROM common_auditlink WHERE entry_id = %s", entry.pk)
    behind_our_back("DELETE FROM common_auditentry WHERE id = %s", entry.pk)

    call_command("check_audit")
    with pytest.raises(CommandError, match="kept elsewhere"):
        call_command("check_audit", head=kept)


@pytest.mark.parametrize(
    "statement", ["UPDATE common_auditlink SET hash = ''", "DELETE FROM common_auditlink"]
)
def test_the_database_refuses_to_change_links(statement: str) -> None:
    act()
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_is_rolled_back_leaves_no_gap() -> None:
    act()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        act()
        _ = 1 / 0
    act()
    assert list(AuditLink.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2]
    assert audit.check()[1] is None


def test_many_at_once_make_one_chain() -> None:
    """Two transactions that both wrote an act wait for each other only while they commit."""
    barrier = threading.Barrier(4)

    def one(n: int) -> None:
        for _ in range(5):
            with transaction.atomic():
                audit.record(**ACT, n=n)
                barrier.wait(10)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(4)))

    assert AuditLink.objects.count() == 20
    assert audit.check()[1] is None


def test_operators_acts_are_chained_and_others_are_not() -> None:
    operator, customer = make_operator(), make_user()
    sign_in(Client(), operator).post("/account/2fa/recovery-codes/generate/")
    browser = sign_in(Client(), customer)
    browser.post("/account/tokens/", {"token-name": "till", "token-scopes": ["bookings:read"]})

    chained = {entry.action: entry.chained for entry in AuditEntry.objects.all()}
    assert chained == {"factor.added": True, "token.created": False}
