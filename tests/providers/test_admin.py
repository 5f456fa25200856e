"""The operators' back office of businesses."""

from typing import Any

import pytest
from django.test import Client

from common.models import AuditEntry
from providers.enums import ProviderStatus
from providers.models import Category, Offering
from tests.factories import make_category, make_outlet, make_provider, make_service
from tests.providers.conftest import Business
from tests.signing_in import make_operator, sign_in

pytestmark = pytest.mark.django_db
PATH = "/admin/providers/provider/"


@pytest.fixture
def operator() -> Client:
    client = Client()
    sign_in(client, make_operator())
    return client


def act(client: Client, action: str, *rows: Any) -> Any:
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(PATH, data, follow=True)


def test_operators_approve_and_suspend_in_the_list(operator: Client) -> None:
    provider = make_provider(status=ProviderStatus.SUBMITTED, approved_at=None)
    make_service(make_outlet(provider))
    act(operator, "approve", provider)
    provider.refresh_from_db()
    assert provider.status == ProviderStatus.APPROVED
    assert Offering.objects.get().is_live
    assert AuditEntry.objects.get(action="provider.approve").actor.startswith("user:usr_")
    act(operator, "suspend", provider)
    assert not Offering.objects.get().is_live


def test_what_cannot_be_done_is_said_and_changes_nothing(operator: Client) -> None:
    draft = make_provider(status=ProviderStatus.DRAFT, approved_at=None, name="Draft shop")
    answer = act(operator, "approve", draft)
    assert "Draft shop: That is not possible" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.status == ProviderStatus.DRAFT


@pytest.mark.parametrize("model", ["provider", "outlet", "staffmember", "service", "category"])
def test_every_list_and_row_opens_for_operators_only(
    operator: Client, business: Business, model: str
) -> None:
    rows = {
        "provider": business.provider,
        "outlet": business.outlet,
        "staffmember": business.person,
        "service": business.service,
        "category": business.category,
    }
    paths = [f"/admin/providers/{model}/", f"/admin/providers/{model}/{rows[model].pk}/change/"]
    for path in paths:
        assert operator.get(path).status_code == 200
        member = Client()
        member.force_login(business.owner)
        assert member.get(path).status_code == 302


def test_a_category_archived_here_leaves_search(operator: Client, business: Business) -> None:
    nails = make_category("nails")
    path = f"/admin/providers/category/{business.category.pk}/change/"
    name = business.category.names.get()
    data = {
        "position": "3",
        "archived_at_0": "2026-11-01",
        "archived_at_1": "12:00:00",
        "names-TOTAL_FORMS": "1",
        "names-INITIAL_FORMS": "1",
        "names-0-id": str(name.pk),
        "names-0-category": str(business.category.pk),
        "names-0-language": "en",
        "names-0-name": "Hair",
    }
    assert operator.post(path, data).status_code == 302
    assert Category.objects.get(pk=business.category.pk).position == 3
    assert not Offering.objects.get().is_live
    assert nails.archived_at is None
