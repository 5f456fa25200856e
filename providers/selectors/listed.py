"""The public outlets, part by part, for maps of the site."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Max
from django.db.models.expressions import OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from common.models import Event
from providers.selectors.public import public_outlets


@dataclass(frozen=True, slots=True)
class ListedOutlet:
    """An outlet with when it, or what it sells, was last changed."""

    pk: int
    public_id: str
    name: str
    changed_at: datetime


def listed_parts(size: int) -> Sequence[int]:
    """The numbers of the parts that have a public outlet: a part are `size` numbers of rows, so it stays the same."""
    parts = public_outlets().order_by().annotate(part=F("pk") / size)
    return sorted(parts.values_list("part", flat=True).distinct())


def listed_outlets(part: int, size: int) -> list[ListedOutlet]:
    """The public outlets of a part, at most `size`. One query."""
    # The partial index business_changes_by_outlet holds these alone.
    changes = Event.objects.filter(subject_type="provider", outlet_id=OuterRef("public_id")).exclude(
        outlet_id=""
    )
    newest = changes.order_by().values("outlet_id").annotate(at=Max("at")).values("at")
    rows = public_outlets().filter(pk__gte=part * size, pk__lt=(part + 1) * size)
    rows = rows.annotate(changed=Greatest(Coalesce(Subquery(newest), F("created_at")), F("created_at")))
    return [
        ListedOutlet(*row) for row in rows.order_by("pk").values_list("pk", "public_id", "name", "changed")
    ]
