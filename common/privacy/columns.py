"""Which columns can hold something about somebody, and the table in docs/privacy.md."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.gis.db.models import GeometryField
from django.contrib.postgres.fields import ArrayField
from django.db import models

from common.privacy.registry import decisions
from common.public_ids import PublicIdField

_KINDS = (
    models.CharField,
    models.TextField,
    models.BinaryField,
    models.JSONField,
    models.FileField,
    models.GenericIPAddressField,
    ArrayField,
    GeometryField,
)


def watched() -> Iterator[tuple[str, "models.Field[Any, Any]"]]:
    """Every column that needs a decision, with its model's label (`app.Model`)."""
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed:
            continue
        for column in model._meta.local_concrete_fields:
            if needs_decision(column):
                yield model._meta.label, column


def needs_decision(column: "models.Field[Any, Any]") -> bool:
    """Whether the column can hold something about somebody: not a random id, a relation or a fixed word."""
    if column.is_relation or column.choices or isinstance(column, PublicIdField):
        return False
    return isinstance(column, _KINDS)


def undecided() -> list[str]:
    """What to do about each column that nobody has decided about, or that a decision names in vain."""
    known = {(label, column.name) for label, column in watched()}
    said = {(label, name) for label, columns in decisions().items() for name in columns}
    answers = [_how_to(label, name) for label, name in sorted(known - said)]
    for label, name in sorted(said - known):
        if not _exists(label, name):
            answers.append(
                f"{label}.{name} is decided about, but no longer exists: take it out of privacy.py"
            )
    return answers


def _exists(label: str, name: str) -> bool:
    try:
        apps.get_model(label)._meta.get_field(name)
    except Exception:
        return False
    return True


def _how_to(label: str, name: str) -> str:
    app = label.split(".")[0]
    return (
        f"{label}.{name}: nobody has said whether it is about a person. In {app}/privacy.py write\n"
        f'    privacy.personal("{label}", area="…", blanked="{name}")\n'
        '  and let that area\'s export hand it out and its erase blank it (kept={"why it stays": '
        f'"{name}"}} when it must stay), or\n'
        f'    privacy.impersonal("{label}", {{"why it is about nobody": "{name}"}})\n'
        "  then run `make manage ARGS=privacy`, which writes docs/privacy.md."
    )


def table() -> str:
    """The table of docs/privacy.md, in Markdown: one line per model and decision."""
    lines = ["| table | columns | about a person | when erased |", "| --- | --- | --- | --- |"]
    for label, columns in sorted(decisions().items()):
        groups: dict[tuple[str, str], list[str]] = {}
        for name, decision in columns.items():
            if not decision.area:
                key = ("no", decision.why)
            elif decision.blanked:
                key = (f"in `{decision.area}`", decision.why or "blanked")
            else:
                key = (f"in `{decision.area}`", f"stays: {decision.why}")
            groups.setdefault(key, []).append(name)
        for (about, then), names in groups.items():
            shown = ", ".join(f"`{name}`" for name in names)
            lines.append(f"| `{label}` | {shown} | {about} | {then} |")
    return "\n".join(lines) + "\n"
