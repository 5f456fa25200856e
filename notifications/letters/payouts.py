"""What a business's owners are told of the money that is to be paid to it."""

from django.conf import settings
from django.utils.translation import gettext as _

from notifications.letters.letter import Letter
from notifications.letters.words import amount
from notifications.models import Message
from payments.models import PayoutHold
from providers.models import Provider


def held(provider: Provider, message: Message, email: str) -> Letter | None:
    """Nothing is paid for now, and why; or it is paid again. None when the one has become the other meanwhile."""
    assert message.event is not None
    hold = PayoutHold.objects.filter(provider=provider, lifted_at__isnull=True).first()
    is_news_of_hold = message.event.type == "provider.payouts_held"
    if is_news_of_hold != (hold is not None):
        return None
    if hold:
        return _letter(
            provider,
            subject=_("%(name)s: payouts are on hold"),
            heading=_("We do not pay your business for now."),
            paragraphs=[
                _("Why: %(reason)s") % {"reason": hold.reason},
                _("What you earn stays yours and is counted on. We tell you when we pay again."),
            ],
        )
    return _letter(
        provider,
        subject=_("%(name)s: payouts go on"),
        heading=_("We pay your business again."),
        paragraphs=[_("What is due comes with the next payout.")],
    )


def failed(provider: Provider, message: Message, email: str) -> Letter:
    """A payout did not arrive: how much, and what to look at."""
    assert message.event is not None
    facts = message.event.payload
    return _letter(
        provider,
        subject=_("%(name)s: a payout did not arrive"),
        heading=_("We could not pay %(amount)s.") % {"amount": amount(facts["amount"], facts["currency"])},
        paragraphs=[
            _("The money is yours still, and comes with a next payout."),
            _("Please look whether your bank account is right."),
        ],
        page="bank",
    )


def _letter(
    provider: Provider, *, subject: str, heading: str, paragraphs: list[str], page: str = "money"
) -> Letter:
    return Letter(
        subject=subject % {"name": provider.name},
        heading=heading,
        paragraphs=paragraphs,
        facts=[(_("Business"), provider.name)],
        link=f"{settings.SITE_URL}/provider/{provider.public_id}/{page}/",
        link_text=_("Look at it"),
    )
