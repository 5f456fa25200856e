"""Messages on a visit, on its customer's page."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from bookings.models import VisitMessage
from bookings.selectors.access import Access
from bookings.services import messages
from common.errors import DomainError
from frontend.guests import access as find_access
from frontend.guests import private
from frontend.once import new_key, once


class MessageForm(forms.Form):
    """A message; the service says what is wrong with it."""

    text = forms.CharField(
        label=_("Message"),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": messages.LONGEST}),
    )


def is_seen(request: HttpRequest) -> bool:
    """Whether a person looks at what is answered: they came to the page, or its script says that it is in sight. What
    is fetched ahead, or kept for reading offline, nobody has read yet."""
    if request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        return False
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate" or "X-In-Sight" in request.headers


def thread(request: HttpRequest, access: Access, *, side: messages.Side) -> list[VisitMessage]:
    """What was written, in order; what is new to this side is seen with it. One query, two when something is new."""
    found = list(access.booking.messages.select_related("author", "report"))
    new = [each for each in found if each.read_at is None and each.by_customer == (side == "provider")]
    if new and is_seen(request):
        messages.mark_read(access=access, side=side)
    return found


@require_POST
@private
def write(request: HttpRequest, ref: str) -> HttpResponse:
    """The customer writes; what is refused is said beside what was typed."""
    access = find_access(request, ref)
    messages.side_of(access, "customer")
    form = MessageForm(request.POST)
    text = request.POST.get("text", "")
    try:
        once(
            request,
            request.POST.get("key", ""),
            lambda: {"id": messages.send_message(access=access, text=text, side="customer").public_id},
            together=True,
        )
    except DomainError as error:
        if error.status not in (409, 422, 429):
            raise
        if form.is_valid():
            form.add_error("text", str(error))
        context: dict[str, Any] = {"booking": access.booking, "form": form, "key": new_key()}
        return render(request, "message.html", context, status=error.status)
    return HttpResponseRedirect(f"{reverse('frontend:booking', args=[ref])}#messages")
