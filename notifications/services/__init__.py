"""What notifications does: writing down what is owed, sending it, reminding."""

from notifications.services.outgoing import owe, owe_business, owe_many, send, send_due
from notifications.services.reminders import remind_due

__all__ = ["owe", "owe_business", "owe_many", "remind_due", "send", "send_due"]
