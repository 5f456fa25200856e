"""The fixed words of notifications."""

from django.db.models import TextChoices


class Kind(TextChoices):
    """What a mail says, and to whom."""

    CONFIRMED = "confirmed", "confirmed"
    RESCHEDULED = "rescheduled", "rescheduled"
    LENGTH = "length", "another length"
    CANCELLED = "cancelled", "cancelled"
    REMINDER = "reminder", "reminder"
    PAID_TOO_LATE = "paid_too_late", "paid too late"
    REFUNDED = "refunded", "refunded"
    REQUESTED = "requested", "requested"
    DECLINED = "declined", "declined"
    MESSAGE = "message", "message"
    RECEIPT = "receipt", "receipt"
    # To devices only: a letter would come too late.
    ON_THE_WAY = "on_the_way", "on the way"
    PRICE_ASKED = "price_asked", "price change asked"
    SHOP_SUSPENDED = "shop_suspended", "business suspended"
    SHOP_BACK = "shop_back", "business reinstated"
    REVIEW_INVITED = "review_invited", "review: invited"
    REVIEW_REPLIED = "review_replied", "review: replied"
    REVIEW_HIDDEN = "review_hidden", "review: hidden"
    REVIEW_RESTORED = "review_restored", "review: shown again"
    REVIEW_APPEAL = "review_appeal", "review: appeal refused"
    REPORT_DECIDED = "report_decided", "review: report decided"
    PROVIDER_REVIEWED = "provider_reviewed", "provider: reviewed"
    PROVIDER_HIDDEN = "provider_hidden", "provider: review hidden"
    PROVIDER_RESTORED = "provider_restored", "provider: review shown"
    PROVIDER_APPEAL = "provider_appeal", "provider: appeal refused"
    PROVIDER_NEW = "provider_new", "provider: new"
    PROVIDER_MOVED = "provider_moved", "provider: moved"
    PROVIDER_CANCELLED = "provider_cancelled", "provider: cancelled"
    PROVIDER_MESSAGE = "provider_message", "provider: message"
    PROVIDER_REQUEST = "provider_request", "provider: request"
    OBJECTION = "objection", "objection"
    PROVIDER_OBJECTION = "provider_objection", "provider: objection"
    PROVIDER_OVERDUE = "provider_overdue", "provider: overdue"
    MEMBER_INVITED = "member_invited", "invited to a business"
    QUEUE_JOINED = "queue_joined", "in a shop's queue"
    QUEUE_CALLED = "queue_called", "called from a shop's queue"
    VETTING = "vetting", "provider: vetting"
    DOCUMENT_EXPIRING = "document_expiring", "provider: document runs out"
    BANK_CHANGED = "bank_changed", "owner: bank account"
    PAYOUTS_HELD = "payouts_held", "owner: payouts held"
    DISPUTE = "dispute", "owner: chargeback"
    PAYOUT_FAILED = "payout_failed", "owner: payout failed"
    PAYEE = "payee", "owner: account at the gateway"
    SERIES_BOOKED = "series_booked", "series: booked"
    PROVIDER_SERIES = "provider_series", "provider: series"
    WAIT_ASKED = "wait_asked", "waitlist: confirm it"
    WAIT_JOINED = "wait_joined", "waitlist: on the list"
    OFFERED = "offered", "waitlist: a time is held"
    WALLET_PAYOUT = "wallet_payout", "wallet: to a bank account"


class State(TextChoices):
    """Where a mail stands."""

    PENDING = "pending", "pending"
    SENDING = "sending", "sending"
    SENT = "sent", "sent"
    # What it would have said is no longer so, or its reader has no address.
    DROPPED = "dropped", "dropped"
    # Tried often enough: a person must look.
    FAILED = "failed", "failed"


class Channel(TextChoices):
    """How a message goes out."""

    MAIL = "mail", "mail"
    PUSH = "push", "push"
