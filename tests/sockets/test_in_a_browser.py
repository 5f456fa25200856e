"""frontend/src/live.ts in a real browser, against a real server: resume, polling, the end."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.db import connection
from playwright.sync_api import Page, sync_playwright

from accounts.selectors import GUEST_COOKIE, GUEST_COOKIE_SALT
from bookings.services import holds
from common import crypto
from tests.sockets.conftest import Shop, free_port, running_server, url_of_test_database

pytestmark = pytest.mark.browser

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FOLLOW = """async (ref) => {
  window.seqs = [];
  window.states = [];
  const { follow } = await import("/live.js");
  window.following = follow(ref, {
    after: 0,
    onEvent: (event) => window.seqs.push(event.seq),
    onState: (state) => window.states.push(state),
  });
}"""


@pytest.fixture(scope="session")
def script(tmp_path_factory: pytest.TempPathFactory) -> str:
    """live.ts as the browser reads it."""
    frontend = Path(settings.BASE_DIR) / "frontend"
    out = tmp_path_factory.mktemp("live")
    subprocess.run(
        [
            *(frontend / "node_modules" / ".bin" / "tsc", "src/live.ts", "--ignoreConfig"),
            *("--target", "es2022", "--module", "esnext", "--lib", "es2022,dom,dom.iterable"),
            *("--outDir", out),
        ],
        cwd=frontend,
        check=True,
    )
    return (out / "live.js").read_text()


@pytest.fixture
def page(script: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        opened = browser.new_page()
        opened.route("**/live.js", lambda route: route.fulfill(body=script, content_type="text/javascript"))
        yield opened
        browser.close()


def aside(work: Callable[[], Any]) -> None:
    """Run `work` in a thread: Playwright's event loop runs in this one, where Django refuses to query."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def open_as_guest(page: Page, port: int, held: holds.Held, ref: str = "") -> None:
    assert held.token
    page.context.add_cookies(
        [
            {
                "name": GUEST_COOKIE,
                "value": signing.dumps([crypto.token_hash(held.token)], salt=GUEST_COOKIE_SALT),
                "url": f"http://127.0.0.1:{port}",
            }
        ]
    )
    # A page of the site itself, under its content security policy.
    page.goto(f"http://127.0.0.1:{port}/healthz")
    page.evaluate(FOLLOW, ref or held.booking.ref)


def wait_for(page: Page, condition: str) -> None:
    """Not Playwright's own: it evaluates within the page, which the security policy forbids."""
    until = time.monotonic() + 20
    while not page.evaluate(condition):
        assert time.monotonic() < until, f"{condition}: {page.evaluate('[seqs, states]')}"
        page.wait_for_timeout(50)


@pytest.fixture
def held(shop: Shop) -> holds.Held:
    return shop.hold()


@pytest.fixture
def database_url(transactional_db: None) -> str:
    return url_of_test_database()


def test_it_resumes_when_the_server_comes_back(
    held: holds.Held, database_url: str, happen: Callable[..., None], page: Page
) -> None:
    port = free_port()
    with running_server(database_url, port=port):
        open_as_guest(page, port, held)
        wait_for(page, "seqs.join() === '1' && states.join() === 'live'")
        aside(lambda: happen(held.booking))
        wait_for(page, "seqs.join() === '1,2'")
    wait_for(page, "states.at(-1) !== 'live'")
    aside(lambda: happen(held.booking, 2))
    with running_server(database_url, port=port):
        wait_for(page, "seqs.join() === '1,2,3,4' && states.at(-1) === 'live'")
        assert page.evaluate("states[1]") == "reconnecting"


def test_it_polls_when_sockets_do_not_work(
    held: holds.Held, database_url: str, happen: Callable[..., None], page: Page
) -> None:
    page.route_web_socket("**/ws/**", lambda socket: socket.close())
    with running_server(database_url) as server:
        open_as_guest(page, server.port, held)
        wait_for(page, "seqs.join() === '1' && states.at(-1) === 'polling'")
        aside(lambda: happen(held.booking, 2))
        wait_for(page, "seqs.join() === '1,2,3'")
        assert page.evaluate("states.includes('live')") is False


def test_it_ends_when_there_is_nothing_to_see(held: holds.Held, database_url: str, page: Page) -> None:
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    with running_server(database_url) as server:
        open_as_guest(page, server.port, held, ref="HA-00000-00000")
        wait_for(page, "states.join() === 'ended'")
        page.wait_for_timeout(3000)
        assert len(sockets) == 1
        assert page.evaluate("states.join()") == "ended"


def test_what_was_stopped_says_nothing_more(
    held: holds.Held, database_url: str, happen: Callable[..., None], page: Page
) -> None:
    with running_server(database_url) as server:
        open_as_guest(page, server.port, held)
        wait_for(page, "seqs.join() === '1' && states.join() === 'live'")
        page.evaluate("following.stop()")
        aside(lambda: happen(held.booking))
        page.wait_for_timeout(2000)
        assert page.evaluate("[seqs.join(), states.join()]") == ["1", "live"]
