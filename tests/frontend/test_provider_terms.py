"""A business sets the terms it sells under; the customer reads and agrees to them at the checkout."""

from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from bookings.models import Booking
from common.models import AuditEntry
from frontend.views.provider_terms_forms import TermsForm
from payments.models import Payment, PolicyBounds, PolicyRule
from payments.rules.policy import DEFAULT, Policy, Prepayment, Tier
from payments.sandbox.service import act
from payments.selectors import policy_for
from payments.services import set_policy, sync_booking
from providers.enums import Role
from providers.models import Outlet, Service
from tests.factories import make_member, make_outlet, make_service
from tests.frontend.booking_steps import held_by, pay, text

GIVEN: dict[str, Any] = {
    "prepayment": "deposit",
    "deposit_percent": "20",
    "free_hours": "48",
    "late_percent": "25",
    "step1_hours": "12",
    "step1_percent": "50",
    "booking_grace_min": "15",
    "change_free_hours": "1.5",
    "change_percent": "10",
    "no_show_percent": "80",
    "no_show_grace_min": "10",
}
MEANT = Policy(
    cancel=(Tier(48 * 60, 0), Tier(12 * 60, 25), Tier(0, 50)),
    change=(Tier(90, 0), Tier(0, 10)),
    no_show_percent=80,
    no_show_grace_min=10,
    booking_grace_min=15,
    prepayment=Prepayment.DEPOSIT,
    deposit_percent=20,
)


@pytest.fixture
def outlet(db: None) -> Outlet:
    return make_outlet()


@pytest.fixture
def service(outlet: Outlet) -> Service:
    return make_service(outlet, name="Colour")


@pytest.fixture
def manager(outlet: Outlet) -> Client:
    client = Client()
    client.force_login(make_member(outlet.provider, Role.MANAGER))
    return client


def path(outlet: Outlet, page: str = "", of: str = "") -> str:
    return f"/provider/{outlet.provider.public_id}/terms/{page}" + (f"?for={of}" if of else "")


def test_without_rules_of_its_own_the_marketplaces_are_shown(
    manager: Client, outlet: Outlet, service: Service
) -> None:
    page = text(manager.get(path(outlet)))

    assert "as the marketplace has it" in page
    assert "All of it back until 24 h before" in page
    assert "Colour" in page


def test_terms_are_set_for_all_for_a_category_and_for_a_service(
    manager: Client, outlet: Outlet, service: Service
) -> None:
    for key, percent in (("", "20"), (service.category.slug, "30"), (service.public_id, "40")):
        answer = manager.post(path(outlet, "edit/", key), {**GIVEN, "deposit_percent": percent})
        assert answer.status_code == 302, text(answer)
        assert policy_for(service).deposit_percent == int(percent)
    assert PolicyRule.objects.get(service=None, category=None).policy == MEANT
    assert "Free for 15 minutes after booking" in text(manager.get(path(outlet)))
    assert AuditEntry.objects.filter(action="policy.set").count() == 3

    assert "Remove the terms for Colour?" in text(manager.get(path(outlet, "remove/", service.public_id)))
    manager.post(path(outlet, "remove/", service.public_id))
    assert policy_for(service).deposit_percent == 30
    # Twice, by the back button: nothing more happens.
    assert manager.post(path(outlet, "remove/", service.public_id)).status_code == 302
    assert policy_for(service).deposit_percent == 30


def test_the_form_starts_with_what_counts_now(manager: Client, outlet: Outlet, service: Service) -> None:
    set_policy(provider=outlet.provider, policy=MEANT, actor="user:usr_1")

    form = manager.get(path(outlet, "edit/", service.public_id)).context["form"]

    again = {name: str(form[name].value()) for name in GIVEN}
    assert manager.post(path(outlet, "edit/", service.public_id), again).status_code == 302
    assert PolicyRule.objects.get(service=service).policy == MEANT


