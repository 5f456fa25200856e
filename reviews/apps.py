from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        from reviews import handlers  # noqa: F401  # registers its event handlers
        from reviews.selectors import pictures  # noqa: F401  # says which are public
