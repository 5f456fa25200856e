from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews.services.verify import KEPT, verify


class Command(BaseCommand):
    help = (
        "Compare the ratings of shops and people with a recount of their reviews. Ends with 1 if any differs."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify()
        for item in found:
            for name, kept, counted in zip(KEPT, item.kept, item.counted, strict=True):
                if kept != counted:
                    self.stderr.write(f"{item.id} {name}: {kept} is kept, {counted} is counted")
        if found:
            raise CommandError(f"{len(found)} shops or people differ")
        self.stdout.write("Every rating is what its reviews say.")
