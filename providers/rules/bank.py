"""What a bank account must look like. Each check answers the clean value or raises a coded error, without the value."""

import re
from dataclasses import dataclass, field

from stdnum import iban as ibans
from stdnum import numdb
from stdnum.exceptions import ValidationError

from providers.errors import AccountInvalid, IbanInvalid, IbanNeeded
from providers.rules import checks

HOLDER_LENGTH = 140
# A number is shown by its last four: a shorter one would be shown whole, or nearly.
_NUMBER = re.compile(r"[0-9A-Z]{6,34}")
_BANK = re.compile(r"[0-9A-Z]{3,20}")


@dataclass(frozen=True, slots=True)
class Account:
    """A bank account that was checked. `bank` is empty for an IBAN, which names its bank itself."""

    country: str
    holder: str = field(repr=False)
    number: str = field(repr=False)
    bank: str = field(default="", repr=False)

    @property
    def has_iban(self) -> bool:
        return not self.bank


def by_iban(*, holder: str, iban: str) -> Account:
    """An account named by its IBAN, with or without spaces. Raises TextInvalid, IbanInvalid."""
    holder = checks.text(holder, field="holder", longest=HOLDER_LENGTH)
    try:
        number = ibans.validate(iban)
    except ValidationError:
        raise IbanInvalid(field="iban") from None
    if not (number.isascii() and number.isalnum()):
        # Digits of other scripts are digits to the checksum.
        raise IbanInvalid(field="iban")
    return Account(country=number[:2], holder=holder, number=number)


def by_number(*, holder: str, country: str, bank: str, number: str) -> Account:
    """An account in a country without IBANs: the bank's code there, or its BIC, and the number.

    Raises TextInvalid, CountryUnknown, IbanNeeded, AccountInvalid.
    """
    holder = checks.text(holder, field="holder", longest=HOLDER_LENGTH)
    country = checks.country(country)
    if has_ibans(country):
        raise IbanNeeded(field="iban")
    bank, number = _plain(bank), _plain(number)
    if not _BANK.fullmatch(bank):
        raise AccountInvalid(field="bank")
    if not _NUMBER.fullmatch(number):
        raise AccountInvalid(field="number")
    return Account(country=country, holder=holder, number=number, bank=bank)


def has_ibans(country: str) -> bool:
    """Whether accounts of the country (ISO 3166-1) have an IBAN."""
    return bool(numdb.get("iban").info(country)[0][1])


def shown(country: str, last4: str) -> str:
    """What is shown of an account."""
    return f"{country} ···· {last4}"


def _plain(text: str) -> str:
    return re.sub(r"[\s-]", "", text).upper()
