"""How pages are found and shown elsewhere: one address for each language, previews in messengers, maps for crawlers.

Both languages share an address. Without `lang` it speaks the reader's language, which is English to a crawler;
`?lang=zh-hans` shows the page in Chinese once and is kept nowhere (marketplace.middleware.LanguageOfAddress). A page
names the address of the language it is shown in as the one to list (canonical), and all of them as alternates.
"""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language

# The names of languages in HTML (BCP 47) where they differ from Django's.
HTML_LANGUAGES = {"zh-hans": "zh-Hans"}
LOCALES = {"en": "en_GB", "zh-hans": "zh_CN"}
PREVIEW_SIZE = (1200, 630)


@dataclass(frozen=True, slots=True)
class Alternate:
    """The page in a language, as link elements name it; x-default is the address that follows the reader."""

    language: str
    url: str


def absolute(path: str) -> str:
    """A path of this site as an address for the outside."""
    return settings.SITE_URL + path


def in_language(path: str, language: str) -> str:
    """The address, for the outside, of a page (a path without query) in a language of LANGUAGES."""
    return absolute(path) + ("" if language == settings.LANGUAGE_CODE else f"?lang={language}")


def canonical(path: str) -> str:
    """The one address of the page in the language it is being shown in."""
    return in_language(path, get_language() or settings.LANGUAGE_CODE)


def alternates(path: str) -> list[Alternate]:
    """The page in every language, and where it follows the reader."""
    found = [
        Alternate(HTML_LANGUAGES.get(code, code), in_language(path, code)) for code, _ in settings.LANGUAGES
    ]
    return [*found, Alternate("x-default", absolute(path))]


def locale() -> str:
    """The language being shown, as Open Graph names it."""
    return LOCALES.get(get_language() or "", "en_GB")
