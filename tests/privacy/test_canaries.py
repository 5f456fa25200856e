"""What a person leaves behind is all handed out, and is all gone when they are erased."""

import pytest
from django.db import transaction

from bookings.models import Booking
from common import privacy
from common.models import Event
from payments import services as payments
from reviews.services import verify as ratings
from tests.privacy.person import Traced, everything_about
from tests.privacy.scan import found

pytestmark = pytest.mark.django_db


def subject_of(traced: Traced, **more: object) -> privacy.Subject:
    return privacy.find(privacy.Subject(user_pk=traced.user.pk, **more))  # type: ignore[arg-type]


def erase(traced: Traced) -> None:
    subject = subject_of(traced, asked_to_forget=frozenset({"reviews"}))
    assert privacy.obstacles(subject) == []
    with transaction.atomic():
        privacy.erase(subject)


def test_the_person_left_every_canary_somewhere(traced: Traced) -> None:
    """Else the test below shows nothing."""
    assert set(found(traced.canaries)) == set(traced.canaries)


def test_nothing_of_the_person_is_left_after_they_are_erased(traced: Traced) -> None:
    erase(traced)

    assert found(traced.canaries) == {}
    assert not Booking.objects.filter(address_point__isnull=False).exists()
    assert payments.verify() == []
    assert ratings.verify() == []
    for ref in (booking.ref for booking in traced.bookings):
        seqs = list(Event.objects.filter(subject_id=ref).order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, len(seqs) + 1))


def test_erasing_twice_changes_nothing_more(traced: Traced) -> None:
    erase(traced)
    events = Event.objects.count()

    erase(traced)

    assert Event.objects.count() == events
    assert found(traced.canaries) == {}


def test_all_about_the_person_is_handed_out(traced: Traced) -> None:
    told = everything_about(privacy.export(subject_of(traced)))

    # The search of the session is not theirs for long; all else is in it.
    missing = {name for name, text in traced.canaries.items() if text not in told} - {"near"}
    assert missing == set()
