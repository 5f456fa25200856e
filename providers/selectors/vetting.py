"""Vetting, read: what an application still lacks, its papers, the thread, and what waits for operators.

None is guarded here: a member's business comes from providers.selectors.access, operators see all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet

from common import clock
from common.errors import NotFound
from providers.enums import DocumentStatus, EntryKind, PaperSubject, ProviderStatus
from providers.models import (
    APPEALABLE,
    Appeal,
    Application,
    Category,
    Document,
    DocumentKind,
    DocumentKindName,
    DocumentRequirement,
    Offering,
    Provider,
    Skill,
    StaffMember,
    VettingEntry,
)
from providers.rules import vetting as rules
from providers.selectors.catalogue import missing_for_approval
from providers.selectors.categories import FALLBACK
from providers.selectors.papers import today, with_parents

M = TypeVar("M", bound=Model)

# The name in missing_for_approval of each step.
_LACKS = {"outlet": "outlets", "service": "services"}


@dataclass(frozen=True, slots=True)
class Need:
    """One paper that a business (or one of its people) needs or may send.

    `current` is what holds or held (accepted, expired), `newest` what was sent last, if anything; they may be
    the same. `days_left` counts to the last day of the current one, None when it does not run out. `binds` says from
    which day on what is sold in a category (by its primary key) is not offered without it.
    """

    kind: DocumentKind
    staff: StaffMember | None
    is_required: bool
    current: Document | None
    newest: Document | None
    days_left: int | None
    binds: Mapping[int, date] = field(default_factory=dict)

    @property
    def is_sent(self) -> bool:
        """Whether nothing more is asked of the business: it holds, or is being checked."""
        return self.is_met or (self.newest is not None and self.newest.status == DocumentStatus.SUBMITTED)

    @property
    def is_met(self) -> bool:
        """Whether an accepted paper holds today."""
        return (
            self.current is not None
            and self.current.status == DocumentStatus.ACCEPTED
            and (self.days_left is None or self.days_left >= 0)
        )

    @property
    def is_held(self) -> bool:
        """Whether it holds, or has expired and is put up with."""
        if self.current is None:
            return False
        grace = self.current.grace_until
        return self.current.status == DocumentStatus.ACCEPTED or (grace is not None and grace >= today())

    @property
    def first_day(self) -> date | None:
        """From when on something is not offered without it; None while it is held, or only welcome."""
        return None if self.is_held else min(self.binds.values(), default=None)

    @property
    def is_held_back(self) -> bool:
        """Whether something is not offered for want of it."""
        return self.first_day is not None and self.first_day <= today()

    def is_lacked_by(self, category_id: int) -> bool:
        """Whether what is sold in the category needs it, now or soon, and it is not held."""
        return category_id in self.binds and not self.is_held

    @property
    def runs_out(self) -> bool:
        """Whether it holds, and the first reminder has come."""
        return self.is_met and self.days_left is not None and self.days_left <= rules.REMIND_DAYS[0]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an application: whether it is done, and what operators asked to change there."""

    name: str
    is_done: bool
    points: tuple[str, ...] = ()


def kind_names(language: str) -> dict[int, DocumentKindName]:
    """The kinds' names in `language`, else in English, by the kind's primary key. One query."""
    wanted = [FALLBACK, language.split("-")[0], language]
    rows = DocumentKindName.objects.filter(language__in=wanted)
    return {row.kind_id: row for row in sorted(rows, key=lambda row: wanted.index(row.language))}


def needs(provider: Provider) -> list[Need]:
    """What papers the business needs for what it sells, those of the business first. Six queries.

    A requirement holds for its category and all below. A person needs what the categories of their own
    services ask for.
    """
    sold = set(
        Offering.objects.filter(
            outlet__provider=provider, outlet__archived_at__isnull=True, service__archived_at__isnull=True
        ).values_list("service__category_id", flat=True)
    )
    parents = dict(Category.objects.values_list("pk", "parent_id"))
    asked = list(
        DocumentRequirement.objects.filter(kind__archived_at__isnull=True)
        .select_related("kind")
        .order_by("kind__position", "kind__slug")
    )
    people = {
        person.pk: person
        for person in StaffMember.objects.filter(provider=provider, archived_at__isnull=True).order_by("pk")
    }
    able: dict[int, set[int]] = {}
    skills = Skill.objects.filter(staff__in=people, service__archived_at__isnull=True)
    for staff_id, category_id in skills.values_list("staff_id", "service__category_id"):
        able.setdefault(staff_id, set()).add(category_id)

    wanted: dict[tuple[int, int | None], tuple[DocumentKind, dict[int, date]]] = {}
    above = {category: with_parents(category, parents) for category in sold}

    def want(row: DocumentRequirement, staff_id: int | None, categories: set[int]) -> None:
        needing = [category for category in categories if row.category_id in above[category]]
        if not needing:
            return
        _kind, binds = wanted.setdefault((row.kind_id, staff_id), (row.kind, {}))
        for category in needing if row.is_required else ():
            binds[category] = min(binds.get(category, row.binds_from), row.binds_from)

    for row in asked:
        if row.kind.subject == PaperSubject.BUSINESS:
            want(row, None, sold)
        else:
            for staff_id, categories in able.items():
                want(row, staff_id, categories & sold)
    newest, current = _papers(provider)
    day = today()
    found = [
        Need(
            kind=kind,
            staff=people[staff_id] if staff_id else None,
            is_required=bool(binds),
            current=(held := current.get((kind.pk, staff_id))),
            newest=newest.get((kind.pk, staff_id)),
            days_left=(held.valid_until - day).days if held and held.valid_until else None,
            binds=binds,
        )
        for (kind, binds), staff_id in [(value, key[1]) for key, value in wanted.items()]
    ]
    return sorted(
        found,
        key=lambda n: (
            n.staff is not None,
            n.staff.name if n.staff else "",
            not n.is_required,
            n.kind.position,
        ),
    )


