"""Pages of what a business sells: services, their options, where they are sold."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from frontend.views.provider_desk import Desk, action, at_desk, attempt, form_page, sent_status
from frontend.views.provider_service_forms import OffersForm, OptionForm, ServiceForm
from providers.enums import Role
from providers.models import Outlet, Service, ServiceOption, StaffMember
from providers.selectors import catalogue, vetting
from providers.selectors.access import access_option, access_service
from providers.selectors.categories import by_pk, require_category
from providers.services import catalogue as services
from providers.services import options


@at_desk()
def listing(desk: Desk) -> HttpResponse:
    """The services in use."""
    names = {pk: node.name for pk, node in by_pk(get_language() or "en").items()}
    rows = [(row, names.get(row.category_id, "")) for row in catalogue.services(desk.provider)]
    return desk.render("services", nav="services", rows=rows)


@form_page()
def create(desk: Desk) -> HttpResponse:
    """A new service, sold at every outlet of its currency that can sell it."""
    shops = list(catalogue.outlets(desk.provider))
    form = ServiceForm(
        desk.request.POST or None,
        initial={"language": desk.provider.language, "category": _usual_category(shops)},
        kinds=list(catalogue.resource_kinds(desk.provider)),
        currencies=sorted({shop.currency for shop in shops}) or ["EUR"],
    )

    def make() -> Service:
        fields = form.fields_for_service()
        return services.create_service(
            provider=desk.provider,
            actor=desk.actor,
            category=require_category(form.cleaned_data["category"]),
            outlets=[shop for shop in shops if shop.currency == fields["currency"]],
            **fields,
        )

    if desk.sent and (made := attempt(form, make)):
        return desk.done(_("Added. Now say who can do it."), "service", made.public_id)
    table = reverse("provider:table", args=[desk.provider.public_id, "services"])
    links = [(table, _("Take in a price list (CSV)"))]
    return desk.form(form, nav="services", title=_("A new service"), links=links)


@form_page()
def edit(desk: Desk, service_id: str) -> HttpResponse:
    """Change a service."""
    service = _service(desk, service_id)
    form = _service_form(desk, service, sent=desk.sent)
    if desk.sent and attempt(
        form,
        lambda: services.update_service(
            service=service,
            actor=desk.actor,
            category=require_category(form.cleaned_data["category"]),
            **form.fields_for_service(),
        ),
    ):
        return desk.done(_("Saved."), "service", service.public_id)
    return _service_page(desk, service, form=form)


@action()
def offers(desk: Desk, service_id: str) -> HttpResponse:
    """Where a service is sold, and at what price."""
    service = _service(desk, service_id)
    form = _offers_form(desk, service, sent=True)

    def save() -> bool:
        sold = {offering.outlet_id for offering in service.sold}  # type: ignore[attr-defined]
        for outlet, price in form.prices().items():
            if price is not None:
                services.offer_service(service=service, outlet=outlet, actor=desk.actor, price_amount=price)
            elif outlet.pk in sold:
                services.withdraw_service(service=service, outlet=outlet, actor=desk.actor)
        return True

    if attempt(form, save, desk=desk):
        return desk.done(_("Saved."), "service", service.public_id)
    return _service_page(desk, service, offers_form=form)


@form_page()
def archive(desk: Desk, service_id: str) -> HttpResponse:
    """Ask, then archive a service."""
    service = _service(desk, service_id)
    hit = None
    if desk.sent:
        hit = desk.change(lambda: services.archive_service(service=service, actor=desk.actor))
        if hit is None:
            return desk.done(_("%(name)s is archived.") % {"name": service.name}, "services")
    return desk.confirm(
        affected=hit,
        nav="services",
        title=_("Archive %(name)s?") % {"name": service.name},
        text=_("It can no longer be booked. Visits that are already booked stay as agreed."),
        action=_("Archive it"),
        back=reverse("provider:services", args=[desk.provider.public_id]),
    )


@form_page()
def add_option(desk: Desk, service_id: str) -> HttpResponse:
    """A new option."""
    service = _service(desk, service_id)
    form = OptionForm(desk.request.POST or None, initial={"language": service.language})
    if desk.sent and attempt(
        form,
        lambda: options.create_option(
            service=service, actor=desk.actor, **form.fields_for_service(service.currency)
        ),
    ):
        return desk.done(_("Added."), "service", service.public_id)
    title = _("A new option of %(name)s") % {"name": service.name}
    return desk.form(form, nav="services", title=title)


@form_page()
def edit_option(desk: Desk, option_id: str) -> HttpResponse:
    """Change an option."""
    option = _option(desk, option_id)
    form = OptionForm(desk.request.POST or None, initial=OptionForm.initial_of(option))
    if desk.sent and attempt(
        form,
        lambda: options.update_option(
            option=option, actor=desk.actor, **form.fields_for_service(option.service.currency)
        ),
    ):
        return desk.done(_("Saved."), "service", option.service.public_id)
    archive_at = reverse("provider:option_archive", args=[desk.provider.public_id, option.public_id])
    return desk.form(form, nav="services", title=option.name, archive=archive_at)


@form_page()
def archive_option(desk: Desk, option_id: str) -> HttpResponse:
    """Ask, then archive an option."""
    option = _option(desk, option_id)
    if desk.sent:
        options.archive_option(option=option, actor=desk.actor)
        said = _("%(name)s is archived.") % {"name": option.name}
        return desk.done(said, "service", option.service.public_id)
    return desk.confirm(
        nav="services",
        title=_("Archive %(name)s?") % {"name": option.name},
        text=_("It can no longer be added. Visits that are already booked stay as agreed."),
        action=_("Archive it"),
        back=reverse("provider:service", args=[desk.provider.public_id, option.service.public_id]),
    )


def _usual_category(shops: list[Outlet]) -> str:
    """What the first shop mostly does, as a form starts: "" when none says."""
    return next((shop.main_category.slug for shop in shops if shop.main_category), "")


def _service(desk: Desk, service_id: str) -> Service:
    found = access_service(desk.principal, service_id, role=Role.MANAGER)
    desk.own(found, found.provider_id)
    return catalogue.with_service_details(Service.objects.filter(pk=found.pk)).get()


def _option(desk: Desk, option_id: str) -> ServiceOption:
    found = access_option(desk.principal, option_id, role=Role.MANAGER)
    return desk.own(found, found.service.provider_id)


def _service_form(desk: Desk, service: Service, *, sent: bool) -> ServiceForm:
    return ServiceForm(
        desk.request.POST if sent else None,
        initial=ServiceForm.initial_of(service),
        kinds=list(catalogue.resource_kinds(desk.provider)),
        currencies=[service.currency],
        service=service,
    )


def _offers_form(desk: Desk, service: Service, *, sent: bool) -> OffersForm:
    shops = catalogue.outlets(desk.provider).filter(currency=service.currency)
    return OffersForm(
        desk.request.POST if sent else None,
        outlets=list(shops),
        sold=service.sold,  # type: ignore[attr-defined]
        service=service,
    )


def _service_page(
    desk: Desk,
    service: Service,
    *,
    form: ServiceForm | None = None,
    offers_form: OffersForm | None = None,
) -> HttpResponse:
    people = list(catalogue.staff(desk.provider))
    able = [person for person in people if _can_do(person, service)]
    sent = (offers_form or form) if desk.sent else None
    return desk.render(
        "service",
        nav="services",
        able=able,
        unable=[person for person in people if person not in able],
        status=sent_status(sent) if sent else 200,
        service=service,
        lacking=_lacking(desk, service),
        form=form or _service_form(desk, service, sent=False),
        offers_form=offers_form or _offers_form(desk, service, sent=False),
    )


def _lacking(desk: Desk, service: Service) -> list[Any]:
    """The documents for want of which it, or who does it, is not offered now or soon, with their names."""
    names = vetting.kind_names(get_language() or "en")
    able = set(service.skills.values_list("staff_id", flat=True))
    return [
        (need, names.get(need.kind.pk))
        for need in vetting.needs(desk.provider)
        if need.is_lacked_by(service.category_id) and (need.staff is None or need.staff.pk in able)
    ]


def _can_do(person: StaffMember, service: Service) -> bool:
    """Whether a person, as selectors.catalogue.staff reads them, has the skill."""
    return any(skill.service_id == service.pk for skill in person.live_skills)  # type: ignore[attr-defined]
