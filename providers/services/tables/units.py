"""The sheet of things: bays, rooms and chairs, each a unit of a kind at an outlet."""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext_lazy as _

from providers.models import Resource
from providers.rules.tables import key_of
from providers.selectors import catalogue
from providers.services import resources
from providers.services.tables import cells
from providers.services.tables.cells import CellWrong, Column, Value
from providers.services.tables.sheet import Sheet


class UnitsSheet(Sheet):
    """A unit is found by its id, else by shop, kind and name. A kind that is not there is added with its first unit."""

    kind = "things"

    def load(self) -> None:
        self.outlets = list(catalogue.outlets(self.provider))
        self.kinds = {key_of(kind.name): kind for kind in catalogue.resource_kinds(self.provider)}
        found = catalogue.resources(self.provider).filter(kind__archived_at=None, outlet__archived_at=None)
        self.found = list(found.order_by("kind__name", "kind", "outlet__name", "outlet", "position", "pk"))
        self.by_id = {row.public_id: row for row in self.found}
        self.by_name = defaultdict(list)
        for row in self.found:
            self.by_name[self._key(row.kind.name, row.outlet.name, row.name)].append(row)

    def make_columns(self) -> list[Column]:
        shops = cells.called((outlet.name, outlet.name) for outlet in self.outlets)
        return [
            Column("id", _("Id"), _("As we wrote it. Leave it empty for a new one."), cells.text(40)),
            Column("kind", _("Kind"), _("Such as bay, room or chair."), self._read_kind, needed=True),
            Column("name", _("Name"), _("Such as Bay 2."), cells.text(80), needed=True),
            Column(
                "shop",
                _("Shop"),
                _("Only needed when you have several."),
                cells.one_of(shops),
                needed=len(self.outlets) > 1,
            ),
            Column("position", _("Order in the list"), _("Lower comes first."), cells.whole(0, 1000), 0),
        ]

    def rows(self) -> list[Resource]:
        return self.found

    def cells(self, row: Resource) -> dict[str, Value]:
        return {
            "id": row.public_id,
            "kind": row.kind.name,
            "name": row.name,
            "shop": row.outlet.name,
            "position": row.position,
        }

    def name(self, given: dict[str, str]) -> str:
        shop = given.get("shop", "") if len(self.outlets) > 1 else ""
        return " · ".join(filter(None, (given.get("kind", ""), given.get("name", ""), shop)))

    def find(self, given: dict[str, str]) -> Resource | None:
        if given_id := given.get("id"):
            if found := self.by_id.get(given_id):
                return found
            raise CellWrong(_("None of your things has this id: leave the cell empty to add the row as new."))
        named = self.by_name.get(
            self._key(given.get("kind", ""), self._shop(given), given.get("name", "")), []
        )
        if len(named) > 1:
            raise CellWrong(_("Several of your things are called so: say in the column id which."))
        return named[0] if named else None

    def settle(self, values: dict[str, Value], now: dict[str, Value] | None) -> None:
        if now and any(values.get(name, now[name]) != now[name] for name in ("kind", "shop")):
            raise CellWrong(_("It stays of its kind and in its shop: archive it, and add it anew there."))
        if not self.outlets:
            raise CellWrong(_("Add a shop first: things stand in one."))

    def write(self, row: Resource | None, values: dict[str, Value]) -> None:
        if row is not None:
            resources.update_resource(
                resource=row,
                actor=self.actor,
                name=str(values.get("name", row.name)),
                position=int(values.get("position", row.position)),
            )
            return
        name = str(values["kind"])
        kind = self.kinds.get(key_of(name))
        if kind is None:
            kind = resources.create_resource_kind(provider=self.provider, name=name, actor=self.actor)
        shop = str(values.get("shop", self.outlets[0].name))
        more: dict[str, Any] = {"position": values["position"]} if "position" in values else {}
        resources.create_resource(
            kind=kind,
            outlet=next(outlet for outlet in self.outlets if outlet.name == shop),
            name=str(values["name"]),
            actor=self.actor,
            **more,
        )
        self.kinds[key_of(name)] = kind

    def example(self) -> list[list[Value]]:
        shop = self.outlets[0].name if self.outlets else ""
        rows: list[dict[str, Value]] = [
            {"kind": "Chair", "name": "Chair 1", "shop": shop, "position": 0},
            {"kind": "Chair", "name": "Chair 2", "shop": shop, "position": 1},
        ]
        return [[row.get(column.name, "") for column in self.columns] for row in rows]

    def _read_kind(self, cell: str) -> Value:
        known = self.kinds.get(key_of(cell))
        return known.name if known else cells.text(80)(cell)

    def _shop(self, given: dict[str, str]) -> str:
        only = self.outlets[0].name if len(self.outlets) == 1 else ""
        return given.get("shop") or only

    @staticmethod
    def _key(kind: str, shop: str, name: str) -> tuple[str, str, str]:
        return key_of(kind), key_of(shop), key_of(name)
