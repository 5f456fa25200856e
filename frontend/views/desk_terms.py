"""The marketplace's own terms, and how far providers' may go: everywhere and by category."""

from dataclasses import asdict, dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from common.errors import NotFound
from frontend.policy_band import PolicyBand, policy_band
from frontend.views.desk import OperatorsDesk, at_operators_desk
from frontend.views.provider_desk import attempt
from frontend.views.provider_forms import minutes_field
from frontend.views.provider_terms_forms import TermsForm
from payments.models import PolicyBounds, PolicyRule
from payments.rules.bounds import Bounds
from payments.selectors import bounds_by_category, bounds_for, policy_of, rules_of
from payments.services import drop_bounds, drop_policy, set_bounds, set_policy
from providers.models import Category
from providers.selectors.categories import by_pk

EVERYWHERE = "all"


class BoundsForm(forms.Form):
    """How far terms may go."""

    most_prepaid_percent = forms.IntegerField(
        label=gettext_lazy("Paid when booking, per cent at most"), min_value=0, max_value=100
    )
    most_late_percent = forms.IntegerField(
        label=gettext_lazy("Kept before the start, per cent at most"), min_value=0, max_value=100
    )
    most_no_show_percent = forms.IntegerField(
        label=gettext_lazy("Kept if nobody comes, per cent at most"), min_value=0, max_value=100
    )
    most_free_hours = forms.DecimalField(
        label=gettext_lazy("Cancelling and moving stay free until … hours before, or longer"),
        min_value=0,
        max_value=8760,
        max_digits=6,
        decimal_places=2,
    )
    least_booking_grace_min = minutes_field(
        gettext_lazy("Minutes after booking that are free at least"), most=1440
    )

    least_breach_percent = forms.IntegerField(
        label=gettext_lazy("Given to the customer when a business cancels late, per cent at least"),
        min_value=0,
        max_value=100,
        initial=0,
        required=False,
    )

    def bounds(self) -> Bounds:
        """What the valid form says."""
        data = dict(self.cleaned_data)
        data["least_breach_percent"] = data["least_breach_percent"] or 0
        return Bounds(most_free_min_before=int(data.pop("most_free_hours") * 60), **data)

    @staticmethod
    def initial_of(bounds: Bounds) -> dict[str, Any]:
        """What the form shows."""
        initial = asdict(bounds)
        return {**initial, "most_free_hours": initial.pop("most_free_min_before") / 60}


@dataclass(frozen=True, slots=True)
class Place:
    """Everywhere, or a category: what is set there. `depth` is how far below the top it is."""

    key: str
    name: str
    depth: int
    category_pk: int | None
    rule: PolicyRule | None
    bounds: PolicyBounds | None

    @property
    def band(self) -> PolicyBand | None:
        return policy_band(self.rule.policy, "") if self.rule else None


@at_operators_desk()
def listing(desk: OperatorsDesk) -> HttpResponse:
    """Where the marketplace has terms and bounds of its own."""
    places = _places()
    return desk.render("terms", nav="terms", places=places, default=policy_band(policy_of(None), ""))


@at_operators_desk(methods=("GET", "HEAD", "POST"))
def edit(desk: OperatorsDesk) -> HttpResponse:
    """The terms and bounds of what `?for=` names; POST with `do` = terms, bounds, drop_terms or drop_bounds."""
    wanted = desk.request.GET.get("for", EVERYWHERE)
    place = next((place for place in _places() if place.key == wanted), None)
    if place is None:
        raise NotFound
    category = Category.objects.get(pk=place.category_pk) if place.category_pk else None
    do = desk.request.POST.get("do", "")
    policy = place.rule.policy if place.rule else policy_of(None, category=category)
    terms = TermsForm(desk.request.POST if do == "terms" else None, initial=TermsForm.initial_of(policy, ""))
    bounds = BoundsForm(
        desk.request.POST if do == "bounds" else None,
        initial=BoundsForm.initial_of(bounds_for(place.category_pk)),
    )
    if desk.sent and _do(desk, do, place, category, terms, bounds):
        messages.success(desk.request, _("Saved. Bookings made before keep their terms."))
        return redirect(desk.request.get_full_path())
    return desk.render(
        "terms_form",
        nav="terms",
        status=422 if desk.sent else 200,
        place=place,
        form=terms,
        bounds_form=bounds,
    )


def _do(
    desk: OperatorsDesk,
    do: str,
    place: Place,
    category: Category | None,
    terms: TermsForm,
    bounds: BoundsForm,
) -> bool:
    actor = desk.actor
    if do == "terms":
        return bool(
            attempt(
                terms,
                lambda: set_policy(provider=None, category=category, policy=terms.policy(), actor=actor),
            )
        )
    if do == "bounds":
        return bool(
            attempt(bounds, lambda: set_bounds(category=category, bounds=bounds.bounds(), actor=actor))
        )
    if do == "drop_terms" and place.rule:
        drop_policy(rule=place.rule, actor=actor)
    elif do == "drop_bounds" and place.bounds:
        drop_bounds(row=place.bounds, actor=actor)
    # Dropped before, by somebody else or by the back button: as it should be.
    return do in ("drop_terms", "drop_bounds")


def _places() -> list[Place]:
    rules = {rule.category_id: rule for rule in rules_of(None)}
    bounds = bounds_by_category()
    nodes = by_pk(get_language() or "en")
    everywhere = Place(EVERYWHERE, _("Everywhere"), 0, None, rules.get(None), bounds.get(None))
    depths = {node.pk: sum(node.pk in other.ids for other in nodes.values()) for node in nodes.values()}
    return [
        everywhere,
        *(
            Place(node.slug, node.name, depths[pk], pk, rules.get(pk), bounds.get(pk))
            for pk, node in nodes.items()
        ),
    ]
