"""The verbs of bookings: each is one transaction, and says by errors why it refuses."""
