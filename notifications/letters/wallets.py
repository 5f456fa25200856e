"""What a person is told of money that goes from their wallet to a bank account: also who did not ask."""

from django.conf import settings
from django.utils.translation import gettext as _

from notifications.letters.letter import Letter
from notifications.letters.words import amount
from notifications.models import Message


def payout(message: Message) -> Letter:
    """It was asked for, paid, or could not be paid."""
    assert message.event is not None
    facts = message.event.payload
    words = {"amount": amount(facts["amount"], facts["currency"])}
    subject, heading, paragraphs = {
        "wallet_payout.asked": (
            _("%(amount)s of your wallet go to a bank account"),
            _("You asked for %(amount)s in your bank account."),
            [
                _("It takes some days: a person here pays it."),
                _("If that was not you, change your password and write to us at once."),
            ],
        ),
        "wallet_payout.paid": (
            _("%(amount)s of your wallet were paid"),
            _("%(amount)s are on their way to your bank account."),
            [_("Your bank may need a day or two to show it.")],
        ),
        "wallet_payout.refused": (
            _("%(amount)s are in your wallet again"),
            _("We could not pay %(amount)s to your bank account."),
            [_("It is in your wallet again. Please look whether the account was right.")],
        ),
    }[message.event.type]
    return Letter(
        subject=subject % words,
        heading=heading % words,
        paragraphs=paragraphs,
        facts=[(_("Account"), facts["account"])],
        link=f"{settings.SITE_URL}/account/wallet/",
        link_text=_("See your wallet"),
    )
