"""An operator's queue of ten, with the keyboard alone: taken in hand, the document checked, and decided."""

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from playwright.sync_api import BrowserContext, Page, expect

from common import uploads
from providers.models import Application, Document
from tests.browser import world as street
from tests.browser.conftest import sign_in_operator
from tests.browser.site import Site
from tests.browser.world import World
from tests.uploads.pdfs import pdf
from tests.vetting.conftest import world as make_case

pytestmark = pytest.mark.browser

OPERATOR = "keyboard@example.com"
DECISIONS = ["approved"] * 6 + ["rejected"] * 2 + ["revision"] * 2
SAID = "Looked at by hand: j, k and a?"


def _apply(media: str) -> list[str]:
    """Ten businesses, each with a PDF, in the order in which they wait."""
    waiting = []
    with override_settings(MEDIA_ROOT=media):
        for _ in DECISIONS:
            case = make_case(category="nails")
            case.send(file=uploads.take_document(SimpleUploadedFile("licence.pdf", pdf())))
            waiting.append(case.apply().public_id)
    return waiting


def _outcomes() -> list[tuple[str, str]]:
    return list(Application.objects.order_by("submitted_at").values_list("public_id", "decision"))


def test_a_queue_of_ten_by_keyboard_alone(
    device: Callable[..., BrowserContext], site: Site, world: World
) -> None:
    waiting = site.orm(_apply, str(site.installation.data / "media"))
    site.orm(street.operator, OPERATOR, "Kati Salo")
    page = sign_in_operator(device(), OPERATOR)
    page.goto("/desk/")
    _the_keys_are_shown(page)
    # From the desk's first page to the oldest that waits.
    page.keyboard.press("j")
    expect(page.get_by_role("main").get_by_role("link", name="Applications", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Applications")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")

    for application, decision in zip(waiting, DECISIONS, strict=True):
        page.wait_for_url(f"**/desk/applications/{application}/")
        _decide(page, decision)

    page.wait_for_url("**/desk/applications/")
    expect(page.get_by_text("Nothing waits")).to_be_visible()
    assert site.orm(_outcomes) == list(zip(waiting, DECISIONS, strict=True))
    assert site.orm(lambda: Document.objects.filter(status="accepted").count()) == 6


def _the_keys_are_shown(page: Page) -> None:
    page.keyboard.press("?")
    shown = page.get_by_role("dialog", name="By keyboard")
    expect(shown).to_be_visible()
    # While it is open no key decides or moves anything.
    page.keyboard.press("j")
    expect(shown).to_be_visible()
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()


def _decide(page: Page, decision: str) -> None:
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Give it back")).to_be_visible()
    if decision == "approved":
        page.keyboard.press("d")
        accept = page.get_by_role("button", name=re.compile("^Accept ?, Licence$"))
        expect(accept).to_be_focused()
        page.keyboard.press("Enter")
        expect(accept).to_have_count(0)
        page.keyboard.press("a")
        page.keyboard.type(SAID)
    elif decision == "rejected":
        page.keyboard.press("x")
        page.keyboard.press("Tab")
        page.keyboard.type(SAID)
    else:
        page.keyboard.press("r")
        page.keyboard.press("Tab")
        page.keyboard.type("Nearly there.")
        page.keyboard.press("Tab")
        page.keyboard.type(SAID)
    # In a field keys are letters: no other decision opened, nothing was taken or given back.
    expect(page.locator("details.desk__decision[open]")).to_have_count(1)
    expect(page.locator(":focus")).to_have_value(SAID)
    page.keyboard.press("Control+Enter")