def test_a_fixed_deposit_is_in_the_services_currency(
    manager: Client, outlet: Outlet, service: Service
) -> None:
    fixed = {**GIVEN, "deposit_percent": "", "deposit_amount": "12.50"}

    assert manager.post(path(outlet, "edit/", service.public_id), fixed).status_code == 302

    rule = PolicyRule.objects.get()
    assert (rule.policy.deposit_amount, rule.currency) == (1250, service.currency)
    assert "A deposit of €12.50" in text(manager.get(path(outlet)))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"deposit_percent": ""}, "Give the deposit in per cent or as an amount, one of them."),
        ({"deposit_amount": "5"}, "Give the deposit in per cent or as an amount, one of them."),
        ({"step1_percent": ""}, "A step needs its hours and its per cent."),
        ({"step1_hours": "48"}, "Each step begins nearer to the start than the one before."),
        ({"step1_hours": "0"}, "Each step begins nearer to the start than the one before."),
        ({"step1_percent": "20"}, "What is kept rises from step to step, most if nobody comes."),
        ({"no_show_percent": "40"}, "What is kept rises from step to step, most if nobody comes."),
        ({"change_percent": "90"}, "Moving costs no more than not coming."),
        ({"free_hours": "-1"}, "Ensure this value is greater than or equal to 0."),
        ({"late_percent": "101"}, "Ensure this value is less than or equal to 100."),
    ],
)
def test_terms_that_cannot_be_are_refused_in_words(
    manager: Client, outlet: Outlet, service: Service, wrong: dict[str, str], words: str
) -> None:
    answer = manager.post(path(outlet, "edit/", service.public_id), {**GIVEN, **wrong})

    assert answer.status_code == 422
    assert words in text(answer)
    assert not PolicyRule.objects.exists()


def test_terms_beyond_the_marketplaces_bounds_are_refused(
    manager: Client, outlet: Outlet, service: Service
) -> None:
    PolicyBounds.objects.create(most_free_min_before=24 * 60)

    answer = manager.post(path(outlet, "edit/"), GIVEN)

    assert answer.status_code == 422
    assert "The marketplace does not allow terms like these." in text(answer)


def test_the_things_of_others_have_no_terms_here(manager: Client, outlet: Outlet) -> None:
    theirs = make_service(make_outlet())

    for page in ("edit/", "remove/"):
        assert manager.get(path(outlet, page, theirs.public_id)).status_code == 404


hours = st.integers(0, 35_040).map(lambda quarters: quarters * 15)


@given(
    st.sets(hours.filter(bool), min_size=1, max_size=3),
    st.lists(st.integers(0, 100), min_size=4, max_size=4).map(sorted),
    hours,
    st.integers(0, 100),
)
def test_what_the_form_can_say_it_shows_again(
    edges: set[int], percents: list[int], change: int, change_percent: int
) -> None:
    steps = [(0, 0), *zip(sorted(edges, reverse=True), percents, strict=False)]
    cancel = tuple(
        Tier(until, percent)
        for (until, _after), (_from, percent) in zip([*steps[1:], (0, 0)], steps, strict=True)
    )
    policy = Policy(
        cancel=cancel,
        change=(Tier(change, 0), Tier(0, min(change_percent, percents[3]))) if change else (Tier(0, 0),),
        no_show_percent=percents[3],
    )
    initial = TermsForm.initial_of(policy, "EUR")

    form = TermsForm({name: str(value) for name, value in initial.items() if value is not None})

    assert form.is_valid(), form.errors
    assert form.policy() == policy


def test_the_marketplaces_own_terms_are_shown_again() -> None:
    initial = TermsForm.initial_of(DEFAULT, "")
    form = TermsForm({name: str(value) for name, value in initial.items() if value is not None})

    assert form.is_valid(), form.errors
    assert form.policy() == DEFAULT


@pytest.mark.django_db
def test_a_customer_pays_a_deposit(client: Client, outlet: Outlet, service: Service) -> None:
    set_policy(provider=outlet.provider, policy=MEANT, actor="user:usr_1")
    booking = held_by(client, outlet, service)

    page = text(client.get(f"/b/{booking.ref}/checkout"))
    assert "€10.00 now, €40.00 at the shop" in page
    assert "Pay €10.00 and book" in page
    assert "Pay €50.00 and book" in page
    assert "At the shop" not in page.replace("at the shop", "")
    assert pay(client, booking, "counter").status_code == 422
    answer = pay(client, booking, "sandbox:deposit")
    assert answer.status_code == 302

    payment = Payment.objects.get()
    assert payment.amount == 1000
    act(payment.gateway_ref, "pay")
    sync_booking(booking_ref=booking.ref)
    assert Booking.objects.get().status == "confirmed"
    shown = text(client.get(f"/b/{booking.ref}"))
    assert "€40.00 at the shop" in shown
    assert "€10.00" in shown


@pytest.mark.django_db
def test_a_customer_may_pay_all_of_it(client: Client, outlet: Outlet, service: Service) -> None:
    set_policy(provider=outlet.provider, policy=MEANT, actor="user:usr_1")
    booking = held_by(client, outlet, service)

    pay(client, booking, "sandbox")

    assert Payment.objects.get().amount == 5000
