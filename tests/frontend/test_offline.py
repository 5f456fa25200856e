"""Installable, and readable without a network: what the server gives for that."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_worker_names_files_of_the_shell_that_are_there(client: Client) -> None:
    answer = client.get("/sw.js")
    code = answer.content.decode()

    head = json.loads(re.match(r"const HEREABOUTS = (.*);\n", code)[1])  # type: ignore[index]
    dist = Path(settings.BASE_DIR) / "frontend" / "dist"
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert {name.rpartition(".")[2] for name in head["shell"]} == {"js", "css", "svg"}
    assert [name for name in head["shell"] if not (dist / name.removeprefix("/static/")).exists()] == []
    assert "import" not in code.split("\n", 1)[1][:40]


def test_manifest_has_icons_that_are_there(client: Client) -> None:
    manifest = json.loads(client.get("/site.webmanifest").content)

    dist = Path(settings.BASE_DIR) / "frontend" / "dist"
    assert (manifest["scope"], manifest["start_url"], manifest["display"]) == ("/", "/", "standalone")
    assert [icon.get("purpose") for icon in manifest["icons"]] == [None, None, "maskable"]
    for icon in manifest["icons"]:
        assert (dist / icon["src"].removeprefix("/static/")).exists()


def test_page_without_a_network_speaks_every_language(client: Client) -> None:
    page = client.get("/offline").content.decode()

    assert "No connection" in page
    assert "没有网络连接" in page


def test_pages_tell_readers_apart_without_naming_them(client: Client) -> None:
    def mark() -> str:
        return re.search(r'data-reader="([^"]*)"', client.get("/").content.decode())[1]  # type: ignore[index]

    assert mark() == ""
    one, other = make_user(), make_user()
    client.force_login(one)
    first = mark()
    client.force_login(other)

    assert len({"", first, mark()}) == 3
    assert one.public_id not in first


def test_signing_out_clears_what_the_device_keeps(client: Client) -> None:
    client.force_login(make_user())
    assert "Clear-Site-Data" not in client.get("/")

    assert client.post("/account/logout/")["Clear-Site-Data"] == '"storage"'
