"""Writing the demo's vetting: kinds, accepted documents, applications with their threads."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from io import BytesIO

import pikepdf

from accounts.models import User
from common.actors import SYSTEM, user_actor
from common.models import StoredFile
from common.uploads import storage
from marketplace.demo import signins
from marketplace.demo.plan import BusinessPlan
from marketplace.demo.seeds import chance, public_id
from marketplace.demo.vetting import KINDS, THREADS, Kind, Line
from providers.enums import DocumentStatus, PaperSubject, Role
from providers.models import (
    Appeal,
    Application,
    Category,
    Document,
    DocumentKind,
    DocumentRequirement,
    Membership,
    Offering,
    Provider,
    Skill,
    StaffMember,
    VettingEntry,
)
from providers.services.listing import refresh_listing
from providers.services.training import refresh_held_back
from providers.services.vetting import set_document_kind

# What the line after it decided of an application.
_DECISIONS = {"approved": "approved", "revision_asked": "revision", "rejected": "rejected"}


def load_vetting(seed: object, plans: Sequence[BusinessPlan], *, at: datetime) -> None:
    """Write it all for businesses that are there. `at` is the demo's day."""
    kinds = _kinds()
    operator = User.objects.get(email=signins.OPERATOR)
    providers = {p.public_id: p for p in Provider.objects.filter(public_id__in=[p.public_id for p in plans])}
    owners = {
        m.provider_id: m.user
        for m in Membership.objects.filter(provider__in=providers.values(), role=Role.OWNER)
        .select_related("user")
        .order_by("-pk")
    }
    staff = {m.public_id: m for m in StaffMember.objects.filter(provider__in=providers.values())}
    _documents(seed, plans, kinds, providers, staff, owners, operator, at)
    _bind(providers.values(), at)
    turn: Counter[str] = Counter()
    for plan in plans:
        threads = THREADS[plan.status]
        lines = threads[turn[plan.status] % len(threads)]
        turn[plan.status] += 1
        provider = providers[plan.public_id]
        _thread(seed, provider, lines, owner=owners[provider.pk], operator=operator, at=at)


def _kinds() -> dict[str, DocumentKind]:
    categories = {category.slug: category for category in Category.objects.all()}
    return {
        kind.slug: set_document_kind(
            slug=kind.slug,
            names={"en": kind.english, "zh-hans": kind.chinese},
            actor=SYSTEM,
            subject=PaperSubject(kind.subject),
            asks_number=kind.asks_number,
            asks_until=kind.asks_until,
            is_badge=kind.is_badge,
            position=position,
            needed_by={
                **{categories[slug]: True for slug in kind.needed_by},
                **{categories[slug]: False for slug in kind.welcomed_by},
            },
        )
        for position, kind in enumerate(KINDS)
    }


def _bind(providers: Collection[Provider], at: datetime) -> None:
    """What is asked for has been for long: everybody was told, and it binds."""
    DocumentRequirement.objects.update(
        binds_from=(at - timedelta(days=365)).date(), told_to=None, is_bound=True
    )
    refresh_listing(Offering.objects.filter(outlet__provider__in=providers))
    refresh_held_back(Skill.objects.filter(staff__provider__in=providers))


def _documents(
    seed: object,
    plans: Sequence[BusinessPlan],
    kinds: dict[str, DocumentKind],
    providers: dict[str, Provider],
    staff: dict[str, StaffMember],
    owners: dict[int, User],
    operator: User,
    at: datetime,
) -> None:
    """What each business needs: accepted where it was approved, waiting where it waits, one missing in a draft."""
    parents = dict(Category.objects.values_list("slug", "parent__slug"))
    contents = {kind.slug: _pdf(kind.english[0]) for kind in KINDS}
    wanted = [
        (plan, kind, person)
        for plan in plans
        for kind, person in _needs(plan, parents)
        if not (plan.status == "draft" and kind.slug != "business-licence")
    ]
    files = StoredFile.objects.bulk_create(
        (
            StoredFile(
                public_id=public_id("fil", seed, plan.public_id, kind.slug, person),
                name=storage.write(contents[kind.slug], private=True),
                kind="document",
                mime="application/pdf",
                size=len(contents[kind.slug]),
                sha256=hashlib.sha256(contents[kind.slug]).hexdigest(),
                pages=1,
                is_private=True,
            )
            for plan, kind, person in wanted
        ),
        batch_size=2000,
    )
    Document.objects.bulk_create(
        (
            _document(
                seed,
                plan,
                kind,
                row=kinds[kind.slug],
                file=file,
                provider=providers[plan.public_id],
                person=staff.get(person),
                owner=owners[providers[plan.public_id].pk],
                operator=operator,
                at=at,
            )
            for (plan, kind, person), file in zip(wanted, files, strict=True)
        ),
        batch_size=2000,
    )


