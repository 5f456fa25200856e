from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"

    def ready(self) -> None:
        from bookings import handlers  # registers its event handlers
        from bookings.services.affected import nothing_breaks_unseen
        from bookings.services.closing import what_keeps_open
        from payments.services.locks import register_owner_lock
        from payments.services.shares import register_sold
        from providers.services.affected import register_guard
        from providers.services.closing import register_keepers

        register_owner_lock(handlers.lock_booking)
        register_sold(handlers.what_is_sold)
        register_guard(nothing_breaks_unseen)
        register_keepers(what_keeps_open)
