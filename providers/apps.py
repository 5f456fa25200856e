from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "providers"

    def ready(self) -> None:
        from providers.selectors import pictures  # noqa: F401  # says which pictures are public
