"""The operators' desk: its frame, and what waits."""

from datetime import timedelta

import pytest
from django.test import Client

from common import clock
from frontend.desk_nav import queues
from providers.enums import ProviderStatus
from tests.factories import make_provider
from tests.signing_in import make_operator, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return sign_in(Client(), make_operator(name="Outi Salo"))


def test_the_overview_says_what_waits_and_since_when(desk: Client) -> None:
    for days in (3, 1):
        make_provider(
            status=ProviderStatus.SUBMITTED, approved_at=None, created_at=clock.now() - timedelta(days=days)
        )
    make_provider()

    page = desk.get("/desk/").content.decode()

    assert "Outi Salo" in page
    assert "The oldest waits for 3\xa0days" in page
    assert '<span class="desk__count figures">2</span>' in page


def test_nothing_waits(desk: Client) -> None:
    assert "Nothing waits" in desk.get("/desk/").content.decode()


def test_each_queue_costs_one_query(desk: Client, django_assert_num_queries: object) -> None:
    desk.get("/desk/")
    with django_assert_num_queries(2 + len(queues())):  # type: ignore[operator]  # the session, its user, the queues
        desk.get("/desk/")
