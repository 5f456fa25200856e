"""What a listed business offers without the papers that it needs is held back, and offered once they are there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from common.errors import NotFound
from common.models import Event
from providers.enums import SkillLevel
from providers.models import (
    Category,
    Document,
    DocumentKind,
    DocumentRequirement,
    Offering,
    Service,
    Skill,
    StaffMember,
)
from providers.selectors import papers
from providers.selectors import vetting as read
from providers.selectors.category_sheets import DOCUMENTS
from providers.services import vetting
from providers.services.catalogue import create_service, offer_service, update_service
from providers.services.staff import create_staff, update_staff
from tests.factories import keep, make_category, make_outlet
from tests.notifications.conftest import Deliver, deliver
from tests.signing_in import make_operator, sign_in
from tests.vetting.conftest import Vetting, make_document, make_kind, today

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(case: Vetting) -> Vetting:
    """A business that is listed, in whose category nothing more is needed."""
    case.approve()
    return case


__all__ = ["deliver"]


def binding(slug: str, *categories: Category, **fields: Any) -> DocumentKind:
    """A kind that is required, and whose term has passed, everybody told."""
    kind = make_kind(slug, *categories, **fields)
    DocumentRequirement.objects.filter(kind=kind).update(
        binds_from=today() - timedelta(days=1), told_to=None, is_bound=True
    )
    return kind


def sell(case: Vetting, category: Category) -> Service:
    return create_service(
        provider=case.provider,
        actor="system",
        currency="EUR",
        outlets=[case.outlet],
        category=category,
        name="Tyres",
        duration_min=30,
        price_amount=4000,
    )


def is_live(service: Service) -> bool:
    return Offering.objects.get(service=service).is_live


def accept(case: Vetting, kind: DocumentKind, **fields: Any) -> Document:
    return vetting.accept_document(
        document=make_document(case.provider, kind, **fields), operator=case.operator
    )


def test_a_new_service_waits_for_the_papers_of_its_category(listed: Vetting) -> None:
    tyres = make_category("tyres")
    kind = binding("certificate", tyres)
    service = sell(listed, tyres)
    assert not is_live(service)
    assert is_live(listed.provider.services.exclude(pk=service.pk).get())
    make_document(listed.provider, kind)
    offer_service(service=service, outlet=listed.outlet, actor="system")
    assert not is_live(service)
    vetting.accept_document(document=Document.objects.get(kind=kind), operator=listed.operator)
    assert is_live(service)


def test_another_category_and_another_outlet_are_held_back_too(listed: Vetting) -> None:
    below = make_category("winter-tyres", parent=make_category("car-care"))
    binding("certificate", Category.objects.get(slug="car-care"))
    service = listed.provider.services.get()
    update_service(service=service, category=below, actor="system")
    assert not is_live(service)
    shop = make_outlet(listed.provider)
    assert not offer_service(service=service, outlet=shop, actor="system").is_live
    update_service(service=service, category=listed.category, actor="system")
    assert set(service.offerings.values_list("is_live", flat=True)) == {True}


def test_a_person_without_their_paper_is_not_offered(listed: Vetting) -> None:
    kind = binding("identity", listed.category, subject="person")
    service = listed.provider.services.get()

    def held_back(person: StaffMember) -> bool:
        return Skill.objects.get(staff=person).held_back

    new = create_staff(
        provider=listed.provider,
        actor="system",
        name="Aino",
        outlets=[listed.outlet],
        skills={service: SkillLevel.SKILLED},
    )
    update_staff(staff=listed.person, actor="system", skills={service: SkillLevel.EXPERT})
    assert (held_back(new), held_back(listed.person), is_live(service)) == (True, True, True)
    accept(listed, kind, staff=new)
    assert (held_back(new), held_back(listed.person)) == (False, True)


def test_what_has_expired_holds_for_its_days_of_grace(listed: Vetting) -> None:
    service = listed.provider.services.get()
    Document.objects.update(valid_until=today() - timedelta(days=1))
    vetting.expire_documents()
    update_service(service=service, name="Other", actor="system")
    assert is_live(service)
    Document.objects.update(grace_until=today() - timedelta(days=1))
    assert vetting.expire_documents() == 1
    assert listed.again().status == "suspended"


def test_one_that_expired_when_nothing_needed_it_suspends_nobody_later(listed: Vetting) -> None:
    tyres = make_category("tyres")
    kind = binding("certificate", tyres, asks_until=True)
    accept(listed, kind, valid_until=today())
    Document.objects.filter(kind=kind).update(valid_until=today() - timedelta(days=30))
    vetting.expire_documents()
    service = sell(listed, tyres)
    assert vetting.expire_documents() == 0
    assert (listed.again().status, is_live(service)) == ("approved", False)


def test_a_requirement_that_comes_later_binds_after_its_term_and_is_told_once(
    listed: Vetting, deliver: Deliver
) -> None:
    deliver()
    service = listed.provider.services.get()
    kind = make_kind("insurance", listed.category)
    row = DocumentRequirement.objects.get(kind=kind)
    assert row.binds_from == today() + timedelta(days=30)
    assert vetting.announce_requirements() == 1
    assert vetting.announce_requirements() == 0
    entry = read.thread(listed.provider).last()
    assert entry and (entry.kind, entry.side) == ("document_asked", "system")
    assert entry.message.startswith("Insurance is needed from ")
    assert Event.objects.get(type="document.asked").payload["entry"] == entry.public_id
    [mail] = deliver()
    assert mail.subject == f"{listed.provider.name}: another document is needed"
    assert entry.message in " ".join(mail.body.split())

    assert vetting.bind_requirements() == 0
    update_service(service=service, name="Other", actor="system")
    assert is_live(service)
    DocumentRequirement.objects.filter(pk=row.pk).update(binds_from=today())
    assert vetting.bind_requirements() == 1
    assert not is_live(service)
    # Held back, not suspended.
    assert (vetting.expire_documents(), listed.again().status) == (0, "approved")
    accept(listed, kind)
    assert is_live(service)
    assert vetting.bind_requirements() == 0


def test_who_has_the_paper_is_not_told_and_one_kind_is_told_once(listed: Vetting) -> None:
    kind = make_kind("insurance", listed.category)
    accept(listed, kind)
    assert vetting.announce_requirements() == 0
    tyres = make_category("tyres")
    sell(listed, tyres)
    make_kind("certificate", listed.category, tyres)
    assert vetting.announce_requirements() == 1


def test_who_applies_needs_it_at_once(case: Vetting) -> None:
    make_kind("insurance", case.category)
    assert "documents" in read.missing(case.provider)


def test_a_requirement_that_is_dropped_or_only_welcome_holds_nothing_back(listed: Vetting) -> None:
    tyres = make_category("tyres")
    binding("certificate", tyres)
    service = sell(listed, tyres)
    make_kind("certificate", tyres, required=False)
    assert is_live(service)
    # Required again, it has its term anew.
    make_kind("certificate", tyres)
    assert DocumentRequirement.objects.get(category=tyres).binds_from == today() + timedelta(days=30)
    assert is_live(service)
    binding("certificate", tyres)
    update_service(service=service, name="Other", actor="system")
    assert not is_live(service)
    make_kind("certificate")
    assert is_live(service)


def test_operators_change_what_a_category_needs(listed: Vetting) -> None:
    tyres = make_category("tyres")
    kind = binding("certificate", tyres)
    service = sell(listed, tyres)

    assert keep(tyres, DOCUMENTS, certificate=False).returned == 1
    assert is_live(service)
    keep(tyres, DOCUMENTS, certificate=True)
    row = DocumentRequirement.objects.get(kind=kind)
    assert (row.is_required, row.binds_from, row.told_to, row.is_bound) == (
        True,
        today() + timedelta(days=30),
        0,
        False,
    )


@pytest.fixture
def pages(listed: Vetting) -> Callable[[str], str]:
    browser = Client()
    browser.force_login(listed.owner)

    def read_page(path: str) -> str:
        answer = browser.get(f"/provider/{listed.provider.public_id}/{path}")
        assert answer.status_code == 200
        return answer.content.decode()

    return read_page


def test_the_pages_say_what_is_missing_and_where_to_send_it(
    listed: Vetting, pages: Callable[[str], str]
) -> None:
    tyres = make_category("tyres")
    binding("certificate", tyres)
    binding("identity", tyres, subject="person")
    service = sell(listed, tyres)
    update_staff(staff=listed.person, actor="system", skills={service: SkillLevel.SKILLED})

    seen = pages(f"services/{service.public_id}/")
    assert "Documents that are missing" in seen
    assert "Until it is accepted, what needs it is not offered." in seen
    assert f"/provider/{listed.provider.public_id}/documents/new/certificate/" in seen
    send = f"/provider/{listed.provider.public_id}/documents/new/identity/?staff={listed.person.public_id}"
    assert send in seen
    seen = pages(f"staff/{listed.person.public_id}/")
    assert f"Until it is accepted, {listed.person.name} is not offered for what needs it." in seen
    assert send in seen
    other = listed.provider.services.exclude(pk=service.pk).get()
    assert "Documents that are missing" not in pages(f"services/{other.public_id}/")


def test_the_pages_say_what_will_be_needed(listed: Vetting, pages: Callable[[str], str]) -> None:
    make_kind("insurance", listed.category)
    service = listed.provider.services.get()
    assert "Needed from " in pages(f"services/{service.public_id}/")
    assert "Needed from " in pages("documents/")


def test_the_desk_lists_what_is_missing(listed: Vetting) -> None:
    tyres = make_category("tyres")
    certificate = binding("certificate", tyres)
    identity = binding("identity", tyres, subject="person")
    service = sell(listed, tyres)
    update_staff(staff=listed.person, actor="system", skills={service: SkillLevel.SKILLED})
    make_document(listed.provider, identity, staff=listed.person)
    found = papers.missing(most=9)
    assert {(row.kind, row.staff, row.is_sent) for row in found} == {
        (certificate, None, False),
        (identity, listed.person, True),
    }
    desk = sign_in(Client(), make_operator())
    seen = desk.get("/desk/documents/").content.decode()
    assert "Certificate" in seen
    assert "being checked" in seen
    accept(listed, certificate)
    assert [row.kind for row in papers.missing(most=9)] == [identity]


def test_a_service_that_is_held_back_cannot_be_booked(listed: Vetting) -> None:
    from bookings.selectors.slots import ItemRequest, slots_for
    from tests.factories import tomorrow_at

    tyres = make_category("tyres")
    binding("certificate", tyres)
    service = sell(listed, tyres)
    Offering.objects.exclude(service=service).delete()
    with pytest.raises(NotFound):
        slots_for(
            outlet=listed.outlet.public_id,
            items=[ItemRequest(service.public_id)],
            start=tomorrow_at(0),
            end=tomorrow_at(23),
        )
