"""The Simplified Chinese catalogue is whole; that it is what the source asks for, `make lint` checks."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings

PLACE = Path("frontend/locale/zh_Hans/LC_MESSAGES/django.po")
SOURCE = Path(settings.BASE_DIR) / PLACE
# Named and bare values, names in braces, and tags: what a translation has to carry over.
KEPT = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w+\}|</?\w+[^>]*>")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# The same in both languages, or without a word in Chinese.
WORDLESS = {"API", "Cookies", "%(start)s to %(end)s", "%(service)s at %(outlet)s", "%(what)s in %(town)s"}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with SOURCE.open("rb") as file:
        return read_po(file)


def messages(catalogue: Catalog) -> Iterator[tuple[Message, str]]:
    """Each message, and its one Chinese form: the language counts nothing apart."""
    for message in catalogue:
        if message.id:
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            assert len(forms) == 1, message.id
            yield message, forms[0]


def originals(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def test_every_message_has_a_translation(catalogue: Catalog) -> None:
    assert [message.id for message, chinese in messages(catalogue) if not chinese.strip()] == []


def test_no_translation_is_a_guess(catalogue: Catalog) -> None:
    assert [message.id for message, _ in messages(catalogue) if message.fuzzy] == []


def test_sentences_are_in_chinese(catalogue: Catalog) -> None:
    def has_words(message: Message) -> bool:
        return any(re.search(r"[A-Za-z]{2}", KEPT.sub("", text)) for text in originals(message))

    left = {
        message.id
        for message, chinese in messages(catalogue)
        if has_words(message) and not CHINESE.search(chinese)
    }
    assert left == WORDLESS


def test_placeholders_and_tags_are_kept(catalogue: Catalog) -> None:
    wrong = [
        (message.id, chinese)
        for message, chinese in messages(catalogue)
        if not any(sorted(KEPT.findall(text)) == sorted(KEPT.findall(chinese)) for text in originals(message))
    ]
    assert wrong == []


def test_functions_that_translate_have_names_that_extraction_knows() -> None:
    """`gettext as now_text` hid ten sentences: makemessages looks for `_` and for the functions' own names."""
    hidden = re.compile(r"\bn?p?gettext(?:_lazy|_noop)? as (?!_\b)\w+")
    found = [
        str(path.relative_to(settings.BASE_DIR))
        for app in sorted(Path(settings.BASE_DIR).glob("*/__init__.py"))
        for path in app.parent.rglob("*.py")
        if app.parent.name != "tests" and hidden.search(path.read_text())
    ]
    assert found == []
