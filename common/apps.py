from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CommonConfig(AppConfig):
    name = "common"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Each app's privacy.py says what it holds about people; ours is apart from the registry.
        from common import privacy_own  # noqa: F401

        autodiscover_modules("privacy")

        # Bytes go when their row does.
        from common.uploads import storage  # noqa: F401
