"""What businesses are told of their vetting: each line that operators or the clock add to their thread."""

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from notifications.letters.letter import Letter
from notifications.letters.words import long_time
from notifications.models import Message
from providers.enums import EntryKind
from providers.models import Document, Provider, VettingEntry
from providers.rules.vetting import GRACE_DAYS
from providers.selectors.vetting import find_document, kind_names, thread


def decided(provider: Provider, message: Message, email: str) -> Letter | None:
    """A decision, a message, an answer to an appeal: the line's own words, and what they mean."""
    assert message.event is not None
    entry = thread(provider).get(public_id=message.event.payload["entry"])
    said = _said(entry)
    if said is None:
        return None
    subject, heading, *more = said
    return Letter(
        subject=subject % {"name": provider.name},
        heading=heading,
        paragraphs=[
            *(entry.message.splitlines() if entry.message else []),
            *(f"• {point['note']}" for point in entry.points),
            *more,
        ],
        facts=_facts(provider, entry),
        link=f"{settings.SITE_URL}/provider/{provider.public_id}/application/#{entry.public_id}",
        link_text=_("Read and answer"),
    )


def expiring(provider: Provider, message: Message, email: str) -> Letter | None:
    """A document runs out soon; nothing to say any more once it was replaced."""
    assert message.event is not None
    document = find_document(message.event.payload["id"])
    if document.status != "accepted" or document.valid_until is None:
        return None
    name = _name(document)
    return Letter(
        subject=_("%(document)s runs out on %(day)s") % {"document": name, "day": _day(document)},
        heading=_("%(document)s runs out on %(day)s.") % {"document": name, "day": _day(document)},
        paragraphs=[
            _("Send the new one in time, and nothing changes."),
            _(
                "If it is required and has not been replaced %(days)s days after that day, the business is "
                "suspended until it is."
            )
            % {"days": GRACE_DAYS},
        ],
        facts=[(_("Business"), provider.name), (_("About"), document.staff.name if document.staff else "")],
        link=f"{settings.SITE_URL}/provider/{provider.public_id}/documents/",
        link_text=_("Send the new one"),
    )


def _said(entry: VettingEntry) -> tuple[str, ...] | None:
    """Subject, heading and further sentences for a kind of line; None for what needs no mail."""
    appeal = _("You can appeal this once. Somebody else than before decides.")
    words: dict[str, tuple[str, ...]] = {
        EntryKind.MESSAGE: (_("A message about %(name)s"), _("We wrote to you.")),
        EntryKind.APPROVED: (
            _("%(name)s is approved"),
            _("You are listed."),
            _("From now on customers find you and can book."),
        ),
        EntryKind.REVISION_ASKED: (
            _("%(name)s: please change some things"),
            _("Nearly there. Please change this, then send it again."),
        ),
        EntryKind.REJECTED: (_("%(name)s was not approved"), _("We did not approve your business."), appeal),
        EntryKind.WARNED: (_("A warning for %(name)s"), _("We give you notice."), appeal),
        EntryKind.RETRAINING: (_("Retraining for %(name)s"), _("We ask for retraining."), appeal),
        EntryKind.SUSPENDED: (
            _("%(name)s is suspended"),
            _("Your business is suspended: nothing new can be booked."),
            _("Visits that are already booked stay; their customers may cancel with everything back."),
            appeal,
        ),
        EntryKind.REINSTATED: (
            _("%(name)s is listed again"),
            _("Your suspension has ended."),
            _("Customers find you and can book again."),
        ),
        EntryKind.APPEAL_GRANTED: (_("Your appeal for %(name)s was granted"), _("Your appeal was granted.")),
        EntryKind.APPEAL_DISMISSED: (
            _("Your appeal for %(name)s was dismissed"),
            _("Your appeal was dismissed. The decision holds."),
        ),
        EntryKind.DOCUMENT_REFUSED: (
            _("%(name)s: a document was not accepted"),
            _("A document was not accepted. Please send another."),
        ),
        EntryKind.DOCUMENT_EXPIRED: (
            _("%(name)s: a document has expired"),
            _("A document has expired. Please send the new one."),
            _(
                "If it is required and has not been replaced %(days)s days after its last day, the business is "
                "suspended until it is."
            )
            % {"days": GRACE_DAYS},
        ),
        EntryKind.DOCUMENT_ASKED: (
            _("%(name)s: another document is needed"),
            _("Another document is needed."),
        ),
    }
    return words.get(entry.kind)


def _facts(provider: Provider, entry: VettingEntry) -> list[tuple[str, str]]:
    shop = provider.outlets.order_by("pk").first()
    return [
        (_("Business"), provider.name),
        (_("Document"), _name(entry.document) if entry.document else ""),
        (_("About"), entry.staff.name if entry.staff else ""),
        (_("Until"), long_time(entry.until, shop.zone) if entry.until and shop else ""),
    ]


def _name(document: Document) -> str:
    return kind_names(get_language() or "en")[document.kind_id].name


def _day(document: Document) -> str:
    assert document.valid_until is not None
    return date_format(document.valid_until, "DATE_FORMAT")
