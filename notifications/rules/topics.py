"""What kinds of messages are about, and which of them people may do without."""

from enum import StrEnum

from notifications.enums import Channel, Kind


class Topic(StrEnum):
    """What people choose by."""

    VISITS = "visits"
    REMINDERS = "reminders"
    MESSAGES = "messages"
    REVIEWS = "reviews"
    MONEY = "money"


TOPICS: dict[str, Topic] = {
    Kind.CONFIRMED: Topic.VISITS,
    Kind.RESCHEDULED: Topic.VISITS,
    Kind.LENGTH: Topic.VISITS,
    Kind.CANCELLED: Topic.VISITS,
    Kind.REQUESTED: Topic.VISITS,
    Kind.DECLINED: Topic.VISITS,
    Kind.OFFERED: Topic.VISITS,
    Kind.ON_THE_WAY: Topic.VISITS,
    Kind.PRICE_ASKED: Topic.VISITS,
    Kind.SHOP_SUSPENDED: Topic.VISITS,
    Kind.SHOP_BACK: Topic.VISITS,
    Kind.REMINDER: Topic.REMINDERS,
    Kind.MESSAGE: Topic.MESSAGES,
    Kind.REVIEW_INVITED: Topic.REVIEWS,
    Kind.REVIEW_REPLIED: Topic.REVIEWS,
    Kind.PAID_TOO_LATE: Topic.MONEY,
    Kind.REFUNDED: Topic.MONEY,
    Kind.RECEIPT: Topic.MONEY,
}
# Letters that say what was agreed, and what the law asks for, are not a matter of choice.
_MAIL_BY_CHOICE = frozenset({Topic.REMINDERS, Topic.MESSAGES, Topic.REVIEWS})
# These are told to a device at any hour: somebody is at the door, or waits for an answer.
AT_ONCE = frozenset({Kind.ON_THE_WAY, Kind.PRICE_ASKED, Kind.OFFERED})
# What devices are told of. The rest is read in a letter.
ON_DEVICES = frozenset(TOPICS) - {Kind.REQUESTED, Kind.RECEIPT, Kind.SHOP_BACK}


def may_be_switched_off(topic: Topic, channel: str) -> bool:
    """Whether a reader may do without this."""
    return channel == Channel.PUSH or topic in _MAIL_BY_CHOICE


def topic_of(kind: str, channel: str) -> Topic | None:
    """What a message of `kind` is about, if its reader may switch it off on that channel."""
    topic = TOPICS.get(kind)
    return topic if topic and may_be_switched_off(topic, channel) else None
