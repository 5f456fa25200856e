"""Names of people in one line."""

from collections.abc import Iterable

from django.utils.translation import gettext as _


def joined(names: Iterable[str]) -> str:
    """The names as a sentence has them, in the reader's language: "Ana", "Ana and Bo", "Ana, Bo and Cleo"."""
    *first, last = list(names) or [""]
    if not first:
        return last
    # Translators: names of people, such as "Ana and Bo"
    return _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last}
