"""The desk's vetting: applications with their documents beside the data, renewals, what runs out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock
from common.errors import DomainError, NotFound
from frontend import desk_nav
from frontend.desk_checklist import checklist
from frontend.desk_nav import Queue
from frontend.once import new_key, once
from frontend.views.desk import OperatorsDesk, at_operators_desk
from frontend.views.desk_vetting_forms import ApprovalForm, ReasonForm, RevisionForm
from frontend.views.provider_forms import category_choices
from providers.models import Appeal, Application, DocumentKindName, Provider, VettingEntry
from providers.rules.vetting import GRACE_DAYS
from providers.selectors import catalogue, papers
from providers.selectors import vetting as read
from providers.services import vetting

# We promise two working days (docs/vetting.md).
LATE_AFTER_H = 48
MOST_SHOWN = 100


def _applications(desk: OperatorsDesk) -> QuerySet[Application]:
    asked = desk.request.GET
    claimed = asked.get("claimed", "")
    return read.applications(
        category=asked.get("category", "")[:60].replace("\x00", ""),
        claimed=claimed if claimed in ("free", "mine") else "",
        operator_id=desk.user.pk,
    )


@at_operators_desk()
def applications(desk: OperatorsDesk) -> HttpResponse:
    """The applications that wait, the oldest first; `?category=` and `?claimed=free|mine`."""
    return desk.render(
        "applications",
        nav="applications",
        rows=[_row(application, desk.user) for application in _applications(desk)[:MOST_SHOWN]],
        categories=category_choices(),
        category=desk.request.GET.get("category", ""),
        claimed=desk.request.GET.get("claimed", ""),
    )


def _row(application: Application, user: User) -> dict[str, Any]:
    late = (clock.now() - application.submitted_at).total_seconds() > LATE_AFTER_H * 3600
    return {"application": application, "is_late": late, **in_whose_hands(application, user)}


def in_whose_hands(row: Application | Appeal, user: User) -> dict[str, bool]:
    """Whether an operator has it in hand now: this one, or another."""
    is_claimed = bool(row.claimed_until and row.claimed_until > clock.now())
    return {
        "is_mine": is_claimed and row.claimed_by_id == user.pk,
        "is_others": is_claimed and row.claimed_by_id != user.pk,
    }


@at_operators_desk()
def application(desk: OperatorsDesk, application_id: str) -> HttpResponse:
    """One application: what they wrote, their documents, the thread, and what can be decided."""
    return _page(desk, read.find_application(application_id))


def _page(desk: OperatorsDesk, found: Application, *, status: int = 200, **forms: Form) -> HttpResponse:
    provider = found.provider
    queue = list(_applications(desk)[:MOST_SHOWN])
    at = next((n for n, other in enumerate(queue) if other.pk == found.pk), None)
    papers = read.needs(provider)
    names = read.kind_names(get_language() or "en")
    services, people = list(catalogue.services(provider)), list(catalogue.staff(provider))
    return desk.render(
        "application",
        nav="applications",
        status=status,
        application=found,
        provider=provider,
        row=_row(found, desk.user),
        queue=[_row(other, desk.user) for other in queue],
        next=queue[at + 1] if at is not None and at + 1 < len(queue) else None,
        before=queue[at - 1] if at else None,
        papers=[(need, names.get(need.kind.pk)) for need in papers],
        checklist=checklist(papers, names, services, people),
        undecided=[need for need in papers if need.is_required and not need.is_met],
        outlets=list(catalogue.outlets(provider)),
        services=services,
        people=people,
        thread=thread_of(desk, provider),
        approve_form=forms.get("approve") or ApprovalForm(auto_id="approve_%s"),
        revision_form=forms.get("revision") or RevisionForm(auto_id="revision_%s"),
        reject_form=forms.get("reject") or ReasonForm(kind="reject", auto_id="reject_%s"),
        refuse_form=ReasonForm(kind="refuse", auto_id=False),
        opened=next(iter(forms), ""),
        key=new_key(),
    )


@dataclass(frozen=True)
class ThreadPage:
    """Lines of a business's thread, oldest first, each with the name of the document it is about.

    `before` is the first line's id when there are earlier ones: `?before=` shows them.
    """

    rows: list[tuple[VettingEntry, DocumentKindName | None]]
    before: str


def thread_of(desk: OperatorsDesk, provider: Provider) -> ThreadPage:
    """The newest MOST_SHOWN lines of the business's thread, or those before `?before=`. Three queries at most."""
    names = read.kind_names(get_language() or "en")
    rows = read.thread(provider)
    if before := desk.request.GET.get("before", "")[:40]:
        rows = rows.filter(pk__lt=read.find_entry(provider, before).pk)
    newest = list(rows.order_by("-pk")[: MOST_SHOWN + 1])
    page = newest[:MOST_SHOWN][::-1]
    return ThreadPage(
        [(entry, names.get(entry.document.kind_id) if entry.document else None) for entry in page],
        before=page[0].public_id if len(newest) > MOST_SHOWN else "",
    )


