"""A business is closed for good by its owner, once nothing is promised or owed; its last owner may take it along."""

from typing import Any

import pytest
from django.test import Client

from accounts.errors import ErasureBlocked
from accounts.principals import Principal
from accounts.services.erasures import ask_to_be_erased, erase_due
from bookings.models import Booking
from bookings.services import holds
from bookings.services.holds import ItemRequest
from common import clock
from common.models import AuditEntry, Event
from payments.enums import AccountKind, TransactionKind
from payments.services import ledger
from payments.services.ledger import Account, Cause, Line
from providers.enums import ProviderStatus, Role
from providers.errors import BusinessInUse, StatusRefused
from providers.models import (
    BankAccount,
    Invitation,
    Membership,
    Offering,
    Outlet,
    PastMembership,
    Service,
    StaffMember,
)
from providers.rules.bank import by_iban
from providers.services.bank import set_bank_account
from providers.services.closing import close_business
from tests.factories import make_invitation, make_member, make_provider, tomorrow_at
from tests.providers.conftest import Business

pytestmark = pytest.mark.django_db


def book(business: Business) -> Booking:
    held = holds.hold(
        principal=Principal(user=business.stranger),
        outlet=business.outlet.public_id,
        items=[ItemRequest(business.service.public_id)],
        start=tomorrow_at(10, days=3),
    )
    return held.booking


def test_nothing_of_it_is_left_but_its_name(business: Business) -> None:
    provider = business.provider
    make_invitation(provider)
    account = by_iban(holder="Helmi Oy", iban="FI2112345600000785")
    set_bank_account(provider=provider, account=account, user=make_member(provider, Role.MANAGER))
    Outlet.objects.update(phone="+358401234567", description="Come in")

    close_business(provider=provider, actor=business.actor)

    provider.refresh_from_db()
    assert (provider.status, provider.email, provider.phone, provider.description) == ("closed", "", "", "")
    assert provider.name
    for rows in (Outlet.objects, Service.objects, StaffMember.objects):
        assert not rows.filter(provider=provider, archived_at__isnull=True).exists()
    assert not Outlet.objects.filter(provider=provider).exclude(phone="", description="").exists()
    assert not Offering.objects.filter(is_live=True).exists()
    assert not Membership.objects.filter(provider=provider).exists()
    assert PastMembership.objects.filter(provider=provider).count() == 4
    assert not BankAccount.objects.exists()
    assert Invitation.objects.get().status == "withdrawn"
    assert Client().get(f"/api/v1/outlets/{business.outlet.public_id}").status_code == 404
    seqs = list(
        Event.objects.filter(subject_id=provider.public_id).order_by("seq").values_list("seq", flat=True)
    )
    assert seqs == list(range(1, provider.last_seq + 1))
    assert Event.objects.get(type="provider.closed").payload["before"] == "approved"
    assert AuditEntry.objects.get(action="provider.close").actor == business.actor
    with pytest.raises(StatusRefused):
        close_business(provider=provider, actor=business.actor)


def test_visits_ahead_are_listed_and_nothing_changes(business: Business) -> None:
    visit = book(business)

    answer = business.call(
        business.owner, "POST", f"/provider/businesses/{business.provider.public_id}/close"
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "business_in_use")
    assert answer.json()["obstacles"] == [{"code": "open_booking", "about": visit.ref}]
    business.provider.refresh_from_db()
    assert business.provider.status == ProviderStatus.APPROVED
    assert not Outlet.objects.filter(archived_at__isnull=False).exists()

    Booking.objects.filter(pk=visit.pk).update(hold_expires_at=clock.now())
    close_business(provider=business.provider, actor=business.actor)


def test_what_is_owed_is_settled_first(business: Business) -> None:
    ledger.post(
        kind=TransactionKind.RELEASE,
        booking_ref="HA-00000-00000",
        entries=[
            Line(Account(AccountKind.GATEWAY, "sandbox"), -5000, "EUR"),
            Line(Account(AccountKind.PAYABLE, business.provider.public_id), 5000, "EUR"),
        ],
        actor="system",
        cause=Cause("test", "1"),
    )
    with pytest.raises(BusinessInUse) as refused:
        close_business(provider=business.provider, actor=business.actor)
    assert refused.value.data == {"obstacles": [{"code": "money_owed", "about": "EUR"}]}


def test_what_waits_for_approval_is_decided_first(business: Business) -> None:
    waits = make_provider(status=ProviderStatus.SUBMITTED, approved_at=None)
    with pytest.raises(StatusRefused):
        close_business(provider=waits, actor=business.actor)


def test_the_page_says_what_happens_and_what_stands_in_the_way(business: Business) -> None:
    owner = Client()
    owner.force_login(business.owner)
    path = f"/provider/{business.provider.public_id}/close/"
    visit = book(business)
    page = owner.get(path).content.decode()
    assert visit.ref in page
    assert "Close it for good" not in page
    assert "Visits are still open" in owner.post(path, follow=True).content.decode()

    Booking.objects.filter(pk=visit.pk).update(status="cancelled")
    assert "Close it for good" in owner.get(path).content.decode()
    assert owner.post(path)["Location"] == "/provider/"
    assert owner.get(path).status_code == 404
    business.provider.refresh_from_db()
    assert business.provider.status == ProviderStatus.CLOSED


def test_an_owner_who_is_erased_takes_what_can_be_closed_along(business: Business) -> None:
    draft = make_provider(status=ProviderStatus.DRAFT, approved_at=None)
    Membership.objects.create(provider=draft, user=business.owner, role=Role.OWNER)
    shared = make_provider()
    Membership.objects.create(provider=shared, user=business.owner, role=Role.OWNER)
    make_member(shared)
    visit = book(business)
    with pytest.raises(ErasureBlocked) as blocked:
        ask_to_be_erased(user=business.owner)
    assert blocked.value.data["obstacles"] == [{"code": "only_owner", "about": business.provider.public_id}]

    Booking.objects.filter(pk=visit.pk).update(status="cancelled")
    request = ask_to_be_erased(user=business.owner)
    type(request).objects.update(due_at=clock.now())
    assert erase_due() == 1
    status: dict[str, Any] = {}
    for provider in (business.provider, draft, shared):
        provider.refresh_from_db()
        status[provider.public_id] = provider.status
    assert list(status.values()) == ["closed", "closed", "approved"]
