"""The walk-in queue at the desk: who waits, when they would be served, and calling them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.errors import EmailInvalid, PhoneInvalid
from bookings.errors import ContactNeeded, NotOffered, QueueClosed, QueueFull, StaffNotAble
from bookings.models import QueueEntry
from bookings.models.queue import MOST_TOGETHER
from bookings.selectors import queue as selectors
from bookings.services import queue as services
from common.errors import DomainError, NotFound
from frontend import formats
from frontend.once import new_key, once
from frontend.queue_words import reason_words, times_words
from frontend.squares import drawn
from frontend.views.provider_day import day_outlet
from frontend.views.provider_desk import Desk, at_desk, sent_status
from providers.models import Offering, Outlet, StaffMember

# What is done to a place, by the word in the address.
DOES: dict[str, Callable[..., QueueEntry]] = {
    "call": services.call,
    "came": services.came,
    "no-show": services.no_show,
    "put-back": services.put_back,
    "remove": services.remove,
}
FIELD_OF: dict[type[DomainError], str | None] = {
    EmailInvalid: "email",
    PhoneInvalid: "phone",
    ContactNeeded: "name",
    StaffNotAble: "staff",
    NotOffered: "service",
    QueueClosed: None,
    QueueFull: None,
}


class JoinForm(forms.Form):
    """Who waits, for what, and whom they want."""

    name = forms.CharField(label=_("Name or nickname"), max_length=120)
    service = forms.ChoiceField(label=_("Service"))
    staff = forms.ChoiceField(label=pgettext_lazy("queue", "Wants"), required=False)
    party = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST_TOGETHER, initial=1)
    phone = forms.CharField(
        label=_("Phone"), max_length=32, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        help_text=_("The link to their place goes there. Forgotten when you close."),
    )

    def __init__(self, outlet: Outlet, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.sold: list[Offering] = selectors.may_wait_for(outlet)
        services_ = [
            (each.service.public_id, f"{each.service.name}, {formats.duration(each.service.duration_min)}")
            for each in self.sold
        ]
        people = (
            StaffMember.objects.filter(assignments__outlet=outlet, archived_at__isnull=True)
            .order_by("name", "pk")
            .distinct()
        )
        self.fields["service"].choices = services_  # type: ignore[attr-defined]
        self.fields["staff"].choices = [  # type: ignore[attr-defined]
            ("", _("Anyone")),
            *((person.public_id, person.name) for person in people),
        ]


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody who waits as the page shows them; `may`: this member may call and remove them."""

    place: selectors.Place
    times: str
    reason: str
    is_next: bool
    may: bool


@at_desk(methods=("GET", "HEAD", "POST"))
def queue(desk: Desk, outlet_id: str) -> HttpResponse:
    """Today's queue of a shop; POST puts somebody at its end. It follows what happens without being loaded again."""
    outlet = day_outlet(desk, outlet_id)
    form = JoinForm(outlet, desk.request.POST if desk.sent else None)
    if desk.sent and form.is_valid():
        try:
            answer = once(
                desk.request,
                desk.request.POST.get("key", ""),
                lambda: {"id": _join(desk, outlet, form).public_id},
                together=True,
            )
        except tuple(FIELD_OF) as error:
            form.add_error(FIELD_OF[type(error)], str(error))
        else:
            messages.success(
                desk.request, gettext("In the queue. Show them the square to follow their turn.")
            )
            return redirect("provider:queue_link", desk.provider.public_id, answer["id"])
    found = selectors.queue_of(outlet)
    own = None if desk.can_manage else (desk.membership.staff.public_id if desk.membership.staff else "")
    next_ = selectors.next_for(found, own)
    return desk.render(
        "queue",
        nav=f"queue:{outlet.public_id}",
        status=sent_status(form),
        outlet=outlet,
        zone=outlet.timezone,
        queue=found,
        now=found.now,
        lines=[_line(desk, place, next_, found, outlet) for place in found.waiting],
        next=next_,
        called=[(entry, selectors.serves(desk.membership, entry)) for entry in found.called],
        gone=[(entry, selectors.serves(desk.membership, entry)) for entry in found.gone],
        form=form,
        key=new_key(),
    )


@at_desk(methods=("POST",))
def do(desk: Desk, place_id: str, deed: str) -> HttpResponse:
    """Call, put back, note as not come, or take out; what is refused is said on the queue's page."""
    entry = _entry(desk, place_id)
    if deed not in DOES:
        raise NotFound
    try:
        once(
            desk.request,
            desk.request.POST.get("key", ""),
            lambda: {"state": DOES[deed](principal=desk.principal, entry=place_id).state},
            together=True,
        )
    except DomainError as error:
        messages.error(desk.request, f"{entry.name}: {error}")
    else:
        messages.success(desk.request, _said(deed) % {"name": entry.name})
    return _back(desk, entry)


@at_desk(methods=("GET", "HEAD", "POST"))
def link(desk: Desk, place_id: str) -> HttpResponse:
    """The square by which somebody follows their turn: POST shows a new link, or ends all that there are."""
    entry = _entry(desk, place_id)
    address = ""
    if desk.sent and desk.request.POST.get("do") == "end":
        services.end_links(principal=desk.principal, entry=place_id)
        messages.success(desk.request, gettext("Their links open nothing any more."))
        return redirect("provider:queue_link", desk.provider.public_id, place_id)
    if desk.sent:
        try:
            # The page that carries the link is kept by nobody.
            address = services.show_link(principal=desk.principal, entry=place_id)
        except DomainError as error:
            messages.error(desk.request, str(error))
            return _back(desk, entry)
    return desk.render(
        "queue_link",
        nav=f"queue:{entry.outlet.public_id}",
        entry=entry,
        outlet=entry.outlet,
        zone=entry.outlet.timezone,
        address=address,
        picture=drawn(address, title=gettext("To the place in the queue")) if address else "",
        has_links=entry.links.exists(),
    )


def _line(
    desk: Desk, place: selectors.Place, next_: selectors.Place | None, found: selectors.Queue, outlet: Outlet
) -> Line:
    return Line(
        place=place,
        times=times_words(place, found.now, outlet.timezone),
        reason=reason_words(place, next_, outlet.timezone),
        is_next=next_ is not None and next_.entry.pk == place.entry.pk,
        may=selectors.serves(desk.membership, place.entry),
    )


def _join(desk: Desk, outlet: Outlet, form: JoinForm) -> QueueEntry:
    typed = form.cleaned_data
    return services.join(
        principal=desk.principal,
        outlet=outlet.public_id,
        service=typed["service"],
        name=typed["name"],
        staff=typed["staff"] or None,
        party=typed["party"],
        phone=typed["phone"] or None,
        email=typed["email"] or None,
    )


def _entry(desk: Desk, place_id: str) -> QueueEntry:
    """A place in a queue of this business. Raises NotFound."""
    entry = selectors.entry_at(desk.principal, place_id)
    return desk.own(entry, entry.outlet.provider_id)


def _said(deed: str) -> str:
    return {
        "call": gettext("Call %(name)s: their visit has begun on the board."),
        "came": gettext("%(name)s is being served."),
        "no-show": gettext("%(name)s did not come: the time is free again."),
        "put-back": gettext("%(name)s is back at their place."),
        "remove": gettext("%(name)s does not wait any more."),
    }[deed]


def _back(desk: Desk, entry: QueueEntry) -> HttpResponse:
    return redirect("provider:queue", desk.provider.public_id, entry.outlet.public_id)
