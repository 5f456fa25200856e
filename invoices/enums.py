"""The fixed words of invoices."""

from django.db import models


class DocumentKind(models.TextChoices):
    """What a document is, with its code in UNTDID 1001."""

    INVOICE = "invoice", "invoice"
    CREDIT_NOTE = "credit_note", "credit note"

    @property
    def code(self) -> str:
        """380 and 381, as EN 16931 (BT-3) asks."""
        return {"invoice": "380", "credit_note": "381"}[self.value]
