"""A business's way to approval and what comes after: the application, its documents, the thread, appeals."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.principals import Principal
from common import uploads
from common.errors import DomainError, NotFound
from common.uploads.errors import UploadRefused
from frontend.once import new_key, once
from frontend.provider_steps import progress
from frontend.views.provider_desk import Desk, action, at_desk, form_page
from frontend.views.provider_vetting_forms import AppealForm, DocumentForm, MessageForm
from providers.enums import PaperSubject, Role
from providers.models import APPEALABLE, DocumentKind, StaffMember, VettingEntry
from providers.rules.vetting import GRACE_DAYS, OPEN_TO_SUBMIT
from providers.selectors import catalogue
from providers.selectors import vetting as read
from providers.selectors.bank import bank_account
from providers.services import vetting


@at_desk(Role.MANAGER)
def application(desk: Desk) -> HttpResponse:
    """Where the business stands: what is done, what was asked for, the whole thread."""
    return _application(desk)


@at_desk(Role.OWNER, methods=("POST",))
def submit(desk: Desk) -> HttpResponse:
    """Ask for approval."""
    user = desk.membership.user
    try:
        vetting.submit(provider=desk.provider, user=user, message=desk.request.POST.get("message", "")[:5000])
    except DomainError as error:
        messages.error(desk.request, str(error))
        return redirect("provider:application", desk.provider.public_id)
    return desk.done(_("Sent. We look at it and write to you."), "application")


@action()
def write(desk: Desk) -> HttpResponse:
    """Write to the operators."""
    form = MessageForm(desk.request.POST)
    if _sent_once(
        desk,
        form,
        lambda: (
            vetting.write(
                provider=desk.provider, user=desk.membership.user, message=form.cleaned_data["message"]
            ).public_id
        ),
    ):
        return desk.done(_("Sent."), "application")
    return _application(desk, message=form)


@form_page()
def appeal(desk: Desk, entry_id: str) -> HttpResponse:
    """Ask somebody else to look at a decision again."""
    entry = read.find_entry(desk.provider, entry_id)
    if entry.kind not in APPEALABLE:
        raise NotFound
    return _appeal(desk, entry, back="application")


@at_desk(methods=("GET", "HEAD", "POST"))
def appeal_notice(desk: Desk, notice_id: str) -> HttpResponse:
    """A person asks for a decision about themselves to be looked at again, whatever the business does."""
    entry = read.find_notice(desk.membership.staff, notice_id)
    return _appeal(desk, entry, back="overview", person=desk.membership.staff)


def _appeal(desk: Desk, entry: VettingEntry, *, back: str, person: StaffMember | None = None) -> HttpResponse:
    form = AppealForm(desk.request.POST or None)
    user = desk.membership.user
    if desk.sent and _sent_once(
        desk,
        form,
        lambda: (
            vetting.appeal(entry=entry, user=user, text=form.cleaned_data["text"], person=person).public_id
        ),
    ):
        if person is None:
            return desk.done(_("Sent. Somebody else than before decides, and we write to you."), back)
        return desk.done(_("Sent. Somebody else than before decides; the answer appears here."), back)
    return desk.render(
        "appeal",
        nav=back,
        back=reverse(f"provider:{back}", args=[desk.provider.public_id]),
        person=person,
        status=422 if form.is_bound else 200,
        form=form,
        entry=entry,
        zone=desk.zone,
        key=new_key(),
    )


@at_desk(Role.MANAGER)
def documents(desk: Desk) -> HttpResponse:
    """What is needed, what is there, what runs out and what happens then."""
    papers = read.needs(desk.provider)
    names = read.kind_names(get_language() or "en")
    rows = [(need, names.get(need.kind.pk)) for need in papers]
    people: dict[StaffMember, list[Any]] = {}
    for need, name in rows:
        if need.staff:
            people.setdefault(need.staff, []).append((need, name))
    return desk.render(
        "documents",
        nav="documents",
        papers=papers,
        of_business=[row for row in rows if row[0].staff is None],
        of_people=list(people.items()),
        grace=GRACE_DAYS,
        is_applying=desk.provider.status in OPEN_TO_SUBMIT,
    )


@form_page()
def document_new(desk: Desk, document_kind: str) -> HttpResponse:
    """Send a document, for the first time or in place of another."""
    found = DocumentKind.objects.filter(slug=document_kind, archived_at__isnull=True).first()
    if found is None:
        raise NotFound
    staff = _person(desk, found)
    form = DocumentForm(desk.request.POST or None, desk.request.FILES or None, kind=found)

    def send() -> str:
        data = form.cleaned_data
        return vetting.submit_document(
            provider=desk.provider,
            kind=found.slug,
            upload=data["file"],
            user=desk.membership.user,
            staff=staff,
            number=data["number"],
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
        ).public_id

    if desk.sent and _sent_once(desk, form, send):
        return desk.done(_("Sent. We check it and write to you."), "documents")
    return desk.render(
        "document",
        nav="documents",
        status=422 if form.is_bound else 200,
        form=form,
        kind=read.kind_names(get_language() or "en")[found.pk],
        staff=staff,
        key=new_key(),
    )


@require_safe
@login_required
@never_cache
def document_file(request: HttpRequest, document_id: str) -> HttpResponse:
    """The file of a document, for managers of its business and operators; each opening is written down.

    `?beside=1`: to be shown in a frame of the desk.
    """
    principal: Principal = request.principal  # type: ignore[attr-defined]  # the middleware's
    document = vetting.open_document(principal=principal, document_id=document_id)
    if document.file is None:
        raise NotFound
    return uploads.respond(
        document.file,
        download_name=f"{document.kind.slug}-{document.public_id}",
        beside="beside" in request.GET,
    )


def _application(desk: Desk, message: MessageForm | None = None) -> HttpResponse:
    papers = read.needs(desk.provider)
    names = read.kind_names(get_language() or "en")
    entries = list(read.thread(desk.provider))
    return desk.render(
        "application",
        nav="application",
        status=422 if message else 200,
        way=progress(desk.provider, at="review", papers=papers, always=True),
        can_send=desk.provider.status in OPEN_TO_SUBMIT and not read.missing(desk.provider, papers),
        is_applying=desk.provider.status in OPEN_TO_SUBMIT,
        suspension=read.suspension(desk.provider),
        account=bank_account(desk.provider) if desk.is_owner else None,
        thread=[
            (
                entry,
                names.get(entry.document.kind_id) if entry.document else None,
                read.may_appeal(entry),
            )
            for entry in entries
        ],
        form=message or MessageForm(),
        zone=desk.zone,
        key=new_key(),
    )


def _person(desk: Desk, kind: DocumentKind) -> StaffMember | None:
    """The person whom the page's address names, for kinds that are about one. Raises NotFound."""
    if kind.subject != PaperSubject.PERSON:
        return None
    wanted = desk.request.GET.get("staff", "")
    found = next((p for p in catalogue.staff(desk.provider) if p.public_id == wanted), None)
    if found is None:
        raise NotFound
    return found


def _sent_once(desk: Desk, form: Form, do: Callable[[], str]) -> bool:
    """Do what a valid form asks, once however often it is sent; the service's refusal stands on the form."""
    if not form.is_valid():
        return False
    try:
        once(desk.request, desk.request.POST.get("key", ""), lambda: {"id": do()})
    except DomainError as error:
        if error.status not in (409, 422) and not isinstance(error, UploadRefused):
            raise
        named = "file" if isinstance(error, UploadRefused) else error.data.get("field")
        form.add_error(named if named in form.fields else None, str(error.detail))
        return False
    return True
