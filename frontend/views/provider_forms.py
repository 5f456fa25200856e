"""The forms of a business's pages. They read what people type; whether it holds is the services' to say."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_precision, get_territory_currencies
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from common.money import Money
from frontend import formats
from geo.enums import TravelMode
from providers.enums import Role, SkillLevel
from providers.models import Outlet, Resource, ResourceKind, Service, StaffMember
from providers.rules import checks
from providers.selectors.categories import category_tree

# The languages of a provider's own texts, by their own names.
TEXT_LANGUAGES = [
    ("en", "English"),
    ("fi", "suomi"),
    ("sv", "svenska"),
    ("zh-hans", "简体中文"),
    ("et", "eesti"),
    ("ru", "русский"),
    ("ar", "العربية"),
    ("de", "Deutsch"),
    ("es", "español"),
    ("fr", "français"),
]


def language_choices(present: str = "en") -> list[tuple[str, str]]:
    """The choices of a text's language, with the present one among them."""
    known = dict(TEXT_LANGUAGES)
    return TEXT_LANGUAGES if present in known else [(present, present), *TEXT_LANGUAGES]


def set_choices(form: forms.Form, choices: Mapping[str, Sequence[tuple[Any, Any]]]) -> None:
    """Give the form's fields of these names their choices."""
    for name, words in choices.items():
        field = form.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(words)


def every_weeks_choices(most: int) -> list[tuple[int, Any]]:
    """Every week, every second one, up to every `most` weeks."""
    return [
        (1, _("Every week")),
        (2, _("Every second week")),
        *((n, _("Every %(n)d weeks") % {"n": n}) for n in range(3, most + 1)),
    ]


def category_choices() -> list[tuple[str, Any]]:
    """The category tree as groups of a select, in the reader's language."""
    groups: list[tuple[str, Any]] = [("", "—")]
    for top in category_tree(get_language() or "en"):
        below = [(node.slug, node.name) for node in top.children]
        groups.append((top.name, [(top.slug, top.name), *below]) if below else (top.slug, top.name))
    return groups


def country_choices() -> list[tuple[str, str]]:
    """The countries in the reader's language, by name."""
    names = Locale.parse(formats.locale()).territories
    found = [(str(code), str(name)) for code, name in names.items() if len(str(code)) == 2]
    return [("", "—"), *sorted(found, key=lambda pair: pair[1])]


def zone_choices() -> list[tuple[str, str]]:
    """The IANA zones that are places."""
    names = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [("", "—"), *((name, name.replace("_", " ")) for name in names)]


def customs_of(country: str) -> dict[str, str]:
    """What a first outlet's form starts with: the country, its currency, and its zone if it has one only."""
    zones = [zone for zone, land in get_global("zone_territories").items() if land == country]
    currencies = get_territory_currencies(country)
    return {
        "country": country,
        "timezone": zones[0] if len(zones) == 1 else "",
        "currency": currencies[0] if currencies else "",
    }


def minor(amount: Decimal, currency: str) -> int:
    """An amount of major units, as typed, in minor units."""
    scaled = amount.scaleb(get_currency_precision(currency))
    return int(scaled.to_integral_value(rounding=ROUND_HALF_UP))


def major(amount: int, currency: str) -> Decimal:
    """An amount of minor units as one types it."""
    return Money(amount, currency).major()


class DeskForm(forms.Form):
    """A form of the workplace; `wide` fields take the whole row."""

    wide: frozenset[str] = frozenset()


def text_field(label: Any, *, longest: int = 120, required: bool = True, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, required=required, **more)


def long_field(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4}), **more
    )


def price_field(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=10, decimal_places=2, min_value=0, **more)


def minutes_field(label: Any, *, most: int, least: int = 0, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, **more)


class BusinessForm(DeskForm):
    """What is said about a business."""

    wide = frozenset({"name", "description"})
    name = text_field(_("Name of the business"))
    description = long_field(_("What you do"), help_text=_("A few sentences that customers read."))
    language = forms.ChoiceField(label=_("Language of these texts"), choices=TEXT_LANGUAGES)
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("News of bookings goes here. Customers do not see it.")
    )
    phone = text_field(_("Phone"), longest=40, required=False)


