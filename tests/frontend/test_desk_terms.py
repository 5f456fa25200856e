"""Operators set the marketplace's own terms and how far businesses may go."""

import pytest
from django.test import Client

from accounts.models import User
from common.models import AuditEntry
from payments.models import PolicyBounds, PolicyRule
from payments.rules.bounds import Bounds
from payments.rules.policy import DEFAULT
from payments.selectors import bounds_for, policy_for
from providers.models import Service
from tests.factories import make_outlet, make_service
from tests.frontend.booking_steps import text
from tests.frontend.test_provider_terms import GIVEN, MEANT
from tests.signing_in import sign_in

BOUNDS = {
    "do": "bounds",
    "most_prepaid_percent": "50",
    "most_late_percent": "60",
    "most_no_show_percent": "90",
    "most_free_hours": "36",
    "least_booking_grace_min": "5",
}


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    sign_in(client, User.objects.create_superuser(email="operator@example.com"))
    return client


@pytest.fixture
def service(db: None) -> Service:
    return make_service(make_outlet())


def test_terms_for_everywhere_and_for_a_category(operator: Client, service: Service) -> None:
    where = f"/desk/terms/edit/?for={service.category.slug}"
    assert operator.post("/desk/terms/edit/", {**GIVEN, "do": "terms"}).status_code == 302
    assert policy_for(service) == MEANT
    assert operator.post(where, {**GIVEN, "do": "terms", "deposit_percent": "5"}).status_code == 302
    assert policy_for(service).deposit_percent == 5
    assert "own terms" in text(operator.get("/desk/terms/"))

    operator.post(where, {"do": "drop_terms"})
    operator.post(where, {"do": "drop_terms"})
    assert policy_for(service) == MEANT
    operator.post("/desk/terms/edit/", {"do": "drop_terms"})
    assert policy_for(service) == DEFAULT
    assert not PolicyRule.objects.exists()
    assert AuditEntry.objects.filter(action__startswith="policy.").count() == 4


def test_bounds_are_drawn_and_taken_away(operator: Client, service: Service) -> None:
    where = f"/desk/terms/edit/?for={service.category.slug}"

    assert operator.post(where, BOUNDS).status_code == 302

    assert bounds_for(service.category_id) == Bounds(50, 60, 90, 36 * 60, 5)
    assert policy_for(service).booking_grace_min == 5
    assert 'value="36' in operator.get(where).content.decode()
    operator.post(where, {"do": "drop_bounds"})
    assert not PolicyBounds.objects.exists()
    assert AuditEntry.objects.filter(action__startswith="policy_bounds.").count() == 2


def test_what_cannot_be_is_refused(operator: Client, service: Service) -> None:
    answer = operator.post("/desk/terms/edit/", {**BOUNDS, "most_late_percent": "101"})

    assert answer.status_code == 422
    assert "Ensure this value is less than or equal to 100." in text(answer)
    assert operator.post("/desk/terms/edit/", {"do": "nothing"}).status_code == 422
    assert operator.get("/desk/terms/edit/?for=unheard-of").status_code == 404
    assert not PolicyBounds.objects.exists()
