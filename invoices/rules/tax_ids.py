"""VAT numbers. Those of the European Union are checked to the digit (python-stdnum); of others only their form."""

import re

from stdnum.eu import vat
from stdnum.exceptions import ValidationError

# ISO 3166-1 alpha-2 or, for Greece and Northern Ireland, what the Union uses; then what the country gives.
FORM = re.compile(r"[A-Z]{2}[0-9A-Z]{2,18}")


def tax_id(text: str) -> str | None:
    """A VAT number with its country in front, without spaces and in capitals; None when it is none."""
    written = re.sub(r"[\s.\-]", "", text).upper()
    if not FORM.fullmatch(written):
        return None
    country = written[:2].lower()
    if country in vat.MEMBER_STATES or country in ("el", "xi"):
        try:
            return str(vat.validate(written))
        except ValidationError:
            return None
    return written
