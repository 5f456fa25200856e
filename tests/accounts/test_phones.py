import pytest

from accounts.errors import EmailInvalid, PhoneInvalid
from accounts.rules.contacts import spaced_phone
from accounts.services import clean_email, clean_phone


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("040 123 4567", "+358401234567"),
        ("+358 (0)40-123 4567", "+358401234567"),
        ("00358401234567", "+358401234567"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("+39 06 698 12345", "+390669812345"),
        ("  ", None),
        (None, None),
    ],
)
def test_numbers_are_stored_as_e164(text: str | None, stored: str | None) -> None:
    assert clean_phone(text) == stored


@pytest.mark.parametrize(
    ("text", "sentence", "reason"),
    [
        ("+1 415 555 267", "This number is one digit short.", "too_short"),
        ("040 12", "This number is two digits short.", "too_short"),
        ("+86 138 0013 80", "This number is two digits short.", "too_short"),
        ("040 123 4567 890", "This number has two digits too many.", "too_long"),
        ("+999 1234567", "No country has this code. Start with + and the country code.", "unknown_country"),
        ("Aino", "This is not a phone number.", "not_a_number"),
    ],
)
def test_a_wrong_number_is_refused_with_what_to_mend(text: str, sentence: str, reason: str) -> None:
    with pytest.raises(PhoneInvalid) as refused:
        clean_phone(text)

    assert str(refused.value) == sentence
    assert refused.value.data == {"field": "phone", "reason": reason}


def test_addresses_are_stored_in_lower_case() -> None:
    assert clean_email("  Aino.Virtanen@Example.COM ") == "aino.virtanen@example.com"
    assert clean_email("") is None


@pytest.mark.parametrize(
    "text", ["aino", "aino@", "aino@example", "a b@example.com", "x" * 250 + "@example.com"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(EmailInvalid):
        clean_email(text)


@pytest.mark.parametrize(
    ("stored", "read"),
    [("+358401234567", "+358 40 1234567"), ("+8613800138000", "+86 138 0013 8000"), ("12", "12")],
)
def test_numbers_are_shown_in_groups(stored: str, read: str) -> None:
    assert spaced_phone(stored) == read
