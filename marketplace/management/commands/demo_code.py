"""Print the code that the demo operators' code app shows now."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.code_app import code_now


class Command(BaseCommand):
    help = "Print the demo operators' second factor: the code of their app now."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_TOTP_SECRET:
            raise CommandError("This installation is no demo: operators have code apps of their own.")
        self.stdout.write(code_now(settings.DEMO_TOTP_SECRET))
