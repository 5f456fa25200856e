"""What the people of a category should know, the quiz that shows it, and who has passed it."""

from django.db import models
from django.db.models.functions import Now

from common.words import WordsField


class Training(models.Model):
    """A category's note and quiz, which operators write. With `is_required` only who has passed is offered there.

    A quiz counts once it has a question with a right choice; a category without one asks nothing of anybody.
    """

    category = models.OneToOneField("Category", on_delete=models.CASCADE, related_name="training")
    note = WordsField(longest=6000, help_text="what to know; an empty line begins a paragraph")
    is_required = models.BooleanField(
        default=False, help_text="whoever has not passed is not offered for services of the category"
    )
    pass_percent = models.PositiveSmallIntegerField(default=80)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pass_percent__gte=1, pass_percent__lte=100),
                name="training_is_passed_with_1_to_100_percent",
            ),
        ]

    def __str__(self) -> str:
        return str(self.category)


class QuizQuestion(models.Model):
    """One question of a category's quiz."""

    training = models.ForeignKey(Training, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(default=0)
    words = WordsField(longest=300)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.words.get("en", "")


class QuizChoice(models.Model):
    """One answer that may be chosen; the order that people see is another for each of them."""

    question = models.ForeignKey(QuizQuestion, on_delete=models.CASCADE, related_name="choices")
    words = WordsField(longest=200)
    is_right = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.words.get("en", "")


class QuizAttempt(models.Model):
    """Somebody took a quiz: how many questions there were and how many answers were right."""

    staff = models.ForeignKey("StaffMember", on_delete=models.CASCADE, related_name="quiz_attempts")
    category = models.ForeignKey("Category", on_delete=models.CASCADE, related_name="+")
    asked = models.PositiveSmallIntegerField()
    right = models.PositiveSmallIntegerField()
    passed = models.BooleanField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(right__lte=models.F("asked")), name="attempt_is_not_better_than_all_right"
            ),
        ]
        indexes = [models.Index(fields=["staff", "category", "-at"], name="attempts_of_a_person")]

    def __str__(self) -> str:
        return f"{self.staff_id}: {self.right} of {self.asked}"


class Badge(models.Model):
    """A person has passed the quiz of a category. It stays when the questions change."""

    staff = models.ForeignKey("StaffMember", on_delete=models.CASCADE, related_name="badges")
    category = models.ForeignKey("Category", on_delete=models.CASCADE, related_name="+")
    passed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["staff", "category"], name="one_badge_per_category"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} passed {self.category_id}"
