from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"

    def ready(self) -> None:
        from bookings import handlers  # registers its event handlers
        from payments.services.locks import register_owner_lock

        register_owner_lock(handlers.lock_booking)