@at_operators_desk(methods=("POST",))
def claim(desk: OperatorsDesk, application_id: str) -> HttpResponse:
    """Take it in hand, so that nobody else decides meanwhile."""
    found = read.find_application(application_id)
    return answered(
        desk,
        lambda: vetting.claim_application(application=found, operator=desk.user).public_id,
        _("It is yours for half an hour."),
        application_id,
    )


@at_operators_desk(methods=("POST",))
def release(desk: OperatorsDesk, application_id: str) -> HttpResponse:
    """Give it back to the queue."""
    found = read.find_application(application_id)
    return answered(
        desk,
        lambda: vetting.release_application(application=found, operator=desk.user).public_id,
        _("It is in the queue again."),
        application_id,
    )


@at_operators_desk(methods=("POST",))
def decide(desk: OperatorsDesk, application_id: str, decision: str) -> HttpResponse:
    """Approve, send back for changes, or reject; a refusal stands on the page."""
    found = read.find_application(application_id)
    language, sent, operator = found.provider.language, desk.request.POST, desk.user
    form: ReasonForm
    if decision == "approve":
        form = ApprovalForm(sent, auto_id="approve_%s")

        def do() -> Application:
            return vetting.approve(application=found, operator=operator, message=form.words(language))

        said = _("%(business)s: approved. Everybody sees it now.")
    elif decision == "revision":
        form = revision = RevisionForm(sent, auto_id="revision_%s")

        def do() -> Application:
            return vetting.ask_for_revision(
                application=found, operator=operator, points=revision.points, message=form.words(language)
            )

        said = _("%(business)s: sent back. They are told what to change.")
    elif decision == "reject":
        form = ReasonForm(sent, kind="reject", auto_id="reject_%s")

        def do() -> Application:
            return vetting.reject(application=found, operator=operator, reason=form.words(language))

        said = _("%(business)s: rejected. They are told why, and may appeal.")
    else:
        raise NotFound
    if decided(desk, form, lambda: do().public_id):
        # By name: the page that follows is the next application's.
        messages.success(desk.request, said % {"business": found.provider.name})
        return _onwards(desk)
    return _page(desk, read.find_application(application_id), status=422, **{decision: form})


def _onwards(desk: OperatorsDesk) -> HttpResponse:
    """To the application that has waited longest and that nobody else has in hand; to the list when none waits."""
    waiting = read.applications(category="", claimed="", operator_id=desk.user.pk)[:MOST_SHOWN]
    for each in waiting:
        if not in_whose_hands(each, desk.user)["is_others"]:
            return redirect("desk:application", each.public_id)
    return redirect("desk:applications")


