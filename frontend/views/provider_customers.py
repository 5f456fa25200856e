"""The customers of a business: who they are, what their visits say, and what members wrote down about them.

What is searched for may be a name or a phone: it is sent in the form's body and the answer is the page itself, so that
no address, and no log of addresses, holds it.
"""

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.find import wanted
from bookings.enums import NoteKind
from bookings.models import CustomerNote
from bookings.selectors import customers as read
from bookings.services import customer_notes
from bookings.services.customer_notes import LONGEST
from common import audit
from common.errors import NotFound
from common.money import Money
from frontend.customer_words import came_by, name_of
from frontend.once import new_key, once
from frontend.views.provider_desk import Desk, at_desk, attempt
from frontend.views.provider_forms import DeskForm

ON_A_PAGE = 20


class NoteForm(DeskForm):
    """What members write down; the customer may read it."""

    text = forms.CharField(max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Both kinds stand on one page.
        self.auto_id = f"id_{kind}_%s"
        text = self.fields["text"]
        if kind == NoteKind.PREFERENCE:
            text.label = gettext_lazy("Preferences and allergies")
            text.help_text = gettext_lazy(
                "Only what they told you for their visits. They may read it in the download of their data."
            )
        else:
            text.label = gettext_lazy("Note")
            text.help_text = gettext_lazy(
                "For your business alone. They may read it in the download of their data, too."
            )


@at_desk(methods=("GET", "HEAD", "POST"))
def listing(desk: Desk) -> HttpResponse:
    """Who had or will have a visit, the newest visit first; POST looks for somebody."""
    asked = wanted(desk.request.POST.get("q", ""))
    given = desk.request.POST if asked.text else desk.request.GET
    found, following = read.customers_of(
        desk.membership,
        limit=ON_A_PAGE,
        cursor=given.get("cursor", "")[:200],
        asked=asked if asked.text else None,
    )
    if asked.text:
        # Who searched, when, and how much that showed: never for what, which may be a name.
        with transaction.atomic():
            audit.record(
                actor=desk.actor,
                action="customers.find",
                object_type="provider",
                object_id=desk.provider.public_id,
                found=len(found),
            )
    return desk.render(
        "customers",
        nav="customers",
        text=asked.text,
        lines=[(name_of(line.customer), line) for line in found],
        is_first="cursor" not in given,
        zone=desk.zone,
        next_cursor=following,
    )


@at_desk(methods=("GET", "HEAD", "POST"))
def customer(desk: Desk, customer_id: str) -> HttpResponse:
    """One customer; POST writes a note about them (`kind`)."""
    person = read.person_of(desk.membership, customer_id)
    given = desk.request.POST
    sent = given.get("kind", "") if desk.sent else ""
    note_forms = {kind: NoteForm(given if kind == sent else None, kind=kind) for kind in NoteKind.values}
    if desk.sent and sent not in note_forms:
        raise NotFound
    if desk.sent and attempt(note_forms[sent], lambda: _add(desk, person, note_forms[sent], NoteKind(sent))):
        return desk.done(_("Written down."), "customer", customer_id)
    visits, following = read.visit_page(
        person, limit=ON_A_PAGE, cursor=desk.request.GET.get("cursor", "")[:200]
    )
    notes = list(read.notes_about(desk.provider, person.rows))
    return desk.render(
        "customer",
        nav="customers",
        status=422 if desk.sent else 200,
        person=person,
        row=person.customer,
        name=name_of(person.customer),
        contacts=_contacts(person),
        joined=[row for row in person.rows if row.joined_at],
        figures=read.figures_of(person),
        wants_news=read.wants_news(person),
        alike=[(name_of(row), row) for row in read.alike(person)],
        visits=[(visit, came_by(visit), Money(visit.total_amount, visit.currency)) for visit in visits],
        sections=[
            (kind, note_forms[kind], [_told(desk, note) for note in notes if note.kind == kind])
            for kind in (NoteKind.PREFERENCE, NoteKind.NOTE)
        ],
        form=note_forms.get(sent),
        key=given.get("key") or new_key(),
        zone=desk.zone,
        next_cursor=following,
    )


@at_desk(methods=("GET", "HEAD", "POST"))
def note(desk: Desk, note_id: str) -> HttpResponse:
    """Write a note anew, or delete it (`do=remove`): whoever wrote it, and managers."""
    person, found = read.note_for(desk.membership, note_id)
    customer_notes.require_change(desk.membership, found)
    if desk.request.POST.get("do") == "remove":
        customer_notes.remove_note(principal=desk.principal, membership=desk.membership, note=found)
        return desk.done(_("Deleted."), "customer", person.customer.public_id)
    form = NoteForm(desk.request.POST if desk.sent else None, kind=found.kind, initial={"text": found.text})
    if desk.sent and attempt(form, lambda: _change(desk, found, form)):
        return desk.done(_("Written down."), "customer", person.customer.public_id)
    return desk.render(
        "customer_note",
        nav="customers",
        status=422 if desk.sent else 200,
        form=form,
        name=name_of(person.customer),
        row=person.customer,
    )


def _add(desk: Desk, person: read.Person, form: NoteForm, kind: NoteKind) -> dict[str, Any]:
    return once(
        desk.request,
        desk.request.POST.get("key", ""),
        lambda: {
            "id": customer_notes.add_note(
                principal=desk.principal, person=person, kind=kind, text=form.cleaned_data["text"]
            ).public_id
        },
    )


def _change(desk: Desk, found: CustomerNote, form: NoteForm) -> bool:
    customer_notes.change_note(
        principal=desk.principal,
        membership=desk.membership,
        note=found,
        text=form.cleaned_data["text"],
    )
    return True


def _contacts(person: read.Person) -> dict[str, list[str]]:
    """The numbers and addresses that this member may read, each once."""
    phones = [row.phone for row in person.rows if row.phone] if person.shows_phone else []
    emails = [row.email for row in person.rows if row.email] if person.is_managed else []
    return {"phones": list(dict.fromkeys(phones)), "emails": list(dict.fromkeys(emails))}


def _told(desk: Desk, each: CustomerNote) -> tuple[CustomerNote, bool]:
    return each, customer_notes.may_change(desk.membership, each)
