"""The sheet of services: what is sold, for how long and how much, and where."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django.utils.translation import gettext_lazy as _

from common.money import Money
from providers.enums import Place
from providers.models import Outlet, Service
from providers.models.catalogue import MOST_IN_A_TEAM
from providers.rules import checks
from providers.rules.tables import key_of
from providers.selectors import catalogue
from providers.selectors.categories import by_slug, require_category
from providers.services import catalogue as services
from providers.services.businesses import DESCRIPTION_LENGTH
from providers.services.tables import cells
from providers.services.tables.cells import CellWrong, Column, Value
from providers.services.tables.sheet import Sheet

# Columns that the service takes as they are read.
PLAIN = (
    "name",
    "description",
    "language",
    "duration_min",
    "buffer_before_min",
    "buffer_after_min",
    "tax_percent",
    "capacity",
    "team_size",
    "acceptance_hours",
    "position",
)


class ServicesSheet(Sheet):
    """A service is found by its id, else by its name. Where it is sold is a column for each outlet."""

    kind = "services"

    def load(self) -> None:
        self.found = list(catalogue.services(self.provider))
        self.outlets = list(catalogue.outlets(self.provider))
        self.by_id = {row.public_id: row for row in self.found}
        self.by_name = defaultdict(list)
        for row in self.found:
            self.by_name[key_of(row.name)].append(row)

    def make_columns(self) -> list[Column]:
        slugs = [
            (slug, node.name) for names in (self.language, "en") for slug, node in by_slug(names).items()
        ]
        currencies = self._currencies()
        digits = max((get_currency_precision(currency) for currency in currencies), default=2)
        price = cells.amount(digits, Decimal(services.MAX_PRICE) / 10**digits)
        minutes = cells.whole(0, 480)
        self.read_price = price
        return [
            Column("id", _("Id"), _("As we wrote it. Leave it empty for a new service."), cells.text(40)),
            Column(
                "name", _("Name of the service"), _("What customers choose."), cells.text(120), needed=True
            ),
            Column(
                "category",
                _("Category"),
                _("Its name, or its short name such as %(example)s.") % {"example": self._category()},
                cells.one_of(cells.called(slugs)),
                needed=True,
            ),
            Column(
                "duration_min",
                _("Length in minutes"),
                _("From 5 to 1440."),
                cells.whole(5, 1440),
                needed=True,
            ),
            Column("price", _("Price"), _("With VAT: 35, 35,50 or 35.50."), price, needed=True),
            Column(
                "currency",
                _("Currency"),
                _("Only needed when your shops use several."),
                cells.one_of(cells.called((code, code) for code in currencies)),
            ),
            Column(
                "tax_percent",
                _("VAT, per cent"),
                _("Such as 25.5."),
                cells.amount(2, Decimal("99.99")),
                Decimal(0),
            ),
            Column("buffer_before_min", _("Minutes to prepare before"), _("From 0 to 480."), minutes, 0),
            Column("buffer_after_min", _("Minutes to tidy up after"), _("From 0 to 480."), minutes, 0),
            Column(
                "place",
                _("Where"),
                _("outlet (at the shop) or customer (home visits)."),
                cells.one_of(cells.called(Place.choices)),
            ),
            Column(
                "description",
                _("What is included"),
                _("Customers read it."),
                cells.text(DESCRIPTION_LENGTH),
                "",
            ),
            Column("language", _("Language of these texts"), _("Such as en, fi or zh-hans."), cells.text(12)),
            Column("capacity", _("Seats"), _("Above 1: a group."), cells.whole(1, 500), 1),
            Column(
                "team_size",
                _("People who do it together"),
                _("From 1 to 8."),
                cells.whole(1, MOST_IN_A_TEAM),
                1,
            ),
            Column(
                "needs_acceptance", _("We accept each booking first"), _("yes or no."), cells.yes_no, "no"
            ),
            Column(
                "acceptance_hours", _("Hours to answer a request"), _("From 1 to 72."), cells.whole(1, 72)
            ),
            Column("position", _("Order in the list"), _("Lower comes first."), cells.whole(0, 1000), 0),
            *(
                Column(
                    self.sold_at(outlet),
                    _("Sold at %(outlet)s") % {"outlet": outlet.name},
                    _("yes, no, or the price there when it is another."),
                    self._read_sold,
                    "no",
                )
                for outlet in self.outlets
            ),
        ]

    def rows(self) -> list[Service]:
        return self.found

    def cells(self, row: Service) -> dict[str, Value]:
        sold = {offering.outlet_id: offering.price_amount for offering in row.sold}  # type: ignore[attr-defined]
        return {
            **{name: getattr(row, name) for name in PLAIN},
            "id": row.public_id,
            "category": row.category.slug,
            "price": Money(row.price_amount, row.currency).major(),
            "currency": row.currency,
            "place": str(row.place),
            "needs_acceptance": "yes" if row.needs_acceptance else "no",
            **{
                self.sold_at(outlet): (
                    "no"
                    if (price := sold.get(outlet.pk)) is None
                    else "yes"
                    if price == row.price_amount
                    else Money(price, row.currency).major()
                )
                for outlet in self.outlets
            },
        }

    def find(self, given: dict[str, str]) -> Service | None:
        if given_id := given.get("id"):
            if found := self.by_id.get(given_id):
                return found
            raise CellWrong(
                _("None of your services has this id: leave the cell empty to add the row as new.")
            )
        named = self.by_name.get(key_of(given.get("name", "")), [])
        if len(named) > 1:
            raise CellWrong(_("Several of your services are called so: say in the column id which."))
        return named[0] if named else None

    def settle(self, values: dict[str, Value], now: dict[str, Value] | None) -> None:
        price = values.get("price", now["price"] if now else None)
        for outlet in self.outlets:
            if values.get(self.sold_at(outlet)) == price:
                values[self.sold_at(outlet)] = "yes"
        if now and values.get("currency", now["currency"]) != now["currency"]:
            raise CellWrong(_("A service's currency stays. Add it as a new one in the other currency."))

    def write(self, row: Service | None, values: dict[str, Value]) -> None:
        fields: dict[str, Any] = {name: values[name] for name in PLAIN if name in values}
        if "category" in values:
            fields["category"] = require_category(str(values["category"]))
        if "place" in values:
            fields["place"] = Place(str(values["place"]))
        if "needs_acceptance" in values:
            fields["needs_acceptance"] = values["needs_acceptance"] == "yes"
        currency = row.currency if row else str(values.get("currency") or self._only_currency())
        if "price" in values:
            fields["price_amount"] = self._minor(values["price"], currency)
        sold = {o: values.get(self.sold_at(o), "" if row else "yes") for o in self.outlets}
        if row is None:
            fields.setdefault("language", self.provider.language)
            row = services.create_service(
                provider=self.provider, actor=self.actor, currency=currency, **fields
            )
            sold = {
                outlet: said
                for outlet, said in sold.items()
                if outlet.currency == currency or self.sold_at(outlet) in values
            }
        elif fields:
            row = services.update_service(service=row, actor=self.actor, **fields)
        for outlet, said in sold.items():
            if said == "no":
                services.withdraw_service(service=row, outlet=outlet, actor=self.actor)
            elif said != "":
                price = None if said == "yes" else self._minor(said, currency)
                services.offer_service(service=row, outlet=outlet, actor=self.actor, price_amount=price)

    def column_of(self, field_name: str) -> str:
        return "price" if field_name == "price_amount" else super().column_of(field_name)

    def example(self) -> list[list[Value]]:
        category = self._category()
        rows: list[dict[str, Value]] = [
            {"name": "Haircut", "duration_min": 45, "price": Decimal("48.50"), "buffer_after_min": 5},
            {
                "name": "Consultation",
                "duration_min": 20,
                "price": Decimal("0.00"),
                "description": "Free of charge.",
            },
        ]
        usual: dict[str, Value] = {"category": category, "tax_percent": Decimal("25.5"), "place": "outlet"}
        return [[{**usual, **row}.get(column.name, "") for column in self.columns] for row in rows]

    def _category(self) -> str:
        main = next((outlet.main_category for outlet in self.outlets if outlet.main_category_id), None)
        leaves = (slug for slug, node in by_slug("en").items() if not node.children)
        return main.slug if main else next(leaves, "")

    def _currencies(self) -> list[str]:
        return sorted({outlet.currency for outlet in self.outlets} | {row.currency for row in self.found})

    def _only_currency(self) -> str:
        found = self._currencies()
        if not found:
            raise CellWrong(_("Add a shop first: its currency is that of the prices."))
        if len(found) > 1:
            raise CellWrong(_("Your shops use several currencies: say in the column currency which."))
        return found[0]

    def sold_at(self, outlet: Outlet) -> str:
        """The column that says whether, and for how much, a service is sold at an outlet."""
        same = sum(key_of(other.name) == key_of(outlet.name) for other in self.outlets)
        return f"sold at {outlet.name if same == 1 else outlet.public_id}"

    def _read_sold(self, cell: str) -> Value:
        try:
            return cells.yes_no(cell)
        except CellWrong:
            if not any(letter.isdigit() for letter in cell):
                raise CellWrong(_("Write yes, no, or the price there.")) from None
        return self.read_price(cell)

    @staticmethod
    def _minor(price: Value, currency: str) -> int:
        scaled = Decimal(price).scaleb(get_currency_precision(currency))
        if scaled != int(scaled):
            raise CellWrong(_("The price has more decimals than its currency."))
        return checks.number(int(scaled), field="price_amount", least=0, most=services.MAX_PRICE)
