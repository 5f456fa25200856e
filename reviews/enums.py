"""The fixed words of reviews."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Reason(TextChoices):
    """Why a review is reported, and why it is hidden."""

    ABUSE = "abuse", _("It insults or threatens somebody")
    PRIVATE = "private", _("It tells something private about a person")
    SPAM = "spam", _("It is advertising")
    OFF_TOPIC = "off_topic", _("It is not about this visit")
    UNTRUE = "untrue", _("It is not true")
    CONFLICT = "conflict", _("Whoever wrote it belongs to the business or to a rival")
    OTHER = "other", _("Something else")


class Decision(TextChoices):
    """What an operator decided about a review."""

    HIDE = "hide", _("Hidden")
    KEEP = "keep", _("Left as it is")
    RESTORE = "restore", _("Shown again")


class Side(TextChoices):
    """Whose review it is: who wrote it, and the business it is about."""

    AUTHOR = "author", _("The author")
    PROVIDER = "provider", _("The business")


class Subject(TextChoices):
    """Whose quality is watched."""

    PROVIDER = "provider", _("A business")
    PERSON = "person", _("A person")


class Outcome(TextChoices):
    """What came of a quality case; empty while it is open."""

    NOTHING = "nothing", _("Nothing to do")
    NOTICE = "notice", _("Notice given")
    RETRAINING = "retraining", _("Retraining asked for")
    SUSPENSION = "suspension", _("Suspended")
