"""What notifications does: writing down what is owed, sending it, reminding."""

from notifications.services.outgoing import owe, owe_business, send, send_due
from notifications.services.reminders import remind_due

__all__ = ["owe", "owe_business", "remind_due", "send", "send_due"]
