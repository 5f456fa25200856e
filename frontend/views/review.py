"""A visit's review on its customer's pages, and reporting anybody's."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from bookings.rules import states
from bookings.selectors.access import Access
from common import clock
from common.errors import DomainError, NotAllowed, NotFound, NotSignedIn
from common.uploads import respond
from common.uploads.errors import UploadRefused
from frontend.guests import access as find_access
from frontend.guests import private
from frontend.once import new_key, once
from frontend.report_forms import ReportForm
from frontend.review_forms import AppealForm, ReviewForm
from frontend.views import shops
from frontend.views.provider_desk import attempt
from reviews.enums import Reason, Side
from reviews.errors import ReviewConflict, ReviewNotOpen, ReviewPhotosTooMany, ReviewTooLate
from reviews.models import Review
from reviews.rules import words
from reviews.selectors.access import find_shown, reporter, review_of
from reviews.selectors.pictures import photo_of
from reviews.selectors.standing import standing
from reviews.services import appeals, reports, writing


@require_http_methods(["GET", "HEAD", "POST"])
@private
def review(request: HttpRequest, ref: str) -> HttpResponse:
    """The visit's review: written here, then shown; `?change` opens it again, `do=appeal` asks for another look."""
    access = find_access(request, ref)
    if not access.is_customer:
        raise NotAllowed
    found = _existing(access)
    if request.method == "POST" and request.POST.get("do") == "appeal":
        return _appeal(request, access, found)
    if request.method == "POST":
        return _write(request, access, found)
    if found is None:
        return _form_page(request, access, ReviewForm(), refused=_refusal(access))
    if "change" in request.GET and _may_change(found):
        return _form_page(request, access, ReviewForm(initial=_as_typed(found)), found=found)
    return _shown(request, access, found, AppealForm())


@require_safe
@private
def photo(request: HttpRequest, ref: str, photo_id: str) -> HttpResponse:
    """A photo of the visit's review, also of a hidden one: for its author, the business and operators."""
    return respond(photo_of(find_access(request, ref), photo_id), download_name=photo_id)


def _existing(access: Access) -> Review | None:
    try:
        return review_of(access)
    except NotFound:
        return None


def _may_change(found: Review) -> bool:
    return found.hidden_at is None and clock.now() <= words.changed_until(found.created_at)


def _as_typed(found: Review) -> dict[str, Any]:
    return {
        "service": found.service_stars,
        "punctuality": found.punctuality_stars,
        "value": found.value_stars,
        "text": found.text,
    }


def _refusal(access: Access) -> DomainError | None:
    """Why this visit cannot be reviewed, for a page instead of a form that would be refused."""
    try:
        writing.require_open(access, access.booking)
    except (ReviewConflict, ReviewNotOpen, ReviewTooLate) as error:
        return error
    return None


def _write(request: HttpRequest, access: Access, found: Review | None) -> HttpResponse:
    form = ReviewForm(request.POST, request.FILES)

    def run() -> dict[str, Any]:
        said = {
            "access": access,
            "stars": form.stars(),
            "text": form.cleaned_data["text"],
            "language": get_language() or "en",
            "files": form.cleaned_data["photos"],
        }
        if not found:
            return {"id": writing.write(**said).public_id}
        return {"id": writing.edit(**said, without=request.POST.getlist("without")).public_id}

    def save() -> dict[str, Any] | None:
        try:
            return once(request, request.POST.get("key", ""), run)
        except (UploadRefused, ReviewPhotosTooMany) as error:
            # Also one that is refused for now: what was typed stays on the form.
            form.add_error("photos", str(error.detail))
            return None

    if attempt(form, save):
        messages.success(
            request, _("Saved. Thank you.") if found else _("Thank you. It helps whoever comes next.")
        )
        return redirect("frontend:review", access.booking.ref)
    return _form_page(request, access, form, found=found, status=422)


def _appeal(request: HttpRequest, access: Access, found: Review | None) -> HttpResponse:
    if found is None:
        raise NotFound
    form = AppealForm(request.POST)

    def run() -> dict[str, Any]:
        made = appeals.appeal(
            review=found,
            side=Side.AUTHOR,
            text=form.cleaned_data["text"],
            actor=access.principal.actor,
        )
        return {"id": made.public_id}

    if attempt(form, lambda: once(request, request.POST.get("key", ""), run)):
        messages.success(request, _("We look again, and tell you."))
        return redirect("frontend:review", access.booking.ref)
    return _shown(request, access, found, form, status=422)


def _form_page(
    request: HttpRequest,
    access: Access,
    form: ReviewForm,
    *,
    found: Review | None = None,
    refused: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    return render(
        request,
        "review/form.html",
        _visit(access)
        | {
            "form": form,
            "review": found,
            "refused": refused,
            "going": request.POST.getlist("without"),
        },
        status=status,
    )


def _shown(
    request: HttpRequest, access: Access, found: Review, form: AppealForm, status: int = 200
) -> HttpResponse:
    context = {
        "review": found,
        "stands": standing(found, Side.AUTHOR),
        "may_change": _may_change(found),
        "changed_until": words.changed_until(found.created_at),
        "form": form,
    }
    return render(request, "review/own.html", _visit(access) | context, status=status)


def _visit(access: Access) -> dict[str, Any]:
    booking = access.booking
    return {
        "nav": "bookings",
        "booking": booking,
        "item": booking.items.all()[0],
        "outlet": booking.outlet,
        "outlet_url": shops.outlet_url(booking.outlet.public_id, booking.outlet.name),
        "zone": booking.timezone,
        "is_over": booking.status in (states.COMPLETED, states.CLOSED),
        "key": new_key(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def report(request: HttpRequest, review_id: str) -> HttpResponse:
    """Put a review before the operators; who is neither signed in nor a guest is asked to sign in first."""
    try:
        by = reporter(request.principal)  # type: ignore[attr-defined]  # the middleware's
    except NotSignedIn:
        return redirect_to_login(request.get_full_path())
    found = find_shown(review_id)
    form = ReportForm(Reason.choices, request.POST or None)

    def run() -> dict[str, Any]:
        chosen = form.cleaned_data
        made = reports.report(review=found, by=by, reason=Reason(chosen["reason"]), text=chosen["text"])
        return {"id": made.public_id}

    if request.method == "POST" and attempt(form, lambda: once(request, request.POST.get("key", ""), run)):
        messages.success(request, _("Thank you. We look at it."))
        return redirect("frontend:outlet_reviews", found.outlet.public_id)
    context = {
        "review": found,
        "outlet": found.outlet,
        "zone": found.outlet.timezone,
        "form": form,
        "key": new_key(),
    }
    return render(request, "review/report.html", context, status=422 if form.is_bound else 200)
