"""What notifications does: writing down what is owed, sending it, reminding."""

from notifications.services.outgoing import owe, owe_many, owe_reader, send, send_due
from notifications.services.pushing import owe_pushes
from notifications.services.reminders import remind_due

__all__ = ["owe", "owe_many", "owe_pushes", "owe_reader", "remind_due", "send", "send_due"]
