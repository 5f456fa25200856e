"""Every column that can hold something about somebody has a decision, and the docs show it."""

from pathlib import Path

from django.db import models
from django.test.utils import isolate_apps

from common.privacy import areas
from common.privacy.columns import needs_decision, table, undecided
from common.privacy.registry import decisions

PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"


def test_every_column_has_a_decision() -> None:
    missing = undecided()
    assert not missing, "\n\n" + "\n\n".join(missing)


def test_the_page_shows_the_decisions() -> None:
    shown = PAGE.read_text().split("<!-- table: make manage ARGS=privacy -->\n")[1]
    assert shown.split("<!-- end of table -->")[0] == table(), "run: make manage ARGS=privacy"


def test_what_is_personal_is_handed_out_and_blanked_by_its_area() -> None:
    known = {area.name: area for area in areas()}
    for label, columns in decisions().items():
        for name, decision in columns.items():
            if not decision.area:
                assert decision.why, f"{label}.{name}: say why it is about nobody"
                continue
            assert decision.area in known, f"{label}.{name}: there is no area {decision.area}"
            if decision.blanked:
                assert known[decision.area].erase, f"{label}.{name}: the area {decision.area} blanks nothing"
            else:
                assert decision.why, f"{label}.{name}: say why it stays"


@isolate_apps("accounts")
def test_what_may_hold_something_about_somebody_needs_a_decision() -> None:
    class Sample(models.Model):
        text = models.TextField()
        word = models.CharField(max_length=9)
        chosen = models.CharField(max_length=9, choices=[("a", "a")])
        number = models.IntegerField()
        more = models.JSONField()
        file = models.FileField()

        class Meta:
            app_label = "accounts"

        def __str__(self) -> str:
            return self.word

    columns = {column.name for column in Sample._meta.local_concrete_fields if needs_decision(column)}

    assert columns == {"text", "word", "more", "file"}
