"""What a visit of a category consists of, and what its people should know: written by the operators."""

from django.db import models

from common.words import WordsField


class StandardStep(models.Model):
    """One step of a category's service standard: customers read it, staff tick it during the visit.

    A booking keeps the steps as they were when it was made.
    """

    category = models.ForeignKey("Category", on_delete=models.CASCADE, related_name="standard")
    position = models.PositiveSmallIntegerField(default=0)
    words = WordsField(longest=160)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.words.get("en", "")
