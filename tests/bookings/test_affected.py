"""Changes that would hit visits ahead: listed first, done only when exactly that list was accepted."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.principals import Principal
from accounts.services.tokens import create_token
from bookings.enums import Source
from bookings.errors import BookingsAffected
from bookings.models import Booking
from bookings.selectors.access import booking_for
from bookings.selectors.fit import misfits
from bookings.services import changes, front_desk, holds
from providers.enums import Role
from providers.models import Closure, HoursRule, Membership, Outlet, Resource, StaffMember
from providers.rules.hours import WeeklyRule
from providers.services import catalogue, hours, members, outlets, resources, staff
from providers.services.affected import guarded
from tests.factories import (
    make_bays,
    make_member,
    make_outlet,
    make_service,
    make_staff,
    make_user,
    tomorrow_at,
)

pytestmark = pytest.mark.django_db
ACTOR = "user:test"


class Shop:
    """A visit with Aino in the only bay, tomorrow at eleven."""

    def __init__(self) -> None:
        self.outlet = make_outlet()
        self.provider = self.outlet.provider
        self.aino, self.juho = make_staff(self.outlet), make_staff(self.outlet)
        self.service = make_service(self.outlet, staff=[self.aino, self.juho])
        [self.bay] = make_bays(self.outlet, self.service)
        self.manager = Principal(user=make_member(self.provider, Role.MANAGER))
        make_member(self.provider, Role.STAFF, staff=self.aino)
        self.visit = self.book(11)

    def book(self, hour: int, who: StaffMember | None = None) -> Booking:
        return front_desk.book_in(
            principal=self.manager,
            outlet=self.outlet.public_id,
            item=holds.ItemRequest(self.service.public_id, staff=(who or self.aino).public_id),
            start=tomorrow_at(hour),
            contact=holds.Contact("Ville Ranta"),
            source=Source.PHONE,
        )

    def refused(self, change: Callable[[], Any], acknowledged: str = "") -> dict[str, Any]:
        """What the refusal of a change says."""
        with pytest.raises(BookingsAffected) as refusal, guarded(self.provider.pk, acknowledged=acknowledged):
            change()
        return refusal.value.data

    def hit(self, change: Callable[[], Any]) -> dict[str, list[str]]:
        """Which visits the change would hit, and why."""
        return {each["ref"]: each["why"] for each in self.refused(change)["bookings"]}


@pytest.fixture
def shop() -> Shop:
    return Shop()


def close(shop: Shop, start: int = 10, end: int = 13) -> Callable[[], Any]:
    return lambda: hours.add_closure(
        outlet=shop.outlet, start=tomorrow_at(start), end=tomorrow_at(end), actor=ACTOR
    )


CHANGES: dict[str, tuple[Callable[[Shop], Any], str]] = {
    "closure": (lambda s: close(s)(), "hours"),
    "time off": (
        lambda s: hours.add_time_off(staff=s.aino, start=tomorrow_at(10), end=tomorrow_at(13), actor=ACTOR),
        "hours",
    ),
    "week": (
        lambda s: hours.replace_week(
            outlet=s.outlet, rules=[WeeklyRule(day, time(13), time(17)) for day in range(7)], actor=ACTOR
        ),
        "hours",
    ),
    "own week": (
        lambda s: hours.replace_week(
            outlet=s.outlet,
            staff=s.aino,
            rules=[WeeklyRule(day, time(13), time(17)) for day in range(7)],
            actor=ACTOR,
        ),
        "hours",
    ),
    "date": (
        lambda s: hours.set_override(
            outlet=s.outlet, on=s.visit.local_start.date(), periods=[(time(12), time(17))], actor=ACTOR
        ),
        "hours",
    ),
    "person archived": (lambda s: staff.archive_staff(staff=s.aino, actor=ACTOR), "person"),
    "person moved away": (lambda s: staff.update_staff(staff=s.aino, outlets=[], actor=ACTOR), "person"),
    "person unlearned": (lambda s: staff.update_staff(staff=s.aino, skills={}, actor=ACTOR), "skill"),
    "service archived": (lambda s: catalogue.archive_service(service=s.service, actor=ACTOR), "service"),
    "service withdrawn": (
        lambda s: catalogue.withdraw_service(service=s.service, outlet=s.outlet, actor=ACTOR),
        "service",
    ),
    "shop archived": (lambda s: outlets.archive_outlet(outlet=s.outlet, actor=ACTOR), "shop"),
    "unit archived": (lambda s: resources.archive_resource(resource=s.bay, actor=ACTOR), "unit"),
    "kind archived": (lambda s: resources.archive_resource_kind(kind=s.bay.kind, actor=ACTOR), "unit"),
    "member removed": (
        lambda s: members.remove_member(membership=Membership.objects.get(staff=s.aino), actor=ACTOR),
        "nobody",
    ),
    "member is somebody else": (
        lambda s: members.change_member(
            membership=Membership.objects.get(staff=s.aino), role=Role.STAFF, staff=s.juho, actor=ACTOR
        ),
        "nobody",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_change_would_hit_is_listed_and_nothing_is_changed(shop: Shop, name: str) -> None:
    change, why = CHANGES[name]
    before = misfits(shop.provider.pk)

    assert shop.hit(lambda: change(shop)) == {shop.visit.ref: [why]}
    assert misfits(shop.provider.pk) == before


@pytest.mark.parametrize("name", CHANGES)
def test_the_list_accepted_does_it(shop: Shop, name: str) -> None:
    change, why = CHANGES[name]
    version = shop.refused(lambda: change(shop))["version"]

    with guarded(shop.provider.pk, acknowledged=version):
        change(shop)
    assert why in misfits(shop.provider.pk)[shop.visit.ref]
    assert Booking.objects.get(pk=shop.visit.pk).status == "confirmed"


def test_the_list_names_when_what_and_who(shop: Shop) -> None:
    [row] = shop.refused(close(shop))["bookings"]
    assert row == {
        "ref": shop.visit.ref,
        "status": "confirmed",
        "start": tomorrow_at(11).isoformat().replace("+00:00", "Z"),
        "end": tomorrow_at(12).isoformat().replace("+00:00", "Z"),
        "outlet": shop.outlet.public_id,
        "service": "Cut",
        "staff": shop.aino.public_id,
        "team": [{"id": shop.aino.public_id, "name": shop.aino.name}],
        "customer": "Ville Ranta",
        "why": ["hours"],
    }


def zone(shop: Shop, name: str, acknowledged: str = "") -> Callable[[], Any]:
    return lambda: outlets.update_outlet(
        outlet=shop.outlet, actor=ACTOR, acknowledged=acknowledged, timezone=name
    )


def test_another_time_zone_lists_what_the_shops_clock_would_read_otherwise(shop: Shop) -> None:
    late = shop.book(16, shop.juho)
    Booking.objects.filter(pk=late.pk).update(status="cancelled")
    with pytest.raises(BookingsAffected) as refused:
        zone(shop, "Europe/Paris")()

    [row] = refused.value.data["bookings"]
    assert (row["ref"], row["why"], row["timezone"]) == (shop.visit.ref, ["clock"], "Europe/Paris")
    assert Outlet.objects.get(pk=shop.outlet.pk).timezone == "Europe/Helsinki"

    zone(shop, "Europe/Paris", refused.value.data["version"])()

    kept = Booking.objects.get(pk=shop.visit.pk)
    assert (kept.starts_at, kept.timezone) == (shop.visit.starts_at, "Europe/Helsinki")
    assert Outlet.objects.get(pk=shop.outlet.pk).timezone == "Europe/Paris"
    # Each further change is one, though it is off what was agreed already; the list of another zone is another.
    with pytest.raises(BookingsAffected):
        zone(shop, "Europe/London", refused.value.data["version"])()


def test_another_name_for_the_same_clock_hits_nothing(shop: Shop) -> None:
    zone(shop, "Europe/Mariehamn")()
    assert Outlet.objects.get(pk=shop.outlet.pk).timezone == "Europe/Mariehamn"


def test_the_rest_of_a_shop_changes_without_a_list(shop: Shop) -> None:
    outlets.update_outlet(outlet=shop.outlet, actor=ACTOR, name="New name")
    zone(shop, "Europe/Helsinki")()
    assert Outlet.objects.get(pk=shop.outlet.pk).name == "New name"


def test_a_list_that_has_grown_is_shown_again(shop: Shop) -> None:
    version = shop.refused(close(shop))["version"]
    second = shop.book(12, shop.aino)

    data = shop.refused(close(shop), acknowledged=version)
    assert {row["ref"] for row in data["bookings"]} == {shop.visit.ref, second.ref}
    assert Closure.objects.count() == 0


def test_a_visit_that_was_moved_out_of_the_way_is_no_longer_hit(shop: Shop) -> None:
    access = booking_for(shop.manager, shop.visit.ref)
    version = changes.preview(access=access, action="reschedule").version
    changes.reschedule(access=access, start=tomorrow_at(14), staff=None, version=version)

    with guarded(shop.provider.pk):
        close(shop)()
    assert Closure.objects.count() == 1


def test_a_change_that_hits_nothing_is_simply_done(shop: Shop) -> None:
    with guarded(shop.provider.pk):
        close(shop, 13, 14)()
        hours.replace_week(
            outlet=shop.outlet, rules=[WeeklyRule(day, time(11), time(12)) for day in range(7)], actor=ACTOR
        )
    assert HoursRule.objects.count() == 7


def test_what_did_not_fit_before_is_not_blamed_on_the_change(shop: Shop) -> None:
    late = shop.book(19)
    assert misfits(shop.provider.pk)[late.ref] == {"hours"}
    with guarded(shop.provider.pk):
        close(shop, 18, 21)()
    assert Closure.objects.count() == 1


def test_visits_that_are_over_given_up_or_of_others_are_not_hit(shop: Shop) -> None:
    other = Shop()
    access = booking_for(shop.manager, shop.visit.ref)
    changes.cancel(access=access, version=changes.preview(access=access, action="cancel").version)
    Booking.objects.filter(pk=shop.book(15).pk).update(
        starts_at=tomorrow_at(15) - timedelta(days=3), ends_at=tomorrow_at(16) - timedelta(days=3)
    )
    with guarded(shop.provider.pk):
        close(shop)()
    assert other.hit(close(other)) == {other.visit.ref: ["hours"]}


def test_a_hold_is_hit_until_it_ends(shop: Shop) -> None:
    access = booking_for(shop.manager, shop.visit.ref)
    changes.cancel(access=access, version=changes.preview(access=access, action="cancel").version)
    held = holds.hold(
        principal=Principal(user=make_user()),
        outlet=shop.outlet.public_id,
        items=[holds.ItemRequest(shop.service.public_id, staff=shop.aino.public_id)],
        start=tomorrow_at(11),
    ).booking
    assert list(shop.hit(close(shop))) == [held.ref]
    Booking.objects.filter(pk=held.pk).update(hold_expires_at=held.created_at - timedelta(hours=1))
    with guarded(shop.provider.pk):
        close(shop)()


def test_the_number_of_questions_does_not_grow_with_the_visits(
    shop: Shop, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(11):
        misfits(shop.provider.pk)
    shop.book(13)
    shop.book(15, shop.juho)
    with django_assert_num_queries(11):
        misfits(shop.provider.pk)
    assert Resource.objects.count() == 1


# Through the API


def put_week(shop: Shop, acknowledge: str = "") -> Any:
    _, secret = create_token(user=shop.manager.require_user(), name="app", scopes=["catalogue:write"])
    return Client().put(
        f"/api/v1/provider/outlets/{shop.outlet.public_id}/hours",
        {"rules": []},
        content_type="application/json",
        query_params={"acknowledge": acknowledge} if acknowledge else None,
        headers={"Authorization": f"Bearer {secret}"},
    )


def test_the_api_lists_first_and_does_it_with_the_lists_version(shop: Shop) -> None:
    answer = put_week(shop)
    assert (answer.status_code, answer.json()["code"]) == (409, "bookings_affected")
    assert [row["ref"] for row in answer.json()["bookings"]] == [shop.visit.ref]
    assert HoursRule.objects.exists()

    assert put_week(shop, acknowledge="0" * 32).status_code == 409
    assert put_week(shop, acknowledge="not hexadecimal").status_code == 422
    assert put_week(shop, acknowledge=answer.json()["version"]).status_code == 200
    assert not HoursRule.objects.exists()
