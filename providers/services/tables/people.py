"""The sheet of people: who they are, where they work, what they can do."""

from collections import defaultdict
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from geo.enums import TravelMode
from providers.enums import SkillLevel
from providers.errors import TextLanguageUnknown
from providers.models import Outlet, Service, StaffMember
from providers.rules import checks
from providers.rules.tables import key_of
from providers.selectors import catalogue
from providers.services import staff
from providers.services.businesses import DESCRIPTION_LENGTH
from providers.services.tables import cells
from providers.services.tables.cells import CellWrong, Column, Value
from providers.services.tables.sheet import Sheet

# Columns that the service takes as they are read.
PLAIN = ("name", "title", "resume", "language", "travel_mode")
# What a cell says instead of naming every one.
ALL = frozenset({"all", "alle", "alla", "kaikki", "全部"})
BETWEEN = " | "


class PeopleSheet(Sheet):
    """A person is found by their id, else by their name."""

    kind = "people"

    def load(self) -> None:
        self.found = list(catalogue.staff(self.provider))
        self.outlets = list(catalogue.outlets(self.provider))
        self.services = list(catalogue.services(self.provider))
        self.by_id = {row.public_id: row for row in self.found}
        self.by_name = defaultdict(list)
        for row in self.found:
            self.by_name[key_of(row.name)].append(row)

    def make_columns(self) -> list[Column]:
        modes = cells.called(TravelMode.choices)
        return [
            Column("id", _("Id"), _("As we wrote it. Leave it empty for a new person."), cells.text(40)),
            Column("name", _("Name"), _("Customers see it."), cells.text(120), needed=True),
            Column("title", _("Title"), _("Such as colourist or mechanic."), cells.text(120), ""),
            Column(
                "works_at",
                _("Works at"),
                _("Your shops with | between, or all. A new person without: every shop."),
                self._read_outlets,
                "",
            ),
            Column(
                "skills",
                _("What they can do"),
                _(
                    "Services with | between, or all. “Haircut = expert” says how well (learning, skilled, expert)."
                ),
                self._read_skills,
                "",
            ),
            Column("resume", _("Résumé"), _("Customers read it."), cells.text(DESCRIPTION_LENGTH), ""),
            Column("language", _("Language of these texts"), _("Such as en, fi or zh-hans."), cells.text(12)),
            Column("speaks", _("Speaks"), _("Such as fi, sv, en."), self._read_speaks, ""),
            Column("working_since", _("In this trade since"), _("A year."), cells.whole(1930, 2200), ""),
            Column(
                "travel_mode",
                _("Gets from one visit to the next"),
                _("%(modes)s, or empty: as at the shop.") % {"modes": cells.listed(list(TravelMode.values))},
                cells.one_of(modes),
                "",
            ),
        ]

    def rows(self) -> list[StaffMember]:
        return self.found

    def cells(self, row: StaffMember) -> dict[str, Value]:
        skills = {skill.service_id: skill.level for skill in row.live_skills}  # type: ignore[attr-defined]
        works = {outlet.pk for outlet in row.live_outlets}  # type: ignore[attr-defined]
        return {
            **{name: getattr(row, name) for name in PLAIN},
            "id": row.public_id,
            "works_at": self._outlets_in_words([outlet for outlet in self.outlets if outlet.pk in works]),
            "skills": self._skills_in_words({s: skills[s.pk] for s in self.services if s.pk in skills}),
            "speaks": ", ".join(row.speaks),
            "working_since": "" if row.working_since is None else row.working_since,
        }

    def find(self, given: dict[str, str]) -> StaffMember | None:
        if given_id := given.get("id"):
            if found := self.by_id.get(given_id):
                return found
            raise CellWrong(_("None of your people has this id: leave the cell empty to add the row as new."))
        named = self.by_name.get(key_of(given.get("name", "")), [])
        if len(named) > 1:
            raise CellWrong(_("Several of your people are called so: say in the column id who."))
        return named[0] if named else None

    def settle(self, values: dict[str, Value], now: dict[str, Value] | None) -> None:
        if now is None:
            values.setdefault("works_at", self._outlets_in_words(self.outlets))

    def write(self, row: StaffMember | None, values: dict[str, Value]) -> None:
        fields: dict[str, Any] = {name: values[name] for name in PLAIN if name in values}
        if "speaks" in values:
            fields["speaks"] = [tag.strip() for tag in str(values["speaks"]).split(",") if tag.strip()]
        if "working_since" in values:
            fields["working_since"] = values["working_since"] or None
        if "works_at" in values:
            fields["outlets"] = self._outlets(str(values["works_at"]))
        if "skills" in values:
            fields["skills"] = self._skills(str(values["skills"]))
        if row is None:
            fields.setdefault("language", self.provider.language)
            staff.create_staff(provider=self.provider, actor=self.actor, **fields)
        else:
            staff.update_staff(staff=row, actor=self.actor, **fields)

    def column_of(self, field_name: str) -> str:
        return "works_at" if field_name == "outlets" else super().column_of(field_name)

    def example(self) -> list[list[Value]]:
        skill = self._called(self.services[0], self.services) if self.services else ""
        rows: list[dict[str, Value]] = [
            {"name": "Maija Meikäläinen", "title": "Hairdresser", "skills": "all", "speaks": "fi, sv, en"},
            {
                "name": "Matti Mallikas",
                "skills": f"{skill} = learning" if skill else "",
                "working_since": 2024,
            },
        ]
        return [[row.get(column.name, "") for column in self.columns] for row in rows]

    def _read_outlets(self, cell: str) -> Value:
        return self._outlets_in_words(self._outlets(cell))

    def _outlets(self, cell: str) -> list[Outlet]:
        if key_of(cell) in ALL:
            return self.outlets
        wanted = [self._one(entry, self.outlets) for entry in cells.parts(cell)]
        return [outlet for outlet in self.outlets if outlet in wanted]

    def _read_skills(self, cell: str) -> Value:
        return self._skills_in_words(cast("dict[Service, str]", self._skills(cell)))

    def _skills(self, cell: str) -> dict[Service, SkillLevel]:
        found: dict[Service, SkillLevel] = {}
        levels = cells.called(SkillLevel.choices)
        for entry in cells.parts(cell):
            name, _equals, said = entry.rpartition("=")
            level = levels.get(key_of(said)) if name else None
            what = name.strip() if level else entry
            every = self.services if key_of(what) in ALL else [self._one(what, self.services)]
            found |= dict.fromkeys(every, SkillLevel(level or SkillLevel.SKILLED))
        return {service: found[service] for service in self.services if service in found}

    @staticmethod
    def _read_speaks(cell: str) -> Value:
        tags = [tag.strip() for tag in cell.replace("|", ",").replace(";", ",").split(",")]
        try:
            return ", ".join(checks.language(tag) for tag in tags if tag)
        except TextLanguageUnknown as error:
            raise CellWrong(error.detail) from None

    def _one(self, entry: str, among: list[Any]) -> Any:
        """The outlet or service that an entry names. Raises CellWrong."""
        found = [row for row in among if key_of(row.name) == key_of(entry) or row.public_id == entry]
        if len(found) == 1:
            return found[0]
        if found:
            raise CellWrong(
                _("Several are called “%(name)s”: write the id instead, %(ids)s.")
                % {"name": entry[:60], "ids": cells.listed([row.public_id for row in found])}
            )
        known = cells.listed([row.name for row in among])
        if not known:
            raise CellWrong(_("You have none yet: add “%(name)s” first.") % {"name": entry[:60]})
        raise CellWrong(_("“%(cell)s” is none of these: %(known)s.") % {"cell": entry[:60], "known": known})

    def _outlets_in_words(self, found: list[Outlet]) -> str:
        return BETWEEN.join(self._called(outlet, self.outlets) for outlet in found)

    def _skills_in_words(self, found: dict[Service, str]) -> str:
        return BETWEEN.join(
            self._called(service, self.services) + ("" if level == SkillLevel.SKILLED else f" = {level}")
            for service, level in found.items()
        )

    @staticmethod
    def _called(row: Any, among: list[Any]) -> str:
        """Its name, or its id where the name would not find it again."""
        same = sum(key_of(other.name) == key_of(row.name) for other in among)
        plain = not any(mark in row.name for mark in "|;=\n") and key_of(row.name) not in ALL
        return str(row.name) if same == 1 and plain else str(row.public_id)
