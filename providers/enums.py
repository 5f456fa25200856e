"""The fixed words of providers."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ProviderStatus(TextChoices):
    """Where a business stands in vetting; only an approved one is public."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for approval")
    REVISION = "revision", _("Changes asked for")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", _("Closed")


class Role(TextChoices):
    """What a member may do in a business."""

    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    STAFF = "staff", _("Staff")


class InvitationStatus(TextChoices):
    """Where an invitation to join a business stands."""

    OPEN = "open", _("Invited")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


class Place(TextChoices):
    """Where a service is done."""

    OUTLET = "outlet", _("At the shop")
    CUSTOMER = "customer", _("At your place")


class GridAlign(TextChoices):
    """What the starts that customers may choose are counted from (bookings/rules/grid.py)."""

    CLOCK = "clock", _("The wall clock, from midnight")
    OPENING = "opening", _("The opening of each working time")
    PREVIOUS = "previous", _("The end of the booking before")


class StaffChoice(TextChoices):
    """Who gets a visit that is for anyone (bookings/rules/availability.py, `choose`)."""

    FAIR_SHARE = "fair_share", _("Whoever has the least that day")
    COMPACT = "compact", _("Whoever is left with the shortest gap")
    FLEXIBLE = "flexible", _("Whoever can do the fewest services")


class SkillLevel(TextChoices):
    """How well a person does a service."""

    LEARNING = "learning", _("Learning")
    SKILLED = "skilled", _("Skilled")
    EXPERT = "expert", _("Expert")


class PaperSubject(TextChoices):
    """Whom a kind of document is about."""

    BUSINESS = "business", _("The business")
    PERSON = "person", _("Each person")


class DocumentStatus(TextChoices):
    """Where a document stands; an operator accepts or refuses it, time or a newer one ends it."""

    SUBMITTED = "submitted", _("Being checked")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Not accepted")
    EXPIRED = "expired", _("Expired")
    REPLACED = "replaced", _("Replaced")


class Decision(TextChoices):
    """What an operator decided on an application; empty while it is open."""

    APPROVED = "approved", _("Approved")
    REVISION = "revision", _("Changes asked for")
    REJECTED = "rejected", _("Rejected")


class Side(TextChoices):
    """Who speaks in a business's thread."""

    PROVIDER = "provider", _("The business")
    OPERATOR = "operator", _("Hereabouts team")
    SYSTEM = "system", _("Automatic")


class EntryKind(TextChoices):
    """What an entry of a business's thread says."""

    MESSAGE = "message", _("Message")
    SUBMITTED = "submitted", _("Sent for approval")
    APPROVED = "approved", _("Approved")
    REVISION_ASKED = "revision_asked", _("Changes asked for")
    REJECTED = "rejected", _("Rejected")
    WARNED = "warned", _("Warning")
    RETRAINING = "retraining", _("Retraining asked for")
    SUSPENDED = "suspended", _("Suspended")
    REINSTATED = "reinstated", _("Reinstated")
    CLOSED = "closed", _("Closed")
    APPEALED = "appealed", _("Appeal")
    APPEAL_GRANTED = "appeal_granted", _("Appeal granted")
    APPEAL_DISMISSED = "appeal_dismissed", _("Appeal dismissed")
    DOCUMENT_REFUSED = "document_refused", _("Document not accepted")
    DOCUMENT_EXPIRED = "document_expired", _("Document expired")
    DOCUMENT_ASKED = "document_asked", _("Document asked for")


class AppealOutcome(TextChoices):
    """What another operator decided on an appeal; empty while it is open."""

    GRANTED = "granted", _("Granted")
    DISMISSED = "dismissed", _("Dismissed")


class AccountForm(TextChoices):
    """How a bank account is named: by its IBAN, or by bank and number in a country without them."""

    IBAN = "iban", "IBAN"
    PLAIN = "plain", "bank and number"
