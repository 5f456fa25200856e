"""Categories at the desk: names, needed documents, standard, quiz. Who changes one sees first whom it touches."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.find import names_of
from common.errors import NotFound
from common.models import AuditEntry
from common.words import in_language
from frontend.views.desk import OperatorsDesk, at_operators_desk
from frontend.views.desk_category_forms import BasicsForm, DocumentsForm, PartForm, QuizForm, StandardForm
from frontend.views.provider_desk import attempt
from frontend.views.provider_forms import category_choices
from providers.models import Category, DocumentKind, DocumentRequirement
from providers.selectors import vetting as read
from providers.selectors.categories import by_pk, lineage
from providers.selectors.category_sheets import (
    BASICS,
    DOCUMENTS,
    PARTS,
    QUIZ,
    STANDARD,
    find_any_category,
    part_of,
)
from providers.services.categories import Weighed, add_category, change_category

TITLES: dict[str, str | Promise] = {
    BASICS: gettext_lazy("Name and place"),
    DOCUMENTS: gettext_lazy("Documents needed"),
    STANDARD: gettext_lazy("Service standard"),
    QUIZ: gettext_lazy("Note and quiz"),
}
FORMS: dict[str, type[PartForm]] = {
    BASICS: BasicsForm,
    DOCUMENTS: DocumentsForm,
    STANDARD: StandardForm,
    QUIZ: QuizForm,
}
SHOWN = 20


class NewCategoryForm(forms.Form):
    """A new category, below another or at the top."""

    name = forms.CharField(label=gettext_lazy("Name · English"), max_length=80)
    slug = forms.SlugField(
        label=gettext_lazy("In addresses"),
        max_length=60,
        help_text=gettext_lazy("Small letters and hyphens. It stays as it is."),
    )
    parent = forms.ChoiceField(label=gettext_lazy("Below"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = category_choices()  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Row:
    """A category in the list; `depth` is how far below the top it is."""

    category: Category
    name: str
    depth: int


@at_operators_desk(methods=("GET", "HEAD", "POST"))
def listing(desk: OperatorsDesk) -> HttpResponse:
    """The whole tree, what is archived last; POST adds a category."""
    form = NewCategoryForm(desk.request.POST if desk.sent else None)
    if desk.sent and attempt(form, lambda: _add(desk, form)):
        messages.success(desk.request, _("Added. Say what it needs before businesses offer something in it."))
        return redirect("desk:category", form.cleaned_data["slug"])
    nodes = by_pk(get_language() or "en")
    rows = {row.pk: row for row in Category.objects.all()}
    depths = {pk: sum(pk in other.ids for other in nodes.values()) - 1 for pk in nodes}
    return desk.render(
        "categories",
        nav="categories",
        status=422 if desk.sent else 200,
        rows=[Row(rows[pk], node.name, depths[pk]) for pk, node in nodes.items() if pk in rows],
        archived=[row for pk, row in rows.items() if pk not in nodes],
        form=form,
    )


def _add(desk: OperatorsDesk, form: NewCategoryForm) -> Category:
    given = form.cleaned_data
    parent = find_any_category(given["parent"]) if given["parent"] else None
    return add_category(slug=given["slug"], names={"en": given["name"]}, actor=desk.actor, parent=parent)


@at_operators_desk()
def one(desk: OperatorsDesk, slug: str) -> HttpResponse:
    """A category: each part as it is, and who changed what."""
    category = find_any_category(slug)
    parts = {part: part_of(category, part) for part in PARTS}
    kinds = _kind_names()
    return desk.render(
        "category",
        nav="categories",
        category=category,
        name=_name(category),
        above=_name(category.parent) if category.parent else "",
        titles=TITLES,
        basics=parts[BASICS],
        documents=[(kinds.get(kind, kind), required) for kind, required in parts[DOCUMENTS].items()],
        inherited=_inherited(category),
        standard=[in_language(step, get_language() or "en") for step in parts[STANDARD]],
        quiz=parts[QUIZ],
        history=_history(category),
    )


@at_operators_desk(methods=("GET", "HEAD", "POST"))
def edit(desk: OperatorsDesk, slug: str, sheet: str) -> HttpResponse:
    """Change one part. First sent, it is shown whom that touches; sent again, it is done if that is still so.

    `?back=` fills the form with what an entry of the record says was there before it.
    """
    category, part = find_any_category(slug), sheet
    if part not in PARTS:
        raise NotFound
    entry = _entry(category, part, desk.request.GET.get("back", ""))
    present = part_of(category, part)
    form = FORMS[part](
        desk.request.POST if desk.sent else None,
        category=category,
        present=entry.data["before"] if entry else present,
    )
    version = desk.request.POST.get("version", "")
    weighed: Weighed | None = None
    if desk.sent:
        weighed = attempt(
            form,
            lambda: change_category(
                category=category,
                part=part,
                value=form.value(),
                version=int(version) if version.isascii() and version.isdigit() else -1,
                seen=desk.request.POST.get("seen", ""),
                actor=desk.actor,
            ),
        )
        if weighed and weighed.is_done:
            messages.success(desk.request, _("Saved."))
            return redirect("desk:category", slug)
    kinds = _kind_names()
    return desk.render(
        "category_part",
        nav="categories",
        status=200 if weighed or not desk.sent else 422,
        category=category,
        name=_name(category),
        part=part,
        title=TITLES[part],
        form=form,
        entry=entry,
        inherited=_inherited(category) if part == DOCUMENTS else [],
        version=version if desk.sent else category.last_seq,
        weighed=weighed,
        asked=[(kinds.get(each.kind, each.kind), each) for each in weighed.reach.asked] if weighed else [],
    )


def _entry(category: Category, part: str, wanted: str) -> AuditEntry | None:
    """The entry of the record that changed this part of the category. Raises NotFound for another one."""
    if not wanted:
        return None
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 18 else 0
    found = _entries(category).filter(pk=number, action=f"category.{part}").first()
    if found is None:
        raise NotFound
    return found


def _entries(category: Category) -> Any:
    return AuditEntry.objects.filter(object_type="category", object_id=category.slug)


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a category's history. `part` is empty for what cannot be taken back."""

    entry: AuditEntry
    who: str
    title: str | Promise
    part: str


