"""The page of which times of an outlet customers may book."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frontend.views.provider_desk import Desk, attempt, form_page
from frontend.views.provider_forms import DeskForm, minutes_field
from providers.enums import GridAlign, Role, StaffChoice
from providers.models import Outlet
from providers.rules import holidays
from providers.selectors.access import access_outlet
from providers.services import outlets


class TimesForm(DeskForm):
    """Which starts are offered, from when until when, who gets a visit, and what holidays do."""

    wide = frozenset({"buffers_in_hours", "staff_choice", "keeps_holidays"})
    slot_step_min = minutes_field(gettext_lazy("A start every … minutes"), least=5, most=240)
    grid_align = forms.ChoiceField(
        label=gettext_lazy("Counted from"),
        choices=GridAlign.choices,
        help_text=gettext_lazy("From the booking before: no gap is left that nobody can book."),
    )
    grid_offset_min = minutes_field(
        gettext_lazy("The first start, minutes later"),
        most=239,
        help_text=gettext_lazy("10 with a start every 30 minutes: 9:10, 9:40, …"),
    )
    notice_min = minutes_field(
        gettext_lazy("Latest booking, minutes before the start"),
        most=outlets.MAX_NOTICE_MIN,
        help_text=gettext_lazy("0: until the visit begins."),
    )
    window_days = minutes_field(gettext_lazy("Earliest booking, days ahead"), least=1, most=366)
    window_until = forms.DateField(
        label=gettext_lazy("And no later than"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The last day that may be booked, such as the end of a season."),
    )
    buffers_in_hours = forms.BooleanField(
        label=gettext_lazy("Time before and after a visit needs working time, too"), required=False
    )
    staff_choice = forms.ChoiceField(
        label=gettext_lazy("A visit for anyone goes to"), choices=StaffChoice.choices
    )
    max_wait_min = minutes_field(
        gettext_lazy("Longest wait between two services of a visit, minutes"),
        most=outlets.MAX_WAIT_MIN,
        help_text=gettext_lazy("For a cut and then a colour. 0: one must follow the other at once."),
    )
    keeps_holidays = forms.BooleanField(label=gettext_lazy("Closed on public holidays"), required=False)
    holiday_region = forms.ChoiceField(label=gettext_lazy("Holidays of the region"), required=False)

    def __init__(self, *args: Any, outlet: Outlet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["holiday_region"]
        assert isinstance(field, forms.ChoiceField)
        regions = holidays.regions(outlet.country)
        named = sorted(regions.items(), key=lambda region: region[1])
        field.choices = [("", _("The whole country")), *named]
        if not regions:
            del self.fields["holiday_region"]
        if not holidays.is_known(outlet.country):
            del self.fields["keeps_holidays"]


@form_page()
def times(desk: Desk, outlet_id: str) -> HttpResponse:
    """Change the times that may be booked; visits that a new holiday would hit are shown first."""
    found = access_outlet(desk.principal, outlet_id, role=Role.MANAGER)
    outlet: Outlet = desk.own(found, found.provider_id)
    initial = {name: getattr(outlet, name) for name in TimesForm.base_fields}
    form = TimesForm(desk.request.POST or None, initial=initial, outlet=outlet)

    def save() -> Outlet:
        acknowledged = desk.request.POST.get("acknowledge", "")[:64]
        return outlets.update_outlet(
            outlet=outlet, actor=desk.actor, acknowledged=acknowledged, **form.cleaned_data
        )

    if desk.sent and attempt(form, save, desk=desk, guards=False):
        return desk.done(_("Saved. Free times follow at once."), "times", outlet.public_id)
    address = (desk.provider.public_id, outlet.public_id)
    return desk.form(
        form,
        nav="outlets",
        title=_("Which times of %(outlet)s can be booked?") % {"outlet": outlet.name},
        links=[
            (reverse("provider:hours", args=address), _("Opening hours")),
            (reverse("provider:days", args=address), _("Single dates and closures")),
        ],
    )
