"""Pages of a business's outlets, and of the things that stand in them."""

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from frontend.affected import Affected
from frontend.squares import drawn
from frontend.views.provider_desk import Desk, action, at_desk, attempt, form_page
from frontend.views.provider_forms import KindForm, UnitChangeForm, UnitForm, customs_of
from frontend.views.provider_outlet_form import OutletForm
from providers.enums import Role
from providers.models import Outlet, Resource, ResourceKind
from providers.selectors import catalogue
from providers.selectors.access import access_outlet, access_resource, access_resource_kind
from providers.selectors.categories import require_category
from providers.services import outlets, resources


@at_desk()
def listing(desk: Desk) -> HttpResponse:
    """The outlets in use."""
    return desk.render("outlets", nav="outlets", outlets=list(catalogue.outlets(desk.provider)))


@form_page()
def create(desk: Desk) -> HttpResponse:
    """A new outlet."""
    first = catalogue.outlets(desk.provider).first()
    known = ("city", "country", "timezone", "currency")
    if first:
        initial = {name: getattr(first, name) for name in known}
    else:
        initial = {"name": desk.provider.name, **customs_of(settings.PHONE_REGION)}
    form = OutletForm(
        desk.request.POST or None,
        initial={"language": desk.provider.language, "phone": desk.provider.phone, **initial},
    )
    if desk.sent and (made := attempt(form, lambda: _create(desk, form))):
        return desk.done(_("Added. Now say when it is open."), "hours", made.public_id)
    return desk.form(form, nav="outlets", title=_("A new shop"))


@form_page()
def edit(desk: Desk, outlet_id: str) -> HttpResponse:
    """Change an outlet."""
    outlet = _outlet(desk, outlet_id)
    category = outlet.main_category.slug if outlet.main_category else ""
    initial = OutletForm.initial_of(outlet, category)
    form = OutletForm(desk.request.POST or None, initial=initial, outlet=outlet)
    if desk.sent and attempt(form, lambda: _update(desk, outlet, form), desk=desk, guards=False):
        return desk.done(_("Saved."), "outlets")
    address = (desk.provider.public_id, outlet.public_id)
    return desk.form(
        form,
        nav="outlets",
        title=outlet.name,
        archive=reverse("provider:outlet_archive", args=address),
        links=[
            (reverse("provider:hours", args=address), _("Opening hours")),
            (reverse("provider:pictures", args=address), _("Pictures")),
            (reverse("provider:times", args=address), _("Times to book")),
            (reverse("provider:days", args=address), _("Single dates and closures")),
        ],
    )


@form_page()
def archive(desk: Desk, outlet_id: str) -> HttpResponse:
    """Ask, then close an outlet for good."""
    outlet = _outlet(desk, outlet_id)
    hit = None
    if desk.sent:
        hit = desk.change(lambda: outlets.archive_outlet(outlet=outlet, actor=desk.actor))
        if hit is None:
            return desk.done(_("%(name)s is archived.") % {"name": outlet.name}, "outlets")
    return desk.confirm(
        affected=hit,
        nav="outlets",
        title=_("Archive %(name)s?") % {"name": outlet.name},
        text=_("Nothing new can be booked there. Visits that are already booked stay in the day list."),
        action=_("Archive it"),
        back=reverse("provider:outlets", args=[desk.provider.public_id]),
    )


@at_desk()
def square(desk: Desk, outlet_id: str) -> HttpResponse:
    """The square of an outlet, to print: it leads customers to their visits there."""
    outlet = _outlet(desk, outlet_id)
    address = settings.SITE_URL + reverse("frontend:here", args=[outlet.public_id])
    return desk.render(
        "outlet_square",
        nav="outlets",
        outlet=outlet,
        address=address.partition("://")[2],
        picture=drawn(address, title=_("To your visit here")),
    )


@at_desk()
def things(desk: Desk) -> HttpResponse:
    """Kinds and units, with forms to add some."""
    return _things(desk)


@action()
def add_kind(desk: Desk) -> HttpResponse:
    """A new kind."""
    form = KindForm(desk.request.POST)
    if attempt(
        form,
        lambda: resources.create_resource_kind(
            provider=desk.provider, name=form.cleaned_data["name"], actor=desk.actor
        ),
    ):
        return desk.done(_("Added."), "things")
    return _things(desk, kind_form=form)


