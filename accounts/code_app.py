"""The codes of an app: what `manage.py demo_code`, the demo mailbox and tests type in place of a phone (RFC 6238)."""

import time

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value


def code_now(secret: str) -> str:
    """The six digits that an app with `secret` (base32) shows at this instant."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // app_settings.TOTP_PERIOD))
