"""What is said about a business, and who belongs to it."""

import pytest

from accounts.errors import EmailInvalid
from common.models import AuditEntry, Event
from providers.enums import Role
from providers.errors import AlreadyMember, LastOwner, NotOfThisBusiness, TextInvalid
from providers.models import Membership
from providers.selectors.access import role_of
from providers.services.businesses import create_provider, update_provider
from providers.services.members import change_member, remove_member
from tests.factories import make_outlet, make_provider, make_staff, make_user
from tests.providers.conftest import Business

pytestmark = pytest.mark.django_db


def test_a_new_business_is_a_draft_with_its_owner_an_event_and_an_audit_row() -> None:
    user = make_user()
    provider = create_provider(owner=user, actor="user:x", name="  Kallio Cuts ", language="fi")
    assert (provider.name, provider.status, provider.last_seq) == ("Kallio Cuts", "draft", 1)
    assert role_of(user, provider) == Role.OWNER
    event = Event.objects.get(subject_type="provider", subject_id=provider.public_id)
    assert (event.seq, event.type, event.actor) == (1, "provider.created", "user:x")
    entry = AuditEntry.objects.get(object_id=provider.public_id)
    assert (entry.action, entry.actor) == ("provider.create", "user:x")


def test_a_business_needs_a_name_and_a_refusal_leaves_nothing() -> None:
    with pytest.raises(TextInvalid) as refused:
        create_provider(owner=make_user(), actor="system", name="   ")
    assert refused.value.data == {"field": "name", "max": 120}
    assert not Membership.objects.exists()
    assert not Event.objects.exists()


def test_only_named_fields_change() -> None:
    provider = make_provider(description="Old words", email="a@example.com")
    update_provider(provider=provider, actor="system", email=" New@Example.com ")
    provider.refresh_from_db()
    assert (provider.description, provider.email) == ("Old words", "new@example.com")
    with pytest.raises(EmailInvalid):
        update_provider(provider=provider, actor="system", email="nobody")


def test_the_last_owner_can_neither_leave_nor_step_down(business: Business) -> None:
    own = Membership.objects.get(user=business.owner)
    with pytest.raises(LastOwner):
        change_member(membership=own, role=Role.MANAGER, actor=business.actor)
    with pytest.raises(LastOwner):
        remove_member(membership=own, actor=business.actor)
    other = Membership.objects.get(user=business.manager)
    change_member(membership=other, role=Role.OWNER, actor=business.actor)
    remove_member(membership=own, actor=business.actor)
    assert role_of(business.owner, business.provider) is None


def test_a_member_is_linked_only_to_a_person_of_the_same_business(business: Business) -> None:
    elsewhere = make_staff(make_outlet())
    member = Membership.objects.get(user=business.staff)
    with pytest.raises(NotOfThisBusiness):
        change_member(membership=member, role=Role.STAFF, staff=elsewhere, actor=business.actor)
    change_member(membership=member, role=Role.STAFF, staff=business.person, actor=business.actor)
    twin = Membership.objects.get(user=business.manager)
    with pytest.raises(AlreadyMember):
        change_member(membership=twin, staff=business.person, actor=business.actor)


def test_a_new_role_leaves_the_person_on_the_board_alone(business: Business) -> None:
    member = Membership.objects.get(user=business.staff)
    change_member(membership=member, staff=business.person, actor=business.actor)
    path = f"/provider/businesses/{business.provider.public_id}/members/{business.staff.public_id}"

    answer = business.call(business.owner, "PATCH", path, {"role": "manager"})
    assert (answer.status_code, answer.json()["role"]) == (200, "manager")
    assert answer.json()["staff"] == business.person.public_id

    answer = business.call(business.owner, "PATCH", path, {"staff": None})
    assert (answer.json()["role"], answer.json()["staff"]) == ("manager", None)
    assert business.call(business.owner, "PATCH", path, {"role": None}).status_code == 422


def test_events_of_a_business_are_gapless(business: Business) -> None:
    make_outlet(business.provider)
    for name in ("One", "Two", "Three"):
        update_provider(provider=business.provider, actor=business.actor, name=name)
    seqs = Event.objects.filter(subject_id=business.provider.public_id).order_by("seq")
    assert list(seqs.values_list("seq", flat=True)) == list(range(1, 7))
