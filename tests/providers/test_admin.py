"""The operators' back office of businesses."""

import pytest
from django.test import Client

from common.models import AuditEntry
from providers.enums import ProviderStatus
from providers.models import Category, Offering
from providers.selectors.standards import standard_of
from providers.selectors.vetting import needs
from tests.factories import make_category, make_provider
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


def test_operators_say_what_papers_a_category_needs(operator: Client, business: Business) -> None:
    data = {
        "slug": "licence",
        "subject": "business",
        "asks_until": "on",
        "position": "1",
        "names-TOTAL_FORMS": "1",
        "names-INITIAL_FORMS": "0",
        "names-0-language": "en",
        "names-0-name": "Business licence",
        "requirements-TOTAL_FORMS": "1",
        "requirements-INITIAL_FORMS": "0",
        "requirements-0-category": str(business.category.pk),
        "requirements-0-is_required": "on",
    }
    assert operator.post("/admin/providers/documentkind/add/", data).status_code == 302
    [need] = needs(business.provider)
    assert (need.kind.slug, need.is_required, need.is_sent) == ("licence", True, False)
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
        "document_requirements-TOTAL_FORMS": "0",
        "document_requirements-INITIAL_FORMS": "0",
        "standard-TOTAL_FORMS": "2",
        "standard-INITIAL_FORMS": "0",
        "standard-0-category": str(business.category.pk),
        "standard-0-position": "1",
        "standard-0-words_en": "Clean tools",
        "standard-0-words_zh_hans": "工具干净",
        "standard-1-category": str(business.category.pk),
        "standard-1-position": "0",
        "standard-1-words_en": "Ask what is wanted",
        "standard-1-words_zh_hans": "",
    }
    assert operator.post(path, data).status_code == 302
    assert Category.objects.get(pk=business.category.pk).position == 3
    assert standard_of(business.category.pk) == [
        {"en": "Ask what is wanted"},
        {"en": "Clean tools", "zh-hans": "工具干净"},
    ]
    assert not Offering.objects.get().is_live
    assert nails.archived_at is None