def _history(category: Category) -> list[Change]:
    rows = list(_entries(category).order_by("-pk")[:SHOWN])
    names = names_of({row.actor.removeprefix("user:") for row in rows if row.actor.startswith("user:")})
    found = []
    for row in rows:
        part = row.action.removeprefix("category.")
        found.append(
            Change(
                row,
                names.get(row.actor.removeprefix("user:"), row.actor),
                TITLES.get(part) or (_("Added") if part == "add" else row.action),
                part if part in PARTS and "before" in row.data else "",
            )
        )
    return found


def _inherited(category: Category) -> list[tuple[str, str, bool]]:
    """What is needed here because a category above asks for it: the paper, the category, whether it is required."""
    names, nodes = read.kind_names(get_language() or "en"), by_pk(get_language() or "en")
    above = [pk for pk in lineage(category.pk) if pk != category.pk]
    rows = DocumentRequirement.objects.filter(category__in=above, kind__archived_at__isnull=True)
    return [
        (names[row.kind_id].name, nodes[row.category_id].name, row.is_required)
        for row in rows.order_by("category", "kind__position")
        if row.kind_id in names and row.category_id in nodes
    ]


def _kind_names() -> dict[str, str]:
    """The kinds of documents by slug, in the reader's language. Two queries."""
    names = read.kind_names(get_language() or "en")
    slugs = DocumentKind.objects.values_list("pk", "slug")
    return {slug: names[pk].name if pk in names else slug for pk, slug in slugs}


def _name(category: Category) -> str:
    node = by_pk(get_language() or "en").get(category.pk)
    found = node.name if node else category.names.filter(language="en").values_list("name", flat=True).first()
    return found or category.slug
