"""Who may write a review of what, when, and how often; and what it does to ratings."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from accounts.principals import Principal
from accounts.services.customers import main_customer
from bookings.models import Booking
from bookings.selectors.access import Access, booking_for
from common import clock
from common.errors import DomainError, NotAllowed, NotFound
from common.models import AuditEntry, Event
from providers.models import Membership, PastMembership
from providers.rules.ratings import Stars
from reviews.errors import (
    AlreadyReviewed,
    ReviewConflict,
    ReviewHidden,
    ReviewNotOpen,
    ReviewTextInvalid,
    ReviewTooLate,
)
from reviews.models import Review
from reviews.services import erasure, moderation, writing
from reviews.services.verify import verify
from tests.bookings.conftest import Shop
from tests.factories import make_invitation, make_user
from tests.reviews.conftest import Visit

GOOD = Stars(5, 4, 5)


def write(access: object, stars: Stars = GOOD, text: str = "Just right.") -> Review:
    return writing.write(access=access, stars=stars, text=text, language="en")  # type: ignore[arg-type]


def edit(access: object, stars: Stars = GOOD, text: str = "Just right.") -> Review:
    return writing.edit(access=access, stars=stars, text=text, language="en")  # type: ignore[arg-type]


def test_a_guest_reviews_the_visit_and_it_counts_for_shop_and_person(shop: Shop, visit: Visit) -> None:
    access = visit()

    review = write(access, Stars(5, 3, 4), "  On time.  ")

    assert (review.author_name, review.text, review.rating) == ("Helmi V.", "On time.", 4)
    assert (review.outlet_id, review.staff_id) == (shop.outlet.pk, shop.person.pk)
    for row in (shop.outlet, shop.person):
        row.refresh_from_db()
        assert (row.rating_count, row.rating_sum, row.service_sum) == (1, 4, 5)
        assert (row.punctuality_sum, row.value_sum) == (3, 4)
    event = Event.objects.get(subject_type="review")
    assert (event.subject_id, event.seq, event.type) == (review.public_id, 1, "review.written")
    assert event.payload == {
        "booking_ref": access.booking.ref,
        "outlet": shop.outlet.public_id,
        "rating": 4,
    }
    assert AuditEntry.objects.get(object_type="review").action == "review.written"


def test_a_visit_is_reviewed_once(visit: Visit) -> None:
    access = visit()
    write(access)
    with pytest.raises(AlreadyReviewed):
        write(access)
    assert Review.objects.count() == 1
    assert verify() == []


@pytest.mark.parametrize("status", ["confirmed", "checked_in", "started"])
def test_what_has_not_taken_place_is_not_reviewed(visit: Visit, status: str) -> None:
    with pytest.raises(ReviewNotOpen):
        write(visit(status=status))


@pytest.mark.parametrize("way", [("cancelled",), ("confirmed", "cancelled"), ("confirmed", "no_show")])
def test_what_was_given_up_is_not_reviewed(shop: Shop, way: tuple[str, ...]) -> None:
    access = shop.hold()
    customer = booking_for(access.principal, access.booking.ref)
    Booking.objects.filter(pk=access.booking.pk).update(customer=make_user().customers.create(name="A"))
    for status in way:
        Booking.objects.filter(pk=access.booking.pk).update(status=status)
    with pytest.raises(ReviewNotOpen):
        write(customer)


def test_sixty_days_from_the_end(visit: Visit) -> None:
    with pytest.raises(ReviewTooLate):
        write(visit(days_ago=60.001))
    assert write(visit(days_ago=59.999)).pk
    assert write(visit(status="completed")).pk, "done is enough"


def test_members_of_the_business_and_operators_do_not_review_their_customers_visits(
    shop: Shop, visit: Visit
) -> None:
    ref = visit().booking.ref
    for caller in (shop.owner, shop.staff, Principal(user=make_user(is_operator=True), second_factor=True)):
        with pytest.raises(NotAllowed):
            write(booking_for(caller, ref))
    with pytest.raises(NotFound):
        booking_for(Principal(user=make_user()), ref)


@pytest.mark.parametrize("who", ["owner", "staff"])
def test_whoever_belongs_to_the_business_does_not_review_it_as_its_customer(
    shop: Shop, visit: Visit, who: str
) -> None:
    caller: Principal = getattr(shop, who)
    access = visit()
    customer = main_customer(user=caller.require_user())
    Booking.objects.filter(pk=access.booking.pk).update(customer=customer)
    with pytest.raises(ReviewConflict):
        write(booking_for(caller, access.booking.ref))


def test_a_members_address_on_a_guests_booking_is_a_conflict(shop: Shop, visit: Visit) -> None:
    member = shop.staff.require_user()
    member.phone = "+358401234567"
    member.save()
    EmailAddress.objects.create(user=member, email="other@example.com", verified=True)
    EmailAddress.objects.create(user=member, email="claimed@example.com", verified=False)

    for address in ({"email": str(member.email).upper()}, {"email": "other@example.com"}):
        with pytest.raises(ReviewConflict):
            write(visit(**address))
    with pytest.raises(ReviewConflict):
        write(visit(email="helmi@example.com", phone="+358401234567"))
    assert write(visit(email="claimed@example.com")).pk, "only what they have shown to be theirs"


def test_a_member_with_a_guests_token_is_a_conflict(shop: Shop, visit: Visit) -> None:
    guest = visit()
    both = Principal(user=shop.staff.user, capabilities=guest.principal.capabilities)
    with pytest.raises(ReviewConflict):
        write(booking_for(both, guest.booking.ref))


def test_who_belonged_to_the_business_then_does_not_review_that_visit(shop: Shop, visit: Visit) -> None:
    """Leaving opens only the visits before joining, and those after."""
    served, later = visit(), visit()
    user = shop.staff.require_user()
    membership = Membership.objects.get(user=user)
    began = served.booking.starts_at - timedelta(days=30)
    Membership.objects.filter(pk=membership.pk).delete()
    PastMembership.objects.create(
        provider=shop.outlet.provider,
        user=user,
        role=membership.role,
        since=began,
        until=served.booking.starts_at + timedelta(minutes=1),
    )
    Booking.objects.filter(pk=later.booking.pk).update(
        starts_at=served.booking.starts_at + timedelta(minutes=1)
    )

    def as_them(access: Access) -> Access:
        both = Principal(user=user, capabilities=access.principal.capabilities)
        return booking_for(both, access.booking.ref)

    with pytest.raises(ReviewConflict):
        write(as_them(served))
    assert write(as_them(later)).pk


def test_an_invitation_silences_nobody(shop: Shop, visit: Visit) -> None:
    """A business that invites its customer does not keep them from reviewing it."""
    customer = make_user()
    make_invitation(shop.outlet.provider, customer)
    guest = visit(email=str(customer.email))
    assert write(
        booking_for(Principal(user=customer, capabilities=guest.principal.capabilities), guest.booking.ref)
    ).pk


@pytest.mark.parametrize("text", ["a" * 4001, "nul\x00"])
def test_texts_have_their_bounds(visit: Visit, text: str) -> None:
    with pytest.raises(ReviewTextInvalid):
        write(visit(), text=text)
    assert write(visit(), text="").text == ""


def test_it_can_be_changed_for_seven_days(shop: Shop, visit: Visit) -> None:
    access = visit()
    with pytest.raises(NotFound):
        edit(access)
    write(access, Stars(1, 1, 1), "Bad.")

    changed = edit(access, Stars(5, 5, 4), "I was wrong.")

    assert (changed.rating, changed.text, changed.last_seq) == (5, "I was wrong.", 2)
    assert changed.edited_at is not None
    assert verify() == []
    shop.outlet.refresh_from_db()
    assert (shop.outlet.rating_count, shop.outlet.rating_sum) == (1, 5)
    with pytest.raises(NotAllowed):
        edit(shop.as_owner(access))
    with clock.at(clock.now() + timedelta(days=7, seconds=1)), pytest.raises(ReviewTooLate):
        edit(access)


def test_a_hidden_review_is_not_changed_and_an_erased_one_is_gone(visit: Visit) -> None:
    access, operator = visit(), make_user(is_operator=True)
    review = write(access)
    moderation.hide(review=review, reason="abuse", operator=operator)  # type: ignore[arg-type]
    with pytest.raises(ReviewHidden):
        edit(access)
    moderation.restore(review=review, operator=operator)
    assert erasure.erase(bookings=[access.booking.pk]) == 1
    with pytest.raises(NotFound):
        edit(access)
    assert erasure.erase(bookings=[access.booking.pk]) == 0
    with pytest.raises(AlreadyReviewed):
        write(access)
    review.refresh_from_db()
    assert (review.text, review.author_name, review.is_shown) == ("", "", False)
    assert verify() == []


@pytest.mark.parametrize(
    "columns",
    [
        {"service_stars": 0},
        {"value_stars": 6},
        {"punctuality_stars": None},
        {"rating": 1},
        {"erased_at": "2026-01-01T00:00:00Z"},
    ],
)
def test_the_database_refuses_what_no_service_writes(visit: Visit, columns: dict[str, object]) -> None:
    review = write(visit())
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(**columns)


def test_a_refusal_changes_nothing(visit: Visit) -> None:
    access = visit()
    write(access)
    before = (Event.objects.count(), AuditEntry.objects.count(), verify())
    calls: list[Callable[[], object]] = [
        lambda: write(access),
        lambda: edit(access, text="a" * 4001),
        lambda: write(visit(days_ago=61)),
    ]
    for call in calls:
        with pytest.raises(DomainError):
            call()
    held = Event.objects.filter(subject_type="booking", type="booking.held").order_by("-pk")[:1].count()
    assert (Event.objects.count() - held, AuditEntry.objects.count() - held, verify()) == before
