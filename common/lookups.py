"""`column__ilike="%text%"`: contains, whatever the case, in the form that a trigram index on the column answers."""

from typing import Any

from django.db.models import CharField, EmailField, Lookup, TextField

_SPECIAL = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


def containing(text: str) -> str:
    """The ILIKE pattern of rows that contain `text` literally."""
    return f"%{text.translate(_SPECIAL)}%"


class ILike(Lookup):
    """PostgreSQL's ILIKE with the pattern as given. (icontains compares UPPER(column), which has no index here.)"""

    lookup_name = "ilike"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} ILIKE {right}", (*left_params, *right_params)


for field in (CharField, EmailField, TextField):
    field.register_lookup(ILike)
