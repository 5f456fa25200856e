from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.services import verify


class Command(BaseCommand):
    help = "Compare balances, entries, payments and refunds with each other. Ends with 1 if anything differs."

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify()
        for item in found:
            self.stderr.write(f"{item.where}: {item.what} (expected {item.expected}, found {item.found})")
        if found:
            raise CommandError(f"{len(found)} discrepancies")
        self.stdout.write("The ledger agrees with itself.")
