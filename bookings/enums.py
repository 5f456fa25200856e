"""The fixed words of bookings."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(TextChoices):
    """A booking's status; it moves only along the table in bookings/rules/states.py."""

    HELD = "held", _("Held")
    REQUESTED = "requested", _("Waiting for the provider")
    CONFIRMED = "confirmed", _("Confirmed")
    CHECKED_IN = "checked_in", _("Checked in")
    ON_THE_WAY = "on_the_way", _("On the way")
    STARTED = "started", _("In service")
    COMPLETED = "completed", _("Done")
    CLOSED = "closed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Hold ended")
    NO_SHOW = "no_show", _("No-show")
    DECLINED = "declined", _("Declined")


class Source(TextChoices):
    """Where a booking came from."""

    WEB = "web", _("Web")
    API = "api", _("App")
    WALK_IN = "walk_in", _("Walk-in")
    PHONE = "phone", _("Phone")
    DEMO = "demo", _("Demo")


class PaymentState(TextChoices):
    """How a booking is paid, as far as bookings needs to know; the ledger is the truth."""

    UNPAID = "unpaid", _("Not paid")
    PENDING = "pending", _("Payment under way")
    PAID = "paid", _("Paid")
    COUNTER = "counter", _("To be paid at the counter")
    ON_CARD = "on_card", _("Held on the card")
    REFUNDED = "refunded", _("Refunded")


class Side(TextChoices):
    """Whose words they are, of the two who meet."""

    CUSTOMER = "customer", _("Customer")
    PROVIDER = "provider", _("Provider")


class MessageReason(TextChoices):
    """Why a message on a visit is reported."""

    ABUSE = "abuse", _("It insults or threatens somebody")
    FRAUD = "fraud", _("It tries to cheat, or to be paid past the marketplace")
    PRIVATE = "private", _("It tells something private about a person")
    SPAM = "spam", _("It is advertising")
    OTHER = "other", _("Something else")


class ObjectionKind(TextChoices):
    """What is objected to: how a visit went, or that nobody of the business came or was there."""

    VISIT = "visit", _("The visit")
    NOT_COME = "not_come", _("Nobody came")


class ObjectionState(TextChoices):
    """Where an objection stands: open, taken back, or decided; `missed`: the business broke its word, as it said
    itself, did not deny in time, or an operator found."""

    OPEN = "open", _("Open")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    RELEASED = "released", _("Decided: the provider is paid")
    REFUNDED = "refunded", _("Decided: money goes back")
    MISSED = "missed", _("The business did not come")


class PriceChangeState(TextChoices):
    """Where a proposed price change stands: only an approved one counts."""

    OPEN = "open", _("Waiting for the customer")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", pgettext_lazy("price change", "Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Not answered")


class RefundState(TextChoices):
    """Where a refund that a person decides about stands."""

    WAITING = "waiting", _("Waiting for a second person")
    DONE = "done", pgettext_lazy("refund", "Given back")
    REFUSED = "refused", pgettext_lazy("refund", "Not given back")


class NoteKind(TextChoices):
    """What a business writes down about a customer."""

    NOTE = "note", _("Note")
    PREFERENCE = "preference", _("Preference or allergy")


class QueueState(TextChoices):
    """Where somebody stands in a walk-in queue. How a called one's visit goes on, the visit says."""

    WAITING = "waiting", pgettext_lazy("queue", "Waiting")
    CALLED = "called", pgettext_lazy("queue", "Called")
    NO_SHOW = "no_show", pgettext_lazy("queue", "Did not come when called")
    LEFT = "left", pgettext_lazy("queue", "Left the queue")
    CLOSED = "closed", pgettext_lazy("queue", "The shop closed")


class AllocationKind(TextChoices):
    """What takes a person's or a unit's time."""

    ITEM = "item", _("Visit")
    SESSION = "session", _("Group session")
    BLOCK = "block", _("Blocked")


class WaitState(TextChoices):
    """Where an entry of a waitlist stands."""

    UNCONFIRMED = "unconfirmed", _("Not confirmed yet")
    WAITING = "waiting", _("Waiting")
    BOOKED = "booked", _("Booked")
    LEFT = "left", _("Taken off the list")
    ENDED = "ended", _("The days are over")


class OfferState(TextChoices):
    """What became of a time that was offered to somebody who waits."""

    OPEN = "open", pgettext_lazy("an offer", "Waiting for an answer")
    TAKEN = "taken", pgettext_lazy("an offer", "Taken")
    DECLINED = "declined", pgettext_lazy("an offer", "Declined")
    EXPIRED = "expired", pgettext_lazy("an offer", "Not answered in time")


class DateTrouble(TextChoices):
    """Why a date of a series cannot be as it was wished."""

    NOT_FREE = "not_free", _("Not free")
    TOO_FAR = "too_far", _("Too far ahead to be booked yet")
    NO_SUCH_TIME = "no_such_time", _("The clocks skip this time that day")


class PassReason(TextChoices):
    """Why somebody who waits longer was not offered a time."""

    HAS_OFFER = "has_offer", _("another time was offered just then")
    OTHER_DAYS = "other_days", _("other days wanted")
    OTHER_HOURS = "other_hours", _("other hours wanted")
    OTHER_PERSON = "other_person", _("other person wanted")
    NOT_ABLE = "not_able", _("not done by whoever was free")
    FEW_SEATS = "few_seats", _("too few seats")
    TOO_SHORT = "too_short", _("too short")
    DECLINED = "declined", _("declined before")
    EXPIRED = "expired", _("not answered in time before")