def _papers(
    provider: Provider,
) -> tuple[dict[tuple[int, int | None], Document], dict[tuple[int, int | None], Document]]:
    newest: dict[tuple[int, int | None], Document] = {}
    current: dict[tuple[int, int | None], Document] = {}
    for document in documents(provider).exclude(status=DocumentStatus.REPLACED).order_by("pk"):
        key = (document.kind_id, document.staff_id)
        newest[key] = document
        if document.status in (DocumentStatus.ACCEPTED, DocumentStatus.EXPIRED):
            current[key] = document
    return newest, current


def documents(provider: Provider) -> QuerySet[Document]:
    """All papers that the business ever sent, with kind, file and person, the newest first. One query."""
    return (
        Document.objects.filter(provider=provider)
        .select_related("kind", "file", "staff", "provider")
        .order_by("-pk")
    )


def missing(provider: Provider, papers: list[Need] | None = None) -> list[str]:
    """What a business still lacks before it can be submitted: business, outlet, service, hours, staff, documents."""
    found = missing_for_approval(provider)
    if any(need.is_required and not need.is_sent for need in (needs(provider) if papers is None else papers)):
        found.append("documents")
    return found


def steps(provider: Provider, papers: list[Need] | None = None) -> list[Step]:
    """The steps of the application in order, with the points of a revision that is asked for now."""
    papers = needs(provider) if papers is None else papers
    lacking = {_LACKS.get(name, name) for name in missing(provider, papers)}
    # Papers follow from what is sold, and by whom.
    if lacking & {"services", "staff"}:
        lacking.add("documents")
    points = rules.points_by_step(open_points(provider))
    return [
        Step(name, is_done=name not in lacking, points=tuple(points.get(name, ()))) for name in rules.STEPS
    ]


def open_points(provider: Provider) -> list[dict[str, str]]:
    """The points {step, note} that operators asked to change and that were not sent again yet."""
    if provider.status != ProviderStatus.REVISION:
        return []
    asked = thread(provider).filter(kind=EntryKind.REVISION_ASKED).last()
    return list(asked.points) if asked else []


def thread(provider: Provider) -> QuerySet[VettingEntry]:
    """The whole thread, oldest first, with who wrote it, the paper, the person, and the appeals. Two queries."""
    return (
        VettingEntry.objects.filter(provider=provider)
        .select_related("user", "document__kind", "staff", "application")
        .prefetch_related("appeals")
        .order_by("pk")
    )


def find_entry(provider: Provider, public_id: str) -> VettingEntry:
    """An entry of the business's thread. Raises NotFound."""
    return _found(thread(provider), public_id)


def may_appeal(entry: VettingEntry, *, person: StaffMember | None = None) -> bool:
    """Whether the business, or the `person` whom the decision concerns, may (still) appeal it."""
    if entry.kind not in APPEALABLE or (person is not None and entry.staff_id != person.pk):
        return False
    return all(made.by_person != (person is not None) for made in entry.appeals.all())


def suspension(provider: Provider) -> VettingEntry | None:
    """The entry of the suspension that holds now."""
    if provider.status != ProviderStatus.SUSPENDED:
        return None
    return thread(provider).filter(kind=EntryKind.SUSPENDED).last()


# What waits for operators


