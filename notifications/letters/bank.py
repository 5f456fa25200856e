"""What a business's owners are told when its bank account changes: whoever did not do it should hear of it."""

from django.conf import settings
from django.utils.translation import gettext as _

from notifications.letters.letter import Letter
from notifications.letters.words import long_time
from notifications.models import Message
from providers.models import Provider


def changed(provider: Provider, message: Message, email: str) -> Letter:
    """The account was entered, changed or removed: what is shown of it, and what to do if it was not them."""
    assert message.event is not None
    before, after = message.event.payload["before"], message.event.payload["after"]
    if not after:
        subject = _("%(name)s: the bank account was removed")
        heading = _("The bank account of your business was removed.")
    elif not before:
        subject = _("%(name)s: a bank account was entered")
        heading = _("A bank account was entered for your business.")
    else:
        subject = _("%(name)s: the bank account was changed")
        heading = _("The bank account of your business was changed.")
    shop = provider.outlets.order_by("pk").first()
    return Letter(
        subject=subject % {"name": provider.name},
        heading=heading,
        paragraphs=[
            _("If that was you or another owner, there is nothing to do."),
            _(
                "If not, somebody else may be in your account: change its password, enter the right account, and "
                "write to us at once."
            ),
        ],
        facts=[
            (_("Business"), provider.name),
            (_("Before"), before),
            (_("Now"), after),
            (_("When"), long_time(message.event.at, shop.zone) if shop else ""),
        ],
        link=f"{settings.SITE_URL}/provider/{provider.public_id}/bank/",
        link_text=_("Look at it"),
    )
