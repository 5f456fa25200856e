"""What may stand in a cell: each reader answers what the cell means, in the form in which the sheet writes it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from providers.rules.tables import NONE, decimal_of, key_of

# A cell as it is written and compared.
Value = str | int | Decimal


class CellWrong(Exception):
    """A cell does not say what it should; `words` tell a person what to do."""

    def __init__(self, words: str | Promise) -> None:
        self.words = words
        super().__init__()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its name in the head, what people call it, what to write, and how a cell is read.

    `read` gets text that is neither empty nor NONE. `empty` is what NONE means; None where it cannot be without.
    `needed`: a new row must say it.
    """

    name: str
    label: str | Promise
    what: str | Promise
    read: Callable[[str], Value]
    empty: Value | None = None
    needed: bool = False

    def value(self, cell: str) -> Value:
        """What a cell says. Raises CellWrong."""
        if cell != NONE:
            return self.read(cell)
        if self.empty is None:
            raise CellWrong(_("It cannot be without. An empty cell leaves it as it is."))
        return self.empty


def text(longest: int) -> Callable[[str], Value]:
    def read(cell: str) -> Value:
        if len(cell) > longest:
            raise CellWrong(
                _("It is %(n)d characters long: shorten it to %(max)d.") % {"n": len(cell), "max": longest}
            )
        return cell

    return read


def whole(least: int, most: int) -> Callable[[str], Value]:
    def read(cell: str) -> Value:
        found = decimal_of(cell)
        if found is None or found != int(found) or not least <= found <= most:
            raise CellWrong(_("Write a whole number from %(min)d to %(max)d.") % {"min": least, "max": most})
        return int(found)

    return read


def amount(digits: int, most: Decimal) -> Callable[[str], Value]:
    """Of money or a percentage, with at most so many decimals."""

    def read(cell: str) -> Value:
        found = decimal_of(cell)
        if found is None:
            raise CellWrong(
                _(
                    "Write a number such as 35, 35,50 or 35.50. For a thousand and more leave the mark out: 1234."
                )
            )
        rounded = round(found, digits)
        if rounded != found or not 0 <= found <= most:
            raise CellWrong(
                _("Write an amount from 0 to %(max)s with at most %(digits)d decimals.")
                % {"max": most, "digits": digits}
            )
        return rounded

    return read


YES = frozenset({"yes", "y", "true", "1", "x", "on", "ja", "kyllä", "是"})
NO = frozenset({"no", "n", "false", "0", "off", "nein", "nej", "ei", "否"})


def yes_no(cell: str) -> Value:
    if key_of(cell) in YES:
        return "yes"
    if key_of(cell) in NO:
        return "no"
    raise CellWrong(_("Write yes or no."))


def one_of(words: Mapping[str, str]) -> Callable[[str], Value]:
    """Of fixed words, by themselves or by what people call them; `words` are key_of of each to the word."""

    def read(cell: str) -> Value:
        if found := words.get(key_of(cell)):
            return found
        known = list(dict.fromkeys(words.values()))
        raise CellWrong(
            _("“%(cell)s” is none of these: %(known)s.") % {"cell": cell[:60], "known": listed(known)}
        )

    return read


def called(choices: Iterable[tuple[str, str | Promise]]) -> dict[str, str]:
    """The words for `one_of`, of pairs of word and what people call it."""
    found: dict[str, str] = {}
    for word, label in choices:
        found[key_of(word)] = word
        found.setdefault(key_of(str(label)), word)
    return found


def listed(known: list[str]) -> str:
    """The first dozen of the words that would do."""
    return ", ".join(known[:12]) + (" …" if len(known) > 12 else "")


def parts(cell: str) -> list[str]:
    """The entries of a cell that holds several: between bars, semicolons or line ends."""
    entries = cell.replace(";", "|").replace("\n", "|").split("|")
    return [entry.strip() for entry in entries if entry.strip()]
