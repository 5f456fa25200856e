"""The kinds of papers and who needs them: kept by operators (and by the demo)."""

from collections.abc import Mapping

from django.db import transaction

from common import audit
from providers.enums import PaperSubject
from providers.models import Category, DocumentKind, DocumentKindName, DocumentRequirement
from providers.rules import checks


@transaction.atomic
def set_document_kind(
    *,
    slug: str,
    names: Mapping[str, tuple[str, str]],
    actor: str,
    subject: PaperSubject = PaperSubject.BUSINESS,
    asks_number: bool = False,
    asks_until: bool = False,
    position: int = 0,
    needed_by: Mapping[Category, bool] | None = None,
) -> DocumentKind:
    """Make the kind `slug`, or change it; `names` is {BCP 47 tag: (name, description)} and holds `en`.

    `needed_by` says for which categories it is required (true) or welcome (false); None leaves them as they
    are. Raises TextInvalid, TextLanguageUnknown.
    """
    checks.text(names.get("en", ("", ""))[0], field="names", longest=80)
    kind, _ = DocumentKind.objects.update_or_create(
        slug=slug,
        defaults={
            "subject": subject,
            "asks_number": asks_number,
            "asks_until": asks_until,
            "position": position,
        },
    )
    for language, (name, description) in names.items():
        DocumentKindName.objects.update_or_create(
            kind=kind,
            language=checks.language(language),
            defaults={
                "name": checks.text(name, field="names", longest=80),
                "description": checks.text(description, field="names", longest=300, needed=False),
            },
        )
    if needed_by is not None:
        DocumentRequirement.objects.filter(kind=kind).exclude(category__in=list(needed_by)).delete()
        for category, required in needed_by.items():
            DocumentRequirement.objects.update_or_create(
                kind=kind, category=category, defaults={"is_required": required}
            )
    audit.record(actor=actor, action="document_kind.set", object_type="document_kind", object_id=slug)
    return kind
