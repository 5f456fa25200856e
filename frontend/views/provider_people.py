"""Pages of a business's people: those who perform services, and their time off."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.uploads.errors import UploadEmpty, UploadRefused
from frontend.views.provider_desk import Desk, action, at_desk, attempt, form_page, sent_status
from frontend.views.provider_forms import StaffForm
from frontend.views.provider_hours_forms import TimeOffForm
from providers.enums import Role
from providers.models import StaffMember, TimeOff
from providers.selectors import catalogue, vetting
from providers.selectors.access import access_staff, access_time_off
from providers.services import hours
from providers.services import staff as services


@at_desk()
def listing(desk: Desk) -> HttpResponse:
    """The people in use."""
    return desk.render("staff", nav="staff", people=list(catalogue.staff(desk.provider)))


@form_page()
def create(desk: Desk) -> HttpResponse:
    """A new person."""
    shops = list(catalogue.outlets(desk.provider))
    form = StaffForm(
        desk.request.POST or None,
        initial={"language": desk.provider.language, "outlets": [s.public_id for s in shops[:1]]},
        all_outlets=shops,
        all_services=list(catalogue.services(desk.provider)),
    )
    if desk.sent and attempt(
        form,
        lambda: services.create_staff(provider=desk.provider, actor=desk.actor, **form.fields_for_service()),
    ):
        return desk.done(_("Added."), "staff")
    table = reverse("provider:table", args=[desk.provider.public_id, "people"])
    links = [(table, _("Take in several (CSV)"))]
    return desk.form(form, nav="staff", title=_("A new person"), links=links)


@form_page()
def edit(desk: Desk, staff_id: str) -> HttpResponse:
    """Change a person; their documents stand beside the form."""
    person = _person(desk, staff_id)
    names = vetting.kind_names(get_language() or "en")
    shops = list(catalogue.outlets(desk.provider))
    form = StaffForm(
        desk.request.POST or None,
        initial=StaffForm.initial_of(person),
        all_outlets=shops,
        all_services=list(catalogue.services(desk.provider)),
        staff=person,
    )
    if desk.sent and attempt(
        form,
        lambda: services.update_staff(staff=person, actor=desk.actor, **form.fields_for_service()),
        desk=desk,
    ):
        return desk.done(_("Saved."), "staff")
    return desk.render(
        "person",
        status=422 if form.is_bound else 200,
        form=form,
        person=person,
        papers=[
            (need, names.get(need.kind.pk))
            for need in vetting.needs(desk.provider)
            if need.staff and need.staff.pk == person.pk
        ],
        nav="staff",
        title=person.name,
        archive=reverse("provider:staff_archive", args=[desk.provider.public_id, person.public_id]),
        links=[
            (
                reverse("provider:hours", args=[desk.provider.public_id, shop.public_id])
                + f"?staff={person.public_id}",
                _("Own hours at %(outlet)s") % {"outlet": shop.name},
            )
            for shop in person.live_outlets  # type: ignore[attr-defined]
        ],
    )


@action()
def photo(desk: Desk, staff_id: str) -> HttpResponse:
    """Show the picture that was sent, or none any more."""
    person = _person(desk, staff_id)
    if "remove" in desk.request.POST:
        services.set_photo(staff=person, photo=None, actor=desk.actor)
        return desk.done(_("The photo is gone."), "person", staff_id)
    file = desk.request.FILES.get("photo")
    try:
        if file is None:
            raise UploadEmpty
        services.take_photo(staff=person, file=file, actor=desk.actor)
    except UploadRefused as error:
        messages.error(desk.request, str(error))
        return redirect("provider:person", desk.provider.public_id, staff_id)
    return desk.done(_("The photo is shown."), "person", staff_id)


@form_page()
def archive(desk: Desk, staff_id: str) -> HttpResponse:
    """Ask, then archive a person."""
    person = _person(desk, staff_id)
    hit = None
    if desk.sent:
        hit = desk.change(lambda: services.archive_staff(staff=person, actor=desk.actor))
        if hit is None:
            return desk.done(_("%(name)s is archived.") % {"name": person.name}, "staff")
    return desk.confirm(
        affected=hit,
        nav="staff",
        title=_("Archive %(name)s?") % {"name": person.name},
        text=_("Nothing new can be booked with them. Visits that are already booked stay."),
        action=_("Archive"),
        back=reverse("provider:staff", args=[desk.provider.public_id]),
    )


@form_page()
def time_off(desk: Desk) -> HttpResponse:
    """Who is off when, with a form to add some."""
    people = list(catalogue.staff(desk.provider))
    form = TimeOffForm(desk.request.POST or None, people=people) if people else None
    if desk.sent and form and attempt(form, lambda: _add_time_off(desk, form), desk=desk):
        return desk.done(_("Added."), "time_off")
    return desk.render(
        "time_off",
        nav="time_off",
        status=sent_status(form) if form else 422 if desk.sent else 200,
        form=form,
        rows=[(row, _zone_of(row, people)) for row in catalogue.time_off(desk.provider)],
    )


@action()
def remove_time_off(desk: Desk, time_off_id: str) -> HttpResponse:
    """The person works again in that period."""
    found = access_time_off(desk.principal, time_off_id, role=Role.MANAGER)
    hours.remove_time_off(time_off=desk.own(found, found.staff.provider_id), actor=desk.actor)
    return desk.done(_("Removed."), "time_off")


def _person(desk: Desk, staff_id: str) -> StaffMember:
    found = access_staff(desk.principal, staff_id, role=Role.MANAGER)
    desk.own(found, found.provider_id)
    return catalogue.with_staff_details(StaffMember.objects.filter(pk=found.pk)).get()


def _zone(person: StaffMember) -> str:
    """Where a person's days begin: the zone of their first outlet."""
    shops = person.live_outlets  # type: ignore[attr-defined]
    return shops[0].timezone if shops else "UTC"


def _add_time_off(desk: Desk, form: TimeOffForm) -> TimeOff:
    person = form.person()
    start, end = form.instants(ZoneInfo(_zone(person)))
    return hours.add_time_off(
        staff=person, start=start, end=end, reason=form.cleaned_data["reason"], actor=desk.actor
    )


def _zone_of(row: TimeOff, people: list[StaffMember]) -> str:
    """The zone in which a row's period is shown."""
    return next((_zone(person) for person in people if person.pk == row.staff_id), "UTC")
