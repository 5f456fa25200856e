"""Re-encrypt everything with the key ring's first key."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction

from common import crypto
from common.crypto import EncryptedBytesField, EncryptedTextField
from common.models import IdempotencyRecord, StoredFile
from common.uploads import storage

BATCH = 500
ENCRYPTED = (EncryptedTextField, EncryptedBytesField)


class Command(BaseCommand):
    help = (
        "Re-encrypt every encrypted column, second factor and private file with the first key of FIELD_KEYS; "
        "then older keys may be dropped."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for model in apps.get_models():
            names = [f.name for f in model._meta.concrete_fields if isinstance(f, ENCRYPTED)]
            if names:
                self.stdout.write(f"{model._meta.label}: {self._rotate(model, names)} rows")
        self.stdout.write(f"second factors: {self._rotate_factors()}")
        self.stdout.write(f"private files: {self._rotate_files()}")
        # Answers kept for replay live for a day: simply let clients run again.
        IdempotencyRecord.objects.filter(status__isnull=False).delete()

    @staticmethod
    def _rotate(model: Any, names: list[str]) -> int:
        done, last = 0, 0
        while True:
            with transaction.atomic():
                rows = list(
                    model._default_manager.select_for_update().filter(pk__gt=last).order_by("pk")[:BATCH]
                )
                for row in rows:
                    model._default_manager.filter(pk=row.pk).update(
                        **{name: getattr(row, name) for name in names if getattr(row, name)}
                    )
            if not rows:
                return done
            done, last = done + len(rows), rows[-1].pk

    @staticmethod
    def _rotate_factors() -> int:
        """The secret of a code app, and the seed of recovery codes, stand encrypted within their JSON."""
        done = 0
        for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
            with transaction.atomic():
                factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
                kept = [name for name in ("secret", "seed") if factor and name in factor.data]
                if factor and kept:
                    factor.data |= {name: crypto.rotate(factor.data[name].encode()).decode() for name in kept}
                    factor.save(update_fields=["data"])
                    done += 1
        return done

    @staticmethod
    def _rotate_files() -> int:
        done = 0
        for pk in StoredFile.objects.filter(is_private=True).order_by("pk").values_list("pk", flat=True):
            with transaction.atomic():
                stored = StoredFile.objects.select_for_update().filter(pk=pk).first()
                if stored is not None:
                    storage.rotate(stored)
                    done += 1
        return done
