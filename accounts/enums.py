"""The fixed words of accounts."""

from django.db.models import TextChoices


class ExportStatus(TextChoices):
    """Where the ZIP with all about a person stands."""

    REQUESTED = "requested", "requested"
    READY = "ready", "ready"
    # Its time was over, or it could not be made: there is no content any more.
    GONE = "gone", "gone"


class ErasureStatus(TextChoices):
    """Where a request to be forgotten stands."""

    WAITING = "waiting", "waiting"
    UNDONE = "undone", "undone"
    DONE = "done", "done"


class ConsentKind(TextChoices):
    """What is agreed to."""

    TERMS = "terms", "terms"
    PRIVACY = "privacy", "privacy"
    MARKETING = "marketing", "marketing"


class ConsentSource(TextChoices):
    """Where they said so."""

    SIGNUP = "signup", "sign-up"
    CHECKOUT = "checkout", "checkout"
    SIGN_IN = "sign_in", "sign-in"
    ACCOUNT = "account", "account page"
    API = "api", "API"
