"""Phone numbers as they are stored: E.164, and what is wrong with those that cannot be."""

from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, ValidationResult

# How far from a right number a slip of the finger may be, in digits.
NEAR = 4


class PhoneFault(StrEnum):
    """Why a number cannot be called."""

    NOT_A_NUMBER = "not_a_number"
    UNKNOWN_COUNTRY = "unknown_country"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_IN_USE = "not_in_use"


@dataclass(frozen=True, slots=True)
class BadPhone:
    """What is wrong; `digits` is how many are missing or too many, 0 when that cannot be told."""

    fault: PhoneFault
    digits: int = 0


def read_phone(text: str, *, region: str) -> str | BadPhone:
    """`text` as E.164, such as +358401234567, or what is wrong with it.

    A number without a country code is read as people of `region` (ISO 3166-1 alpha-2) dial it.
    """
    try:
        # A number with its country code is nobody's local number.
        number = phonenumbers.parse(text, None if text.strip().startswith("+") else region)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            return BadPhone(PhoneFault.UNKNOWN_COUNTRY)
        if error.error_type == NumberParseException.TOO_LONG:
            return BadPhone(PhoneFault.TOO_LONG)
        if error.error_type in (
            NumberParseException.TOO_SHORT_NSN,
            NumberParseException.TOO_SHORT_AFTER_IDD,
        ):
            return BadPhone(PhoneFault.TOO_SHORT)
        return BadPhone(PhoneFault.NOT_A_NUMBER)
    if phonenumbers.is_valid_number(number):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return _fault(number)


def spaced_phone(number: str) -> str:
    """A number of E.164 in groups, as people read it: +358 40 1234567."""
    try:
        read = phonenumbers.parse(number)
    except NumberParseException:
        return number
    return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _fault(number: PhoneNumber) -> BadPhone:
    """How far the digits are from a number that is in use: a slip is one or a few missing or too many."""
    digits = phonenumbers.national_significant_number(number)
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == ValidationResult.INVALID_COUNTRY_CODE:
        return BadPhone(PhoneFault.UNKNOWN_COUNTRY)
    if reason != ValidationResult.TOO_LONG:
        for missing in range(1, NEAR + 1):
            # Any digit may be the missing one; the plans look at the first few, so a repeated one will do.
            if any(_in_use(number, digits + digit * missing) for digit in "1234567890"):
                return BadPhone(PhoneFault.TOO_SHORT, missing)
        if reason == ValidationResult.TOO_SHORT:
            return BadPhone(PhoneFault.TOO_SHORT)
    for extra in range(1, NEAR + 1):
        if _in_use(number, digits[:-extra]):
            return BadPhone(PhoneFault.TOO_LONG, extra)
    if reason == ValidationResult.TOO_LONG:
        return BadPhone(PhoneFault.TOO_LONG)
    return BadPhone(PhoneFault.NOT_IN_USE)


def _in_use(number: PhoneNumber, digits: str) -> bool:
    try:
        tried = phonenumbers.parse(f"+{number.country_code}{digits}", None)
    except NumberParseException:
        return False
    return phonenumbers.is_valid_number(tried)
