"""Text messages to phones: by the gateway that TEXTS_URL names, or into the demo's mailbox."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import import_string

from common.errors import TextNotSent

log = logging.getLogger(__name__)


def send_text(*, to: str, text: str) -> None:
    """Send `text` to a phone (E.164) that somebody holds in their hand and looks at. Call it outside a transaction.

    Raises TextNotSent when no gateway takes it, or none is set.
    """
    if not settings.TEXTS_URL:
        raise TextNotSent
    sender: Callable[[str, str], None] = import_string(settings.TEXTS_SENDER)
    sender(to, text)


def by_gateway(to: str, text: str) -> None:
    """Through apprise, which speaks to some forty text gateways; each step of it ends after four seconds."""
    import apprise  # loads all its gateways: only where a text is sent

    asset = apprise.AppriseAsset(app_id=settings.SITE_NAME, async_mode=False, secure_logging=True)
    gateway = apprise.Apprise(asset=asset)
    if not gateway.add(settings.TEXTS_URL.replace("{to}", to.removeprefix("+"))):
        log.error("TEXTS_URL names no gateway that is known")
        raise TextNotSent
    # It says no more than yes or no; its own log lines would name the number.
    if not gateway.notify(body=text):
        log.error("the text gateway took no message")
        raise TextNotSent