def _needs(plan: BusinessPlan, parents: Mapping[str, str | None]) -> Iterator[tuple[Kind, str]]:
    """The required kinds of a business, with the public id of the person or ""."""

    def within(slugs: set[str]) -> set[str]:
        return slugs | {parent for slug in slugs if (parent := parents[slug])}

    of_service = {service.public_id: service.category for service in plan.services}
    for kind in KINDS:
        if kind.subject == PaperSubject.BUSINESS:
            if within(set(of_service.values())) & set(kind.needed_by):
                yield kind, ""
        else:
            for person in plan.staff:
                if within({of_service[skill] for skill in person.skills}) & set(kind.needed_by):
                    yield kind, person.public_id


def _document(
    seed: object,
    plan: BusinessPlan,
    kind: Kind,
    *,
    row: DocumentKind,
    file: StoredFile,
    provider: Provider,
    person: StaffMember | None,
    owner: User,
    operator: User,
    at: datetime,
) -> Document:
    r = chance(seed, "document", plan.public_id, kind.slug, person.public_id if person else "")
    decided = plan.status in ("approved", "suspended", "rejected")
    until = (at + timedelta(days=r.randint(45, 900))).date()
    if plan.status == "approved" and kind.slug == "insurance" and r.random() < 0.1:
        # Some run out soon: operators see them, and their businesses are reminded.
        until = (at + timedelta(days=r.randint(2, 29))).date()
    sent = at - timedelta(days=198 if decided else 3)
    return Document(
        public_id=public_id("doc", seed, plan.public_id, kind.slug, person.public_id if person else ""),
        provider=provider,
        staff=person,
        kind=row,
        file=file,
        number=f"{r.randint(1_000_000, 9_999_999)}-{r.randint(0, 9)}" if kind.asks_number else "",
        valid_until=until if kind.asks_until else None,
        status=DocumentStatus.ACCEPTED if decided else DocumentStatus.SUBMITTED,
        submitted_by=user_actor(owner.public_id),
        created_at=sent,
        decided_at=sent + timedelta(hours=20) if decided else None,
        decided_by=operator if decided else None,
    )


def _thread(
    seed: object, provider: Provider, lines: Sequence[Line], *, owner: User, operator: User, at: datetime
) -> None:
    application: Application | None = None
    appealed: VettingEntry | None = None
    for number, line in enumerate(lines):
        # In office hours.
        when = at - timedelta(days=line.days_ago) + timedelta(hours=9, minutes=23 * number)
        if line.kind == "submitted":
            application = Application.objects.create(
                public_id=public_id("app", seed, provider.public_id, number),
                provider=provider,
                round=application.round + 1 if application else 1,
                submitted_at=when,
                submitted_by=user_actor(owner.public_id),
            )
        if application and (decision := _DECISIONS.get(line.kind)):
            Application.objects.filter(pk=application.pk).update(
                decision=decision, decided_at=when, decided_by=operator
            )
        entry = VettingEntry.objects.create(
            public_id=public_id("vet", seed, provider.public_id, number),
            provider=provider,
            application=application if line.kind in ("submitted", *_DECISIONS) else None,
            kind=line.kind,
            side=line.side,
            user=owner if line.side == "provider" else operator,
            message=line.message,
            points=[{"step": step, "note": note} for step, note in line.points],
            at=when,
        )
        if line.kind == "suspended":
            appealed = entry
        if line.kind == "appealed" and appealed:
            Appeal.objects.create(
                public_id=public_id("apl", seed, provider.public_id, number),
                entry=appealed,
                provider=provider,
                against=operator,
                text=line.message,
                made_by=owner,
                made_at=when,
            )


def _pdf(title: str) -> bytes:
    """A page that says what it stands for."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(595, 842))
    page.Resources = pikepdf.Dictionary(
        Font=pikepdf.Dictionary(
            F1=pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
        )
    )
    note = "Hereabouts demo: stands for a real document."
    words = f"BT /F1 28 Tf 72 740 Td ({title}) Tj /F1 14 Tf 0 -36 Td ({note}) Tj ET"
    page.Contents = document.make_stream(words.encode())
    out = BytesIO()
    document.save(out, deterministic_id=True)
    return out.getvalue()
