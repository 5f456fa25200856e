"""Who may see a public picture: whoever may see what uses it. Each app says so of its own rows."""

from collections.abc import Callable

from common.models import StoredFile

Check = Callable[[StoredFile], bool]
_checks: list[Check] = []


def visible_when(check: Check) -> Check:
    """Register a function that says whether something public uses this picture now. Used as a decorator."""
    if check not in _checks:
        _checks.append(check)
    return check


def is_visible(stored: StoredFile) -> bool:
    """Whether everybody may see it: a public picture that something public uses."""
    return (
        stored.kind == StoredFile.Kind.PICTURE
        and not stored.is_private
        and any(check(stored) for check in _checks)
    )
