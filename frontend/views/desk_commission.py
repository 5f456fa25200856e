"""What the marketplace asks of whom: everybody, a category, a business, or a business in a category; and VAT on it."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.find import names_of
from common.errors import NotFound
from common.models import AuditEntry
from frontend import formats
from frontend.views.desk import OperatorsDesk, at_operators_desk
from frontend.views.desk_money_forms import HUNDREDTHS, RateForm, VatForm
from frontend.views.provider_desk import attempt
from payments.models import CommissionRule
from payments.rules.commission import Rate
from payments.selectors import shares
from payments.services import drop_commission_vat, set_commission_vat
from payments.services.rates import Weighed, change_commission, read_told, version_of
from providers.models import Category, Provider
from providers.selectors.categories import CategoryNode, by_pk

# So many changes are listed; the record has all.
SHOWN = 20
# What the record calls the rates that are no business's own.
OURS = "commission"


@dataclass(frozen=True, slots=True)
class Words:
    """A rate as people read it."""

    rate: Rate

    @property
    def percent(self) -> str:
        return percent(self.rate.rate_bp)

    @property
    def steps(self) -> list[tuple[str, str]]:
        """From which turnover which rate; in whole units, for it counts in every currency."""
        return [
            (formats.whole_number(tier.from_turnover // HUNDREDTHS), percent(tier.rate_bp))
            for tier in self.rate.tiers
        ]

    @property
    def intro(self) -> str:
        return percent(self.rate.intro_bp) if self.rate.intro_bp is not None else ""


@dataclass(frozen=True, slots=True)
class Row:
    """A rate in the list, with whom it is for."""

    rule: CommissionRule
    words: Words
    category: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a rate: who made it when, whose rate it is (None and "" for everybody's), and what it was (None for
    no rate of its own)."""

    entry: AuditEntry
    who: str
    provider: Provider | None
    category: str
    before: Words | None
    after: Words | None


def percent(basis_points: int) -> str:
    """Basis points as people write them: 5 %."""
    return f"{basis_points / 100:g} %"


@at_operators_desk(methods=("GET", "HEAD", "POST"))
def listing(desk: OperatorsDesk) -> HttpResponse:
    """The rates there are, and VAT by country; POST with `do` = vat or drop_vat sets that."""
    do = desk.request.POST.get("do", "")
    form = VatForm(desk.request.POST if do == "vat" else None)
    if do == "drop_vat":
        drop_commission_vat(country=desk.request.POST.get("country", "")[:2], actor=desk.actor)
        return _saved(desk, reverse("desk:commission"))
    if desk.sent and attempt(
        form,
        lambda: set_commission_vat(
            country=form.cleaned_data["country"], rate_bp=form.rate_bp(), actor=desk.actor
        ),
    ):
        return _saved(desk, reverse("desk:commission"))
    names = _names()
    rows = [
        Row(rule, Words(rule.rate), names[rule.category_id].name if rule.category_id in names else "")
        for rule in shares.commission_rules()
    ]
    return desk.render(
        "commission",
        nav="commission",
        status=422 if desk.sent else 200,
        rows=rows,
        has_general=any(row.rule.provider_id is None and row.rule.category_id is None for row in rows),
        general=percent(shares.general_bp()),
        vat=[(row.country, percent(row.rate_bp)) for row in shares.vat_rates()],
        categories=names.values(),
        form=form,
        history=_history(_entries()),
    )


@at_operators_desk(methods=("GET", "HEAD", "POST"))
def edit(desk: OperatorsDesk) -> HttpResponse:
    """The rate of `?provider=` (public id) in `?category=` (slug); without either, everybody's. `do` = drop: away.

    First sent, it is shown whom that touches; sent again, it is done if that is still so. `?back=` fills the form with
    what an entry of the record says was there before it.
    """
    provider, category = _provider(desk), _category(desk)
    entries = _entries().filter(
        object_id=provider.public_id if provider else OURS, data__category=category.slug if category else None
    )
    entry = _entry(entries, desk.request.GET.get("back", ""))
    rule = CommissionRule.objects.filter(provider=provider, category=category).first()
    present = rule.rate if rule else shares.rate_for(provider, category.pk if category else None)
    dropping = desk.request.POST.get("do") == "drop"
    before = entry.data["before"] if entry else None
    initial = RateForm.initial_of(read_told(before) if before else present)
    form = RateForm(initial if dropping else desk.request.POST if desk.sent else None, initial=initial)
    version = desk.request.POST.get("version", "") if desk.sent else version_of(rule)

    def change(rate: Rate | None) -> Weighed:
        return change_commission(
            provider=provider,
            category=category,
            rate=rate,
            version=version,
            seen=desk.request.POST.get("seen", ""),
            actor=desk.actor,
        )

    weighed: Weighed | None = None
    if desk.sent:
        weighed = attempt(form, lambda: change(None if dropping else form.as_rate()))
    if weighed and weighed.is_done:
        return _saved(desk, reverse("desk:commission"))
    names = _names()
    return desk.render(
        "commission_form",
        nav="commission",
        status=422 if desk.sent and not weighed else 200,
        form=form,
        rule=rule,
        entry=entry,
        had_none=entry is not None and before is None,
        history=_history(entries),
        version=version,
        weighed=weighed,
        effects=[(percent(each.before), percent(each.after), each.businesses) for each in weighed.effects]
        if weighed
        else [],
        dropping=dropping,
        provider=provider,
        category=names[category.pk].name if category and category.pk in names else "",
    )


def _entries() -> QuerySet[AuditEntry]:
    """What the record says of rates: of those of everybody and of categories, and of businesses' own."""
    return AuditEntry.objects.filter(
        action__in=("commission.set", "commission.dropped"), data__has_keys=["before", "after"]
    )


def _entry(entries: QuerySet[AuditEntry], wanted: str) -> AuditEntry | None:
    """The entry that changed this rate. Raises NotFound for another one."""
    if not wanted:
        return None
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 18 else 0
    found = entries.filter(pk=number).first()
    if found is None:
        raise NotFound
    return found


def _history(entries: QuerySet[AuditEntry]) -> list[Change]:
    rows = list(entries.order_by("-pk")[:SHOWN])
    names = names_of({row.actor.removeprefix("user:") for row in rows if row.actor.startswith("user:")})
    whose = Provider.objects.in_bulk({row.object_id for row in rows} - {OURS}, field_name="public_id")
    categories = {node.slug: node.name for node in _names().values()}
    return [
        Change(
            row,
            names.get(row.actor.removeprefix("user:"), row.actor),
            whose.get(row.object_id),
            categories.get(row.data["category"], row.data["category"] or ""),
            *(Words(read_told(rate)) if rate else None for rate in (row.data["before"], row.data["after"])),
        )
        for row in rows
    ]


def _saved(desk: OperatorsDesk, to: str) -> HttpResponse:
    messages.success(desk.request, _("Saved. Bookings that are being paid keep their rate."))
    return redirect(to)


def _names() -> dict[int, CategoryNode]:
    return by_pk(get_language() or "en")


def _provider(desk: OperatorsDesk) -> Provider | None:
    wanted = desk.request.GET.get("provider", "").strip()
    found = Provider.objects.filter(public_id=wanted).first() if wanted else None
    if wanted and found is None:
        raise NotFound
    return found


def _category(desk: OperatorsDesk) -> Category | None:
    wanted = desk.request.GET.get("category", "")
    found = Category.objects.filter(slug=wanted).first() if wanted else None
    if wanted and found is None:
        raise NotFound
    return found
