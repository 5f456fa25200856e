"""What operators ask for later: listed businesses are told, and have a term until it binds them.

Any number of workers may run these, and any may die.
"""

from functools import partial

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.actors import SYSTEM
from providers import events
from providers.enums import EntryKind, ProviderStatus, Side
from providers.models import DocumentRequirement, Provider, Service
from providers.selectors import papers
from providers.selectors import vetting as read
from providers.services.listing import refresh_provider
from providers.services.record import lock_provider
from providers.services.vetting.batches import each, paged
from providers.services.vetting.record import about, write_entry


def announce_requirements() -> int:
    """Tell listed businesses of papers that are asked for anew and that they lack, each once; answers how many."""
    done = 0
    for row in papers.asked().filter(told_to__isnull=False).select_related("kind").order_by("pk"):
        assert row.told_to is not None
        within = papers.below({row.category_id})
        listed = _listed(within).filter(pk__gt=row.told_to)
        done += each(paged(listed), partial(_announce, row))
        DocumentRequirement.objects.filter(pk=row.pk, binds_from=row.binds_from).update(told_to=None)
    return done


def _announce(row: DocumentRequirement, provider: Provider) -> bool:
    provider = lock_provider(provider.pk)
    # The claim: of any number of workers the database lets one through.
    claimed = DocumentRequirement.objects.filter(pk=row.pk, told_to__lt=provider.pk).update(
        told_to=provider.pk
    )
    if not claimed or provider.status != ProviderStatus.APPROVED:
        return False
    lacking = [
        need
        for need in read.needs(provider)
        if need.kind.pk == row.kind_id and need.is_required and not need.is_held
    ]
    if not lacking or _is_told_of_by_another(row, {pk for need in lacking for pk in need.binds}):
        return False
    with translation.override(provider.language):
        text = _(
            "%(name)s is needed from %(day)s on for what you offer. Until it is accepted, what needs it is not "
            "offered from that day on; visits that are booked stay."
        ) % {
            "name": read.kind_names(provider.language)[row.kind_id].name,
            "day": date_format(row.binds_from, "DATE_FORMAT"),
        }
    entry = write_entry(
        provider,
        kind=EntryKind.DOCUMENT_ASKED,
        side=Side.SYSTEM,
        user=None,
        message=text,
        staff=lacking[0].staff if len(lacking) == 1 else None,
    )
    about(
        provider,
        type=events.DOCUMENT_ASKED,
        actor=SYSTEM,
        action="document.ask",
        entry=entry,
        kind=row.kind.slug,
    )
    return True


def _is_told_of_by_another(row: DocumentRequirement, categories: set[int]) -> bool:
    """Whether the same kind is asked for through another category as well, which tells these businesses."""
    earlier = papers.asked().filter(kind=row.kind_id, binds_from__lte=row.binds_from, pk__lt=row.pk)
    return any(papers.below({pk}) & categories for pk in earlier.values_list("category", flat=True))


def bind_requirements() -> int:
    """Hold back what lacks a paper whose term has passed; answers how many businesses were looked at."""
    done = 0
    for row in papers.asked().filter(is_bound=False, binds_from__lte=papers.today()).order_by("pk"):
        done += each(paged(_listed(papers.below({row.category_id}))), _bind)
        DocumentRequirement.objects.filter(pk=row.pk, binds_from=row.binds_from).update(is_bound=True)
    return done


def _bind(provider: Provider) -> bool:
    refresh_provider(lock_provider(provider.pk).pk)
    return True


def _listed(within: set[int]) -> QuerySet[Provider]:
    sold = Service.objects.filter(provider=OuterRef("pk"), category__in=within)
    return Provider.objects.filter(Exists(sold), status=ProviderStatus.APPROVED)