@action()
def add_unit(desk: Desk) -> HttpResponse:
    """A new unit of a kind."""
    kinds = list(catalogue.resource_kinds(desk.provider))
    shops = list(catalogue.outlets(desk.provider))
    form = UnitForm(desk.request.POST, kinds=kinds, outlets=shops)

    def add() -> Resource:
        data = form.cleaned_data
        return resources.create_resource(
            kind=next(kind for kind in kinds if kind.public_id == data["kind"]),
            outlet=next(shop for shop in shops if shop.public_id == data["outlet"]),
            name=data["name"],
            position=data["position"],
            actor=desk.actor,
        )

    if attempt(form, add):
        return desk.done(_("Added."), "things")
    return _things(desk, unit_form=form)


@form_page()
def edit_unit(desk: Desk, unit_id: str) -> HttpResponse:
    """Rename or reorder a unit."""
    unit = _unit(desk, unit_id)
    form = UnitChangeForm(desk.request.POST or None, initial=UnitChangeForm.initial_of(unit))
    if desk.sent and attempt(
        form,
        lambda: resources.update_resource(resource=unit, actor=desk.actor, **form.cleaned_data),
    ):
        return desk.done(_("Saved."), "things")
    archive_at = reverse("provider:unit_archive", args=[desk.provider.public_id, unit.public_id])
    return desk.form(form, nav="things", title=unit.name, archive=archive_at)


@form_page()
def archive_unit(desk: Desk, unit_id: str) -> HttpResponse:
    """Ask, then archive a unit."""
    unit = _unit(desk, unit_id)
    hit = None
    if desk.sent:
        hit = desk.change(lambda: resources.archive_resource(resource=unit, actor=desk.actor))
        if hit is None:
            return desk.done(_("%(name)s is archived.") % {"name": unit.name}, "things")
    return _confirm(desk, unit.name, _("Visits that are already booked on it stay."), hit)


@form_page()
def archive_kind(desk: Desk, kind_id: str) -> HttpResponse:
    """Ask, then archive a kind with its units."""
    found = access_resource_kind(desk.principal, kind_id, role=Role.MANAGER)
    kind: ResourceKind = desk.own(found, found.provider_id)
    hit = None
    if desk.sent:
        hit = desk.change(lambda: resources.archive_resource_kind(kind=kind, actor=desk.actor))
        if hit is None:
            return desk.done(_("%(name)s is archived.") % {"name": kind.name}, "things")
    text = _("Its units are archived with it, and services no longer need it.")
    return _confirm(desk, kind.name, text, hit)


def _confirm(desk: Desk, name: str, text: str, hit: Affected | None) -> HttpResponse:
    return desk.confirm(
        affected=hit,
        nav="things",
        title=_("Archive %(name)s?") % {"name": name},
        text=text,
        action=_("Archive it"),
        back=reverse("provider:things", args=[desk.provider.public_id]),
    )


def _things(
    desk: Desk, *, kind_form: KindForm | None = None, unit_form: UnitForm | None = None
) -> HttpResponse:
    kinds = list(catalogue.resource_kinds(desk.provider))
    shops = list(catalogue.outlets(desk.provider))
    return desk.render(
        "things",
        nav="things",
        status=422 if kind_form or unit_form else 200,
        kinds=kinds,
        kind_form=kind_form or KindForm(),
        unit_form=unit_form or (UnitForm(kinds=kinds, outlets=shops) if kinds and shops else None),
    )


def _outlet(desk: Desk, outlet_id: str) -> Outlet:
    found = access_outlet(desk.principal, outlet_id)
    return desk.own(found, found.provider_id)


def _unit(desk: Desk, unit_id: str) -> Resource:
    found = access_resource(desk.principal, unit_id, role=Role.MANAGER)
    return desk.own(found, found.kind.provider_id)


def _create(desk: Desk, form: OutletForm) -> Outlet:
    slug = form.cleaned_data["category"]
    return outlets.create_outlet(
        provider=desk.provider,
        actor=desk.actor,
        main_category=require_category(slug) if slug else None,
        **form.fields_for_service(),
    )


def _update(desk: Desk, outlet: Outlet, form: OutletForm) -> Outlet:
    slug = form.cleaned_data["category"]
    return outlets.update_outlet(
        outlet=outlet,
        actor=desk.actor,
        acknowledged=desk.request.POST.get("acknowledge", "")[:64],
        main_category=require_category(slug) if slug else None,
        **form.fields_for_service(),
    )