@at_operators_desk()
def documents(desk: OperatorsDesk) -> HttpResponse:
    """Documents of listed businesses: sent anew and not yet checked, missing, and those that run out or have."""
    names = read.kind_names(get_language() or "en")
    return desk.render(
        "documents",
        nav="documents",
        undecided=[(row, names.get(row.kind_id)) for row in read.undecided_documents()[:MOST_SHOWN]],
        expiring=[(row, names.get(row.kind_id)) for row in read.expiring_documents()[:MOST_SHOWN]],
        missing=[(row, names.get(row.kind.pk)) for row in papers.missing(most=MOST_SHOWN)[:MOST_SHOWN]],
        refuse_form=ReasonForm(kind="refuse", auto_id=False),
        today=papers.today(),
        grace=GRACE_DAYS,
        key=new_key(),
    )


@at_operators_desk(methods=("POST",))
def decide_document(desk: OperatorsDesk, document_id: str) -> HttpResponse:
    """Accept a document, or refuse it with a reason; then back to where it was seen."""
    found = read.find_document(document_id)
    open_application = read.open_application(found.provider)
    form = ReasonForm(desk.request.POST, kind="refuse")
    form.optional = "accept" in desk.request.POST
    if form.is_valid():
        try:
            if form.optional:
                _once(desk, lambda: vetting.accept_document(document=found, operator=desk.user).public_id)
                messages.success(desk.request, _("Accepted."))
            else:
                words = form.words(found.provider.language)
                _once(
                    desk,
                    lambda: (
                        vetting.refuse_document(document=found, operator=desk.user, reason=words).public_id
                    ),
                )
                messages.success(desk.request, _("Not accepted. They are told why."))
        except DomainError as error:
            if error.status not in (409, 422):
                raise
            messages.error(desk.request, str(error))
    else:
        messages.error(desk.request, _("Say why: choose a reason, or write one."))
    if open_application:
        return redirect("desk:application", open_application.public_id)
    return redirect("desk:documents")


@at_operators_desk(methods=("POST",))
def write(desk: OperatorsDesk, application_id: str) -> HttpResponse:
    """Write to the business, in its thread."""
    found = read.find_application(application_id)
    text = desk.request.POST.get("message", "")[:4000]
    return answered(
        desk,
        lambda: (
            vetting.write(provider=found.provider, user=desk.user, message=text, as_operator=True).public_id
        ),
        _("Sent."),
        application_id,
    )


def decided(desk: OperatorsDesk, form: Form, do: Callable[[], str]) -> bool:
    """Do what a valid form asks, once however often it is sent; the service's refusal stands on the form."""
    if not form.is_valid():
        return False
    try:
        _once(desk, do)
    except DomainError as error:
        if error.status not in (409, 422):
            raise
        form.add_error(None, str(error.detail))
        return False
    return True


def _once(desk: OperatorsDesk, do: Callable[[], str]) -> None:
    once(desk.request, desk.request.POST.get("key", ""), lambda: {"id": do()})


def answered(
    desk: OperatorsDesk, do: Callable[[], str], said: str, of_id: str, *, to: str = "desk:application"
) -> HttpResponse:
    """Do it once, say so or why it was refused, and go back to the page `to` of what it was done to."""
    try:
        _once(desk, do)
    except DomainError as error:
        if error.status not in (409, 422):
            raise
        messages.error(desk.request, str(error))
    else:
        messages.success(desk.request, said)
    return redirect(to, of_id)


desk_nav.register(
    Queue(
        name="applications",
        title=gettext_lazy("Applications"),
        icon="store",
        route="desk:applications",
        rows=lambda: Application.objects.filter(decision=""),
        since="submitted_at",
        position=10,
        late_after_h=LATE_AFTER_H,
    )
)
desk_nav.register(
    Queue(
        name="documents",
        title=gettext_lazy("Documents"),
        icon="file-text",
        route="desk:documents",
        rows=read.undecided_documents,
        since="created_at",
        position=20,
        late_after_h=LATE_AFTER_H,
    )
)