class StaffForm(DeskForm):
    """A person: who they are, where they work, and what they can do (one field per service)."""

    # Fields that the service takes as they are.
    plain = ("name", "title", "resume", "language", "working_since", "travel_mode")
    wide = frozenset({"resume", "outlets"})
    name = text_field(_("Name"))
    title = text_field(_("Title"), required=False, help_text=_("Such as colourist or mechanic."))
    resume = long_field(
        _("Résumé"), help_text=_("Training, experience, what they are good at. Customers read it.")
    )
    language = forms.ChoiceField(label=_("Language of these texts"))
    speaks = forms.CharField(
        label=_("Speaks"),
        required=False,
        max_length=200,
        help_text=_("Language codes with commas between, such as fi, sv, en."),
    )
    working_since = forms.IntegerField(
        label=_("In this trade since"), required=False, min_value=1930, max_value=2200
    )
    travel_mode = forms.ChoiceField(
        label=_("Gets from one visit to the next"),
        required=False,
        choices=[("", _("As at the shop")), *TravelMode.choices],
        help_text=_("Customers do not see it."),
    )
    outlets = forms.MultipleChoiceField(
        label=_("Works at"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        *args: Any,
        all_outlets: Sequence[Outlet],
        all_services: Sequence[Service],
        staff: StaffMember | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.all_outlets, self.all_services = all_outlets, all_services
        set_choices(
            self,
            {
                "language": language_choices(staff.language if staff else "en"),
                "outlets": [(outlet.public_id, outlet.name) for outlet in all_outlets],
            },
        )
        for service in all_services:
            self.fields[f"skill_{service.public_id}"] = forms.ChoiceField(
                label=service.name, required=False, choices=[("", _("Does not do it")), *SkillLevel.choices]
            )

    def clean_speaks(self) -> list[str]:
        """The tags as typed, refused beside this field rather than beside the language of the texts."""
        tags = [tag.strip() for tag in self.cleaned_data["speaks"].split(",") if tag.strip()]
        for tag in tags:
            try:
                checks.language(tag)
            except DomainError as error:
                raise forms.ValidationError(str(error.detail)) from None
        return tags

    def fields_for_service(self) -> dict[str, Any]:
        """The cleaned fields as the services name them."""
        data = self.cleaned_data
        return {
            **{name: data[name] for name in self.plain},
            "speaks": data["speaks"],
            "outlets": [outlet for outlet in self.all_outlets if outlet.public_id in data["outlets"]],
            "skills": {
                service: SkillLevel(level)
                for service in self.all_services
                if (level := data[f"skill_{service.public_id}"])
            },
        }

    @staticmethod
    def initial_of(staff: StaffMember) -> dict[str, Any]:
        """What the form shows of a person, as selectors.catalogue.staff reads them."""
        return {
            **{name: getattr(staff, name) for name in StaffForm.plain},
            "speaks": ", ".join(staff.speaks),
            "outlets": [outlet.public_id for outlet in staff.live_outlets],  # type: ignore[attr-defined]
            **{
                f"skill_{skill.service.public_id}": skill.level
                for skill in staff.live_skills  # type: ignore[attr-defined]
            },
        }


class KindForm(DeskForm):
    """A kind of thing."""

    prefix = "kind"
    name = text_field(_("Kind"), longest=80, help_text=_("Such as bay, room or chair."))


class UnitForm(DeskForm):
    """A unit of a kind at an outlet."""

    prefix = "unit"
    kind = forms.ChoiceField(label=_("Kind"))
    outlet = forms.ChoiceField(label=_("Shop"))
    name = text_field(_("Name"), longest=80, help_text=_("Such as Bay 2."))
    position = forms.IntegerField(label=_("Order"), min_value=0, max_value=1000, initial=0)

    def __init__(
        self, *args: Any, kinds: Sequence[ResourceKind], outlets: Sequence[Outlet], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        rows: dict[str, Sequence[ResourceKind | Outlet]] = {"kind": kinds, "outlet": outlets}
        for name, found in rows.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(row.public_id, row.name) for row in found]


class UnitChangeForm(DeskForm):
    """A unit's name and place in the list."""

    name = text_field(_("Name"), longest=80)
    position = forms.IntegerField(label=_("Order"), min_value=0, max_value=1000)

    @staticmethod
    def initial_of(unit: Resource) -> dict[str, Any]:
        """What the form shows of a unit."""
        return {"name": unit.name, "position": unit.position}


class MemberForm(DeskForm):
    """A member: role, and who they are among the people who perform services."""

    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("We write to this address. Whoever reads it belongs to you once they accept."),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        initial=Role.STAFF,
        help_text=_("Staff see the day. Managers change everything but members. Owners do it all."),
    )
    staff = forms.ChoiceField(label=_("Is this person"), required=False)

    def __init__(
        self, *args: Any, people: Sequence[StaffMember], with_email: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        if not with_email:
            del self.fields["email"]
        field = self.fields["staff"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Nobody who performs services"))] + [(p.public_id, p.name) for p in people]

    def person(self) -> StaffMember | None:
        """Who they are among the people."""
        return next((p for p in self.people if p.public_id == self.cleaned_data["staff"]), None)