def applications(
    *, category: str = "", claimed: str = "", operator_id: int | None = None
) -> QuerySet[Application]:
    """The open applications, oldest first, with business and claim. One query.

    `category` is a slug (what is sold in it or below), `claimed` is "free" (nobody works on it), "mine" (of
    `operator_id`) or "" for all. Each has `undecided`, the number of its papers that wait to be checked.
    """
    now = clock.now()
    found = (
        Application.objects.filter(decision="")
        .select_related("provider", "claimed_by")
        .annotate(
            undecided=Count(
                "provider__documents", filter=Q(provider__documents__status=DocumentStatus.SUBMITTED)
            )
        )
        .order_by("submitted_at", "pk")
    )
    if category:
        within = Q(service__category__slug=category) | Q(service__category__parent__slug=category)
        sold = Offering.objects.filter(within, outlet__provider=OuterRef("provider_id"))
        found = found.filter(Exists(sold))
    if claimed == "free":
        found = found.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lte=now))
    if claimed == "mine":
        found = found.filter(claimed_by_id=operator_id, claimed_until__gt=now)
    return found


def find_application(public_id: str) -> Application:
    """An application with its business and claim, decided or not. Raises NotFound."""
    rows = Application.objects.select_related("provider", "claimed_by", "decided_by")
    return _found(rows, public_id)


def open_application(provider: Provider) -> Application | None:
    """The application of the business that waits for a decision."""
    return Application.objects.filter(provider=provider, decision="").select_related("provider").first()


def undecided_documents() -> QuerySet[Document]:
    """The papers of approved businesses that wait to be checked, oldest first: renewals. One query."""
    return (
        Document.objects.filter(
            status=DocumentStatus.SUBMITTED,
            provider__status__in=[ProviderStatus.APPROVED, ProviderStatus.SUSPENDED],
        )
        .select_related("provider", "kind", "staff", "file")
        .order_by("pk")
    )


def expiring_documents(*, within_days: int = rules.REMIND_DAYS[0]) -> QuerySet[Document]:
    """The papers of public or suspended businesses that run out within so many days or have, soonest first.

    One query.
    """
    return (
        Document.objects.filter(
            status__in=[DocumentStatus.ACCEPTED, DocumentStatus.EXPIRED],
            valid_until__lte=today() + timedelta(days=within_days),
            provider__status__in=[ProviderStatus.APPROVED, ProviderStatus.SUSPENDED],
        )
        .select_related("provider", "kind", "staff", "file")
        .order_by("valid_until", "pk")
    )


def open_appeals(*, claimed: str = "", operator_id: int | None = None) -> QuerySet[Appeal]:
    """The appeals that wait for a decision, oldest first, with entry, business and claim. One query.

    `claimed` is "free" (nobody works on it), "mine" (of `operator_id`) or "" for all.
    """
    now = clock.now()
    found = (
        Appeal.objects.filter(outcome="")
        .select_related("provider", "entry__staff", "against", "made_by", "claimed_by")
        .order_by("made_at", "pk")
    )
    if claimed == "free":
        found = found.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lte=now))
    if claimed == "mine":
        found = found.filter(claimed_by_id=operator_id, claimed_until__gt=now)
    return found


def find_appeal(public_id: str) -> Appeal:
    """An appeal with its entry and business, decided or not. Raises NotFound."""
    rows = Appeal.objects.select_related(
        "provider", "entry__staff", "against", "made_by", "decided_by", "claimed_by"
    )
    return _found(rows, public_id)


def find_document(public_id: str) -> Document:
    """A paper with its kind, business, person and file. Raises NotFound."""
    return _found(Document.objects.select_related("kind", "provider", "staff", "file"), public_id)


def _found(rows: QuerySet[M], public_id: str) -> M:
    found = rows.filter(public_id=public_id).first() if "\x00" not in public_id else None
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Notice:
    """A decision about one person as they read it, with the appeals against it and whether they may appeal."""

    entry: VettingEntry
    appeals: list[Appeal]
    may_appeal: bool


def about_person(staff: StaffMember) -> QuerySet[VettingEntry]:
    """The decisions that concern one person, the latest first: they read these themselves. Two queries."""
    return (
        VettingEntry.objects.filter(staff=staff, kind__in=APPEALABLE)
        .prefetch_related("appeals")
        .order_by("-pk")
    )


def notices(staff: StaffMember) -> list[Notice]:
    """The latest ten decisions about one person, for that person. Two queries."""
    return [notice(entry, staff) for entry in about_person(staff)[:10]]


def notice(entry: VettingEntry, staff: StaffMember) -> Notice:
    """A decision about `staff` as they read it."""
    appeals = sorted(entry.appeals.all(), key=lambda made: made.pk)
    return Notice(entry, appeals, may_appeal(entry, person=staff))


def find_notice(staff: StaffMember | None, public_id: str) -> VettingEntry:
    """A decision about the person. Raises NotFound, also for those about others, and to who is no person."""
    if staff is None:
        raise NotFound
    return _found(about_person(staff), public_id)
