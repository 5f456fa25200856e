"""The living page of the design: every token and component in each of its states, from the templates that pages use."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from common import clock
from common.errors import NotFound
from common.money import Money
from frontend import statuses
from frontend.cards import ShopCard, Slot
from frontend.policy_band import policy_band
from frontend.timeplan import Day
from payments.rules.policy import Policy, Prepayment, Tier

ZONE = "Europe/Helsinki"
COLOURS = {
    _("Paper and ink"): ("paper", "surface", "raised", "ink", "ink-2", "ink-3", "line", "line-2"),
    _("Act"): ("spruce", "spruce-tint"),
    _("Free, held, now"): ("lamp", "lamp-tint", "lamp-edge"),
    _("Moving, information"): ("baltic", "baltic-tint"),
    _("Stop, error"): ("brick", "brick-tint"),
    _("Cases, quiet"): ("plum-tint", "granite"),
}
SPACES = (4, 8, 12, 16, 24, 32, 48, 72)  # px at 100 %: --s1 to --s8


class SampleForm(forms.Form):
    """One field as it is asked for, one with an error, one of several."""

    name = forms.CharField(label=_("Name"), help_text=_("As on the doorbell."))
    phone = forms.CharField(label=_("Phone"))
    about = forms.CharField(label=_("Note for the shop"), required=False, widget=forms.Textarea)


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """In debug and in the demo only. Raises NotFound elsewhere."""
    if not (settings.DEBUG or settings.DEMO):
        raise NotFound
    now = clock.now()
    today = now.astimezone(ZoneInfo(ZONE)).date()
    start = now.replace(minute=0, second=0, microsecond=0)
    slots = [Slot(start + timedelta(hours=n), url="#plates") for n in (2, 3, 26)]
    form = SampleForm({"name": "Helmi"})
    form.is_valid()
    form.errors.clear()
    form.add_error("phone", gettext("This number is two digits short."))
    levels = (("plenty", 12), ("few", 3), ("full", 0), ("none", 0))
    context = {
        "colours": COLOURS,
        "spaces": SPACES,
        "statuses": list(statuses.LOOKS),
        "zone": ZONE,
        "slots": slots,
        "days": [Day(today + timedelta(days=n), count, level) for n, (level, count) in enumerate(levels)],
        "card": _card(slots),
        "full_card": replace(_card([]), id="out_design_full", rating=None, rating_count=0, why=""),
        "policy": policy_band(_POLICY, "EUR"),
        "form": form,
        "price": Money(5800, "EUR"),
    }
    return render(request, "design.html", context)


_POLICY = Policy(
    prepayment=Prepayment.DEPOSIT,
    deposit_percent=20,
    cancel=(Tier(1440, 0), Tier(120, 50), Tier(0, 100)),
    no_show_percent=100,
)


def _card(slots: list[Slot]) -> ShopCard:
    return ShopCard(
        id="out_design",
        url="#cards",
        name="Salonki Kaisla",
        language="fi",
        category="hair",
        category_name=gettext("Hair"),
        street="Fredrikinkatu 41",
        timezone=ZONE,
        lat=60.1641,
        lng=24.9375,
        distance_m=350,
        rating=4.8,
        rating_count=212,
        service_name="Hiustenleikkaus",
        service_language="fi",
        duration_min=45,
        price=Money(5800, "EUR"),
        slots=slots,
        why=gettext("The nearest that is free today"),
    )
