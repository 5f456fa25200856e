"""What a business's owners are told of the money that is to be paid to it."""

from dataclasses import replace

from django.conf import settings
from django.utils.translation import gettext as _

from notifications.letters.letter import Letter
from notifications.letters.words import amount
from notifications.models import Message
from payments import gateways
from payments.enums import PayeeNeed, PayeeStatus
from payments.models import PayeeAccount, PayoutHold
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


def payee(provider: Provider, message: Message, email: str) -> Letter | None:
    """The account at the gateway: ready, asked for more, no longer ready, or turned down. None when that has changed
    again since."""
    assert message.event is not None
    facts = message.event.payload
    row = PayeeAccount.objects.filter(public_id=facts["id"]).first()
    if row is None or (row.status, row.needs) != (facts["status"], facts["needs"]):
        return None
    name = gateways.title(row.gateway)
    needs = ", ".join(str(PayeeNeed(need).label) for need in row.needs)
    asked = [_("It asks for: %(needs)s.") % {"needs": needs}] if needs else []
    later = _("What you earn stays yours, and is counted on.")
    heading, paragraphs = {
        PayeeStatus.ENABLED: (
            _("Your account at %(gateway)s is ready.")
            if not needs
            else _("%(gateway)s wants to know more about your business."),
            asked or [_("We can pay you through it from now on.")],
        ),
        PayeeStatus.REJECTED: (_("%(gateway)s does not pay your business."), [later]),
    }.get(PayeeStatus(row.status), (_("Your account at %(gateway)s is not ready any more."), [*asked, later]))
    return _letter(
        provider,
        subject=_("%(name)s: your account at %(gateway)s") % {"name": "%(name)s", "gateway": name},
        heading=heading % {"gateway": name},
        paragraphs=paragraphs,
        page="money/account",
    )


def disputed(provider: Provider, message: Message, email: str) -> Letter:
    """A customer's bank took a payment back, gave it back, or let it stay with the customer."""
    assert message.event is not None
    facts = message.event.payload
    words = {"amount": amount(facts["dispute_amount"], facts["currency"])}
    subject, heading, paragraphs = {
        "dispute.opened": (
            _("%(name)s: a customer's bank took a payment back"),
            _("The bank of a customer took %(amount)s back."),
            [
                _(
                    "It is taken off what is held for the visit, or off your balance, until the bank has decided."
                ),
                _(
                    "We answer the bank. If you have anything that shows that the visit took place, write to us."
                ),
            ],
        ),
        "dispute.won": (
            _("%(name)s: a chargeback was won"),
            _("The bank gave %(amount)s back."),
            [_("The money is where it was before.")],
        ),
        "dispute.lost": (
            _("%(name)s: a chargeback was lost"),
            _("%(amount)s stay with the customer."),
            [_("The bank decided for the customer.")],
        ),
    }[message.event.type]
    letter = _letter(provider, subject=subject, heading=heading % words, paragraphs=paragraphs)
    ref = facts["booking_ref"]
    return replace(
        letter,
        facts=[*letter.facts, (_("Booking"), ref)],
        link=f"{settings.SITE_URL}/b/{ref}",
        link_text=_("See the booking"),
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
