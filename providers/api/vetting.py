"""A business's way to approval: its application, documents, the thread with the operators, appeals."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile

from common import uploads
from common.api import ERRORS, CursorPage, a_file, errors, idempotent
from common.errors import NotFound
from common.uploads.errors import UploadEmpty
from providers import presenters, schemas
from providers.api.given import caller
from providers.enums import Role
from providers.models import StaffMember
from providers.rules.vetting import OPEN_TO_SUBMIT
from providers.selectors import catalogue
from providers.selectors import vetting as read
from providers.selectors.access import WRITE, access_membership, access_provider
from providers.services import vetting

router = Router(tags=["provider"])


@router.get(
    "/provider/businesses/{provider}/application",
    response={200: schemas.ApplicationOut, **ERRORS},
    operation_id="get_application",
)
def get_application(request: HttpRequest, provider: schemas.PublicId) -> schemas.ApplicationOut:
    """How far the application is, what was asked to change, and whether the business is suspended."""
    found = access_provider(caller(request), provider, role=Role.MANAGER)
    papers = read.needs(found)
    suspension = read.suspension(found)
    return schemas.ApplicationOut(
        status=found.status,
        steps=[presenters.step(step) for step in read.steps(found, papers)],
        can_submit=found.status in OPEN_TO_SUBMIT and not read.missing(found, papers),
        suspended_until=found.suspended_until,
        reason=suspension.message if suspension else "",
    )


@router.get(
    "/provider/businesses/{provider}/document-needs",
    response={200: schemas.DocumentNeedsOut, **ERRORS},
    operation_id="list_document_needs",
)
def list_document_needs(request: HttpRequest, provider: schemas.PublicId) -> schemas.DocumentNeedsOut:
    """What documents are needed for what is sold, and by whom, and which of them are there."""
    found = access_provider(caller(request), provider, role=Role.MANAGER)
    names = read.kind_names(get_language() or "en")
    return schemas.DocumentNeedsOut(
        items=[presenters.document_need(need, names[need.kind.pk]) for need in read.needs(found)]
    )


@router.get(
    "/provider/businesses/{provider}/documents",
    response={200: schemas.DocumentsOut, **ERRORS},
    operation_id="list_documents",
)
def list_documents(
    request: HttpRequest, provider: schemas.PublicId, page: Query[CursorPage]
) -> schemas.DocumentsOut:
    """All documents that were ever sent, the newest first."""
    found = access_provider(caller(request), provider, role=Role.MANAGER)
    rows, cursor = page.cut(read.documents(found), of=f"documents:{provider}", newest_first=True)
    return schemas.DocumentsOut(items=[presenters.document(row) for row in rows], next=cursor)


@router.post(
    "/provider/businesses/{provider}/documents",
    response={201: schemas.DocumentOut, **ERRORS, **errors(413, 503)},
    operation_id="submit_document",
)
@idempotent
def submit_document(
    request: HttpRequest,
    provider: schemas.PublicId,
    body: Form[schemas.DocumentIn],
    file: File[UploadedFile | None] = None,
) -> tuple[int, schemas.DocumentOut]:
    """Send a document as a form with a file; it takes the place of one that waits to be checked."""
    principal = caller(request)
    found = access_provider(principal, provider, role=Role.MANAGER, scope=WRITE)
    if file is None:
        raise UploadEmpty(field="file")
    people = StaffMember.objects.filter(provider=found, archived_at__isnull=True)
    made = vetting.submit_document(
        provider=found,
        kind=body.kind,
        upload=file,
        user=principal.require_user(),
        staff=catalogue.pick(people, [body.staff], field="staff")[0] if body.staff else None,
        number=body.number,
        valid_from=body.valid_from,
        valid_until=body.valid_until,
    )
    return 201, presenters.document(read.find_document(made.public_id))


@router.get(
    "/provider/documents/{document}/file",
    response=ERRORS,
    operation_id="get_document_file",
    openapi_extra=a_file("image/jpeg", "application/pdf"),
)
def get_document_file(request: HttpRequest, document: schemas.PublicId) -> HttpResponse:
    """The file itself (JPEG or PDF), for managers of its business and operators; each opening is in the audit trail."""
    found = vetting.open_document(principal=caller(request), document_id=document)
    if found.file is None:
        raise NotFound
    return uploads.respond(found.file, download_name=f"{found.kind.slug}-{found.public_id}")


@router.get(
    "/provider/businesses/{provider}/thread",
    response={200: schemas.ThreadOut, **ERRORS},
    operation_id="list_vetting_entries",
)
def list_vetting_entries(
    request: HttpRequest, provider: schemas.PublicId, page: Query[CursorPage]
) -> schemas.ThreadOut:
    """Everything that was decided, asked and written between the business and the operators, oldest first."""
    found = access_provider(caller(request), provider, role=Role.MANAGER)
    rows, cursor = page.cut(read.thread(found), of=f"thread:{provider}")
    return schemas.ThreadOut(items=[presenters.entry(row) for row in rows], next=cursor)


@router.post(
    "/provider/businesses/{provider}/thread",
    response={201: schemas.EntryOut, **ERRORS},
    operation_id="write_to_operators",
)
@idempotent
def write_to_operators(
    request: HttpRequest, provider: schemas.PublicId, body: schemas.MessageIn
) -> tuple[int, schemas.EntryOut]:
    """Write to the operators."""
    principal = caller(request)
    found = access_provider(principal, provider, role=Role.MANAGER, scope=WRITE)
    made = vetting.write(provider=found, user=principal.require_user(), message=body.message)
    return 201, presenters.entry(read.find_entry(found, made.public_id))


@router.post(
    "/provider/businesses/{provider}/thread/{entry}/appeal",
    response={201: schemas.AppealOut, **ERRORS},
    operation_id="appeal_decision",
)
@idempotent
def appeal_decision(
    request: HttpRequest, provider: schemas.PublicId, entry: schemas.PublicId, body: schemas.AppealIn
) -> tuple[int, schemas.AppealOut]:
    """Ask another operator to look at a rejection, warning, retraining or suspension again: once for each."""
    principal = caller(request)
    found = access_provider(principal, provider, role=Role.MANAGER, scope=WRITE)
    line = read.find_entry(found, entry)
    made = vetting.appeal(entry=line, user=principal.require_user(), text=body.text)
    return 201, schemas.AppealOut(id=made.public_id, entry=line.public_id)


@router.get(
    "/provider/businesses/{provider}/notices",
    response={200: schemas.NoticesOut, **ERRORS},
    operation_id="list_my_notices",
)
def list_my_notices(request: HttpRequest, provider: schemas.PublicId) -> schemas.NoticesOut:
    """The decisions that concern the caller as a person of the business, the latest first; at most ten."""
    member = access_membership(caller(request), provider)
    rows = read.notices(member.staff) if member.staff else []
    return schemas.NoticesOut(items=[presenters.notice(row) for row in rows])


@router.post(
    "/provider/businesses/{provider}/notices/{notice}/appeal",
    response={201: schemas.AppealOut, **ERRORS},
    operation_id="appeal_my_notice",
)
@idempotent
def appeal_my_notice(
    request: HttpRequest, provider: schemas.PublicId, notice: schemas.PublicId, body: schemas.AppealIn
) -> tuple[int, schemas.AppealOut]:
    """Ask another operator to look at a decision about the caller again: once, whatever the business does."""
    principal = caller(request)
    member = access_membership(principal, provider, scope=WRITE)
    entry = read.find_notice(member.staff, notice)
    made = vetting.appeal(entry=entry, user=principal.require_user(), text=body.text, person=member.staff)
    return 201, schemas.AppealOut(id=made.public_id, entry=entry.public_id)
