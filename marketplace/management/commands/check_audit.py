"""Check the hash chain over operators' acts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import audit


class Command(BaseCommand):
    help = (
        "Check the hash chain over operators' acts and decisions, and print its head. Keep the head elsewhere and give "
        "it back with --head: then a chain that was cut, or written anew, is noticed, too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", metavar="SEQ:HASH", help="a head that an earlier run printed")

    def handle(self, *args: Any, **options: Any) -> None:
        head, broken = audit.check(_read(options["head"]) if options["head"] else None)
        if broken:
            entry = f"audit entry {broken.entry_id}" if broken.entry_id else "no entry"
            raise CommandError(f"the chain breaks at link {broken.seq} ({entry}): {broken.why}")
        self.stdout.write(f"{head.seq} links hold. Head: {head}")


def _read(text: str) -> audit.Head:
    seq, _, hash_ = text.partition(":")
    if not seq.isdigit() or len(hash_) != 64:
        raise CommandError("--head is SEQ:HASH, as an earlier run printed it")
    return audit.Head(int(seq), hash_)
