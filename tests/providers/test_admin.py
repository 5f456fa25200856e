"""The operators' back office of businesses."""

import pytest
from django.test import Client

from common.models import AuditEntry
from providers.enums import ProviderStatus
from providers.models import DocumentKindName
from tests.factories import make_provider
from tests.providers.conftest import Business
from tests.signing_in import make_operator, sign_in

pytestmark = pytest.mark.django_db
PATH = "/admin/providers/provider/"


@pytest.fixture
def operator() -> Client:
    client = Client()
    sign_in(client, make_operator())
    return client


def test_businesses_are_decided_on_at_the_desk_not_in_the_list(operator: Client) -> None:
    make_provider(status=ProviderStatus.SUBMITTED, approved_at=None)
    page = operator.get(PATH)
    assert page.status_code == 200
    assert 'name="action"' not in page.content.decode()


def test_operators_keep_the_kinds_of_documents(operator: Client) -> None:
    data = {
        "slug": "licence",
        "subject": "business",
        "asks_until": "on",
        "position": "1",
        "names-TOTAL_FORMS": "1",
        "names-INITIAL_FORMS": "0",
        "names-0-language": "en",
        "names-0-name": "Business licence",
        "requirements-TOTAL_FORMS": "0",
        "requirements-INITIAL_FORMS": "0",
    }
    assert operator.post("/admin/providers/documentkind/add/", data).status_code == 302
    assert DocumentKindName.objects.get(kind__slug="licence").name == "Business licence"
    assert AuditEntry.objects.get(action="document_kind.set").actor.startswith("user:usr_")


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


def test_a_category_is_changed_at_the_desk_only(operator: Client, business: Business) -> None:
    path = f"/admin/providers/category/{business.category.pk}/change/"
    assert operator.post(path, {"position": "3"}).status_code == 403
