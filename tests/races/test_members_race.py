"""Two owners who leave a business at the same moment: one of them must stay."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from providers.enums import Role
from providers.errors import LastOwner
from providers.models import Membership, Provider
from providers.services import members
from tests.factories import make_member, make_provider

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owners() -> Iterator[list[Membership]]:
    provider = make_provider()
    for _ in range(2):
        make_member(provider, Role.OWNER)
    yield list(Membership.objects.filter(provider=provider))


def leave_together(owners: list[Membership]) -> list[bool]:
    """Both leave at once, each in a thread of its own; whether each could."""

    def leave(membership: Membership) -> bool:
        try:
            members.remove_member(membership=membership, actor="system")
            return True
        except LastOwner:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(leave, owners))


def test_of_two_owners_who_leave_at_once_one_stays(owners: list[Membership]) -> None:
    assert sorted(leave_together(owners)) == [False, True]
    assert Membership.objects.filter(role=Role.OWNER).count() == 1


def test_without_the_lock_both_would_be_gone(
    owners: list[Membership], monkeypatch: pytest.MonkeyPatch
) -> None:
    both_looked = Barrier(2, timeout=10)
    look = members._keep_an_owner

    def look_and_wait(leaving: Membership) -> None:
        look(leaving)
        both_looked.wait()

    monkeypatch.setattr(members, "_keep_an_owner", look_and_wait)
    monkeypatch.setattr(members, "lock_provider", lambda pk: Provider.objects.get(pk=pk))
    # Without the lock the event's number is taken twice as well: look at the memberships alone.
    monkeypatch.setattr(members, "tell_of", lambda *args: None)
    assert leave_together(owners) == [True, True]
    assert not Membership.objects.exists()
