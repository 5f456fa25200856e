"""What authors and businesses are told about reviews. Never the review's own words: those are on the page."""

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Booking
from bookings.rules import states
from bookings.services.access import mail_link
from notifications.letters.letter import Letter
from notifications.letters.words import long_time
from notifications.models import Message
from providers.models import Outlet

PAGE = "/review"

# Why a review was hidden, by the reasons' codes in the event.
REASONS: dict[str, Promise] = {
    "abuse": gettext_lazy("It insults or threatens somebody"),
    "private": gettext_lazy("It tells something private about a person"),
    "spam": gettext_lazy("It is advertising"),
    "off_topic": gettext_lazy("It is not about this visit"),
    "untrue": gettext_lazy("It is not true"),
    "conflict": gettext_lazy("Whoever wrote it belongs to the business or to a rival"),
    "other": gettext_lazy("Something else"),
}


def invited(booking: Booking, message: Message, email: str) -> Letter | None:
    if booking.status not in (states.COMPLETED, states.CLOSED):
        return None
    outlet = booking.outlet.name
    return Letter(
        subject=_("How was it at %(outlet)s?") % {"outlet": outlet},
        heading=_("How was it at %(outlet)s?") % {"outlet": outlet},
        paragraphs=[
            _("Three stars and, if you like, a few words: it helps whoever comes next. It takes a minute."),
            _("Only people who were there can write. We ask once."),
        ],
        facts=_visit(booking),
        link=mail_link(booking, PAGE),
        link_text=_("Write a review"),
    )


def replied(booking: Booking, message: Message, email: str) -> Letter | None:
    outlet = booking.outlet.name
    return Letter(
        subject=_("%(outlet)s replied to your review") % {"outlet": outlet},
        heading=_("%(outlet)s replied to your review.") % {"outlet": outlet},
        facts=_visit(booking),
        link=mail_link(booking, PAGE),
        link_text=_("Read the reply"),
    )


def hidden(booking: Booking, message: Message, email: str) -> Letter | None:
    return Letter(
        subject=_("Your review of %(outlet)s is hidden") % {"outlet": booking.outlet.name},
        heading=_("Your review of %(outlet)s is hidden.") % {"outlet": booking.outlet.name},
        paragraphs=[
            _("Nobody sees it any more, and its stars do not count."),
            _("You can appeal once. Another person than the one who decided looks at it then."),
        ],
        facts=[(_("Why"), _reason(message)), *_visit(booking)],
        link=mail_link(booking, PAGE),
        link_text=_("See the decision"),
    )


def restored(booking: Booking, message: Message, email: str) -> Letter | None:
    return Letter(
        subject=_("Your review of %(outlet)s is shown again") % {"outlet": booking.outlet.name},
        heading=_("Your review of %(outlet)s is shown again, and its stars count.")
        % {"outlet": booking.outlet.name},
        facts=_visit(booking),
        link=mail_link(booking, PAGE),
        link_text=_("See your review"),
    )


def appeal_refused(booking: Booking, message: Message, email: str) -> Letter | None:
    return Letter(
        subject=_("Your review of %(outlet)s stays hidden") % {"outlet": booking.outlet.name},
        heading=_("We looked again. Your review of %(outlet)s stays hidden.")
        % {"outlet": booking.outlet.name},
        facts=_visit(booking),
        link=mail_link(booking, PAGE),
        link_text=_("See the decision"),
    )


def report_decided(message: Message) -> Letter | None:
    """For whoever reported a review: neither whose it is nor the visit it is about."""
    payload = message.event.payload if message.event else {}
    outlet = Outlet.objects.filter(public_id=payload.get("outlet")).first()
    if outlet is None:
        return None
    names = {"outlet": outlet.name}
    if payload["kept"]:
        heading = _("We looked at the review of %(outlet)s that you reported. It stays.") % names
        paragraphs = [_("We found nothing in it that our rules do not allow. Thank you for telling us.")]
    else:
        heading = _("We looked at the review of %(outlet)s that you reported. It is hidden now.") % names
        paragraphs = [_("Nobody sees it any more, and its stars do not count. Thank you for telling us.")]
    return Letter(
        subject=_("Your report about a review of %(outlet)s") % names,
        heading=heading,
        paragraphs=paragraphs,
        facts=[(_("Shop"), outlet.name)],
        link=f"{settings.SITE_URL}/o/{outlet.public_id}",
        link_text=_("See the shop"),
    )


def provider_reviewed(booking: Booking, message: Message, email: str) -> Letter | None:
    stars = message.event.payload["rating"] if message.event else 0
    return _to_provider(
        booking,
        subject=_("A new review: %(n)s of 5") % {"n": stars},
        heading=_("A new review: %(n)s of 5.") % {"n": stars},
        paragraphs=[_("You can reply once, in public.")],
    )


def provider_hidden(booking: Booking, message: Message, email: str) -> Letter | None:
    return _to_provider(
        booking,
        subject=_("A review of you is hidden"),
        heading=_("A review of you is hidden, and its stars do not count."),
        facts=[(_("Why"), _reason(message))],
    )


def provider_restored(booking: Booking, message: Message, email: str) -> Letter | None:
    return _to_provider(
        booking,
        subject=_("A review of you is shown again"),
        heading=_("A review of you is shown again, and its stars count."),
    )


def provider_appeal_refused(booking: Booking, message: Message, email: str) -> Letter | None:
    return _to_provider(
        booking,
        subject=_("A review of you stays"),
        heading=_("We looked again. The review that you appealed about stays."),
    )


def _to_provider(
    booking: Booking,
    *,
    subject: str,
    heading: str,
    paragraphs: list[str] | None = None,
    facts: list[tuple[str, str]] | None = None,
) -> Letter:
    return Letter(
        subject=subject,
        heading=heading,
        paragraphs=paragraphs or [],
        facts=[*(facts or []), *_visit(booking)],
        link=f"{settings.SITE_URL}/provider/{booking.outlet.provider.public_id}/reviews/",
        link_text=_("Open your reviews"),
    )


def _reason(message: Message) -> str:
    code = message.event.payload["reason"] if message.event else "other"
    return str(REASONS[code])


def _visit(booking: Booking) -> list[tuple[str, str]]:
    items = list(booking.items.all())
    return [
        (_("Service"), ", ".join(item.name for item in items)),
        (_("When"), long_time(booking.starts_at, booking.zone)),
        (_("With"), booking.staff_names),
        (_("Shop"), booking.outlet.name),
        (_("Booking"), booking.ref),
    ]
