"""What operators have to look at: reports of reviews, appeals, quality cases, objections. Made by the services."""

from accounts.models import User
from accounts.principals import Principal
from bookings.models import Booking
from bookings.selectors.access import booking_for
from bookings.services import objections
from common.actors import user_actor
from common.models import OutboxMessage
from marketplace.demo import signins
from marketplace.demo.seeds import chance
from providers.enums import Role
from providers.models import Membership, StaffMember
from reviews.enums import Reason, Side
from reviews.models import Review
from reviews.services import appeals, moderation, quality, reports

# Why somebody reports a review, and in which words.
_REPORTS = (
    (Reason.UNTRUE, "I was there at that time and nobody waited."),
    (Reason.ABUSE, "This is about a person, not about the visit."),
    (Reason.OFF_TOPIC, "They write about the parking, which is the city's."),
    (Reason.SPAM, "The same words stand under three other shops."),
    (Reason.PRIVATE, "It names a colleague's illness."),
)
_SAID = "The back was left undone, and I was told that there was no time. I would like half of it back."
_ANSWERED = "We offered to finish it on the same day. The customer had to leave."


def load_cases(seed: int, *, struggling: str) -> None:
    """Something in every queue of the desk. `struggling` is the public id of a business with poor reviews.

    Nobody is told by mail: all of it is as if it had happened before.
    """
    before = OutboxMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    _reviews(seed)
    _quality(struggling)
    _objections()
    OutboxMessage.objects.filter(pk__gt=before).delete()


def _reviews(seed: int) -> None:
    """Two wait for a look; of the decided ones one stayed, one is hidden, one waits and one was won on appeal."""
    first, second = _operator(signins.OPERATOR), _operator("ilmari@demo.example")
    by_account = Review.objects.filter(booking__customer__user__isnull=False).exclude(text="")
    doubtful = list(by_account.filter(rating__lte=3).order_by("public_id")[:6])
    people = list(User.objects.filter(email__startswith="customer").order_by("public_id")[:40])
    for n, review in enumerate(doubtful):
        reason, text = _REPORTS[n % len(_REPORTS)]
        author = review.booking.customer and review.booking.customer.user
        others = [person for person in people if person != author]
        reporter = chance(seed, "reporter", review.public_id).choice(others)
        reports.report(review=review, by=reporter, reason=reason, text=text)
    for review in doubtful[2:3]:
        moderation.keep(review=review, note="Strong words, but about the visit.", operator=first)
    for review in doubtful[3:]:
        moderation.hide(
            review=review, reason=Reason.UNTRUE, note="The visit's record says otherwise.", operator=first
        )
    appealed = [
        appeals.appeal(
            review=review,
            side=Side.AUTHOR,
            text="I have a photo with the time on it. Please look again.",
            actor=_author(review),
        )
        for review in doubtful[4:]
    ]
    for appeal in appealed[1:]:
        appeals.decide_appeal(appeal=appeal, grant=True, note="The photo bears it out.", operator=second)


def _quality(struggling: str) -> None:
    """Cases of the business and of its people, where their reviews and visits are under the thresholds."""
    staff = list(StaffMember.objects.filter(provider__public_id=struggling).select_related("provider"))
    for person in staff:
        quality.look(provider=person.provider, staff=person)
    if staff:
        quality.look(provider=staff[0].provider)


def _objections() -> None:
    """One customer's with the business's answer, and one that it has not answered yet."""
    done = Booking.objects.filter(status="completed", customer__user__isnull=False).order_by("ref")
    for booking, answered in zip(done[:2], (True, False), strict=False):
        assert booking.customer and booking.customer.user
        customer = Principal(user=booking.customer.user)
        objections.object_to(access=booking_for(customer, booking.ref), reason=_SAID)
        owner = Membership.objects.filter(provider=booking.outlet.provider, role=Role.OWNER).first()
        if answered and owner:
            access = booking_for(Principal(user=owner.user), booking.ref)
            objections.object_to(access=access, reason=_ANSWERED)


def _operator(email: str) -> User:
    return User.objects.get(email=email)


def _author(review: Review) -> str:
    customer = review.booking.customer
    assert customer and customer.user
    return user_actor(customer.user.public_id)
