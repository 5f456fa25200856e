"""`make vitals`: what a visitor on a slow phone waits for, each figure beside its budget.

Started by deploy/bench.py, which serves a fresh demo city and tells its address (BASE_URL) and where the results go
(RESULTS, JSON). Chromium is slowed down by its own tools: 9 Mbit/s, 60 ms, a processor four times as slow. Load and
shifts come from the browser's own observers (https://web.dev/articles/vitals), the median of some cold loads;
interactions are the longest event of a script that presses what people press. Lighthouse judges the same pages. The
worker finishes the pictures' sizes first, and rests meanwhile.
A budget that is missed is no failure: the exit status is 1 only when something could not be measured.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from benchmarks.board_drag import COLUMNS, VISITS, longest_task
from benchmarks.client import BenchError
from benchmarks.figures import Figures
from deploy.sizes import sizes

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
PHONE = {"width": 390, "height": 844}
MBIT_S, ROUND_TRIP_MS, SLOWER = 9, 60, 4
LCP_MS, CLS, INTERACTION_MS, LIGHTHOUSE = 1000, 0.05, 200, 95
TASK_MS = 50
LIGHTHOUSE_CLI = Path(__file__).parent / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"

OBSERVE = """
window.seen = { lcp: 0, cls: 0, event: 0 };
const watch = (type, note, more) =>
  new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true, ...more });
watch("largest-contentful-paint", (entry) => { seen.lcp = entry.startTime; });
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value; });
watch("event", (entry) => { if (entry.interactionId) seen.event = Math.max(seen.event, entry.duration); },
      { durationThreshold: 16 });
"""


@dataclass(frozen=True, slots=True)
class Visited:
    """A page by what people call it, and what they press on it."""

    name: str
    path: str
    press: Callable[[Page], None]


def visited(page: Page) -> list[Visited]:
    """The three pages on everybody's way, found as visitors find them."""
    page.goto("/")
    results = page.locator(".finder__ideas a").first.get_attribute("href")
    if not results:
        raise BenchError("the landing page has no ideas")
    page.goto(results)
    outlet = page.locator(".result__name a").first.get_attribute("href")
    if not outlet:
        raise BenchError("the results are empty")
    return [
        Visited("landing", "/", press_landing),
        Visited("results", results, press_results),
        Visited("outlet", outlet, press_outlet),
    ]


def press_landing(page: Page) -> None:
    """Types what, and looks into the settings."""
    page.locator(".finder input:visible").first.press_sequentially("hair", delay=50)
    summary = page.locator("details[data-menu] > summary:visible").first
    summary.click()
    summary.click()


def press_results(page: Page) -> None:
    """Opens the filters, closes them, and goes through the list."""
    summary = page.locator("#filters > summary")
    summary.click()
    summary.click()
    for _ in range(8):
        page.keyboard.press("Tab")


def press_outlet(page: Page) -> None:
    """Goes to a kind of service, and through what can be pressed."""
    for chip in page.locator(".outlet__chips a").all()[:2]:
        chip.click()
    for _ in range(8):
        page.keyboard.press("Tab")


def slow(page: Page) -> None:
    """Let the page's browser be a phone on a middling line."""
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    bytes_s = MBIT_S * 1_000_000 / 8
    line = {
        "offline": False,
        "latency": ROUND_TRIP_MS,
        "downloadThroughput": bytes_s,
        "uploadThroughput": bytes_s,
    }
    tools.send("Network.emulateNetworkConditions", line)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def load(browser: Browser, address: str, what: Visited) -> dict[str, float]:
    """One cold load and its presses: `lcp` and `event` in milliseconds, and `cls`."""
    context = browser.new_context(
        base_url=address,
        viewport=PHONE,  # type: ignore[arg-type]  # a size
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
    )
    page = context.new_page()
    page.add_init_script(OBSERVE)
    slow(page)
    page.goto(what.path, wait_until="networkidle")
    page.wait_for_function("seen.lcp > 0")
    loaded: dict[str, float] = page.evaluate("({ lcp: seen.lcp, cls: seen.cls })")
    page.evaluate("seen.event = 0")
    what.press(page)
    page.wait_for_timeout(500)
    found = page.evaluate("({ event: seen.event, shifted: seen.cls })")
    context.close()
    return {"lcp": loaded["lcp"], "cls": found["shifted"], "event": found["event"]}


def lighthouse(address: str) -> float:
    """Lighthouse's performance score of a page (0 to 100), as a phone under the same conditions."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "report.json"
        command = [
            *("node", str(LIGHTHOUSE_CLI), address, "--quiet", "--only-categories=performance"),
            *("--output=json", f"--output-path={told}", "--form-factor=mobile"),
            *("--throttling-method=devtools", f"--throttling.requestLatencyMs={ROUND_TRIP_MS}"),
            f"--throttling.downloadThroughputKbps={MBIT_S * 1000}",
            f"--throttling.uploadThroughputKbps={MBIT_S * 1000}",
            f"--throttling.cpuSlowdownMultiplier={SLOWER}",
            f"--chrome-flags=--headless=new {' '.join(FLAGS)}",
        ]
        env = {**os.environ, "CHROME_PATH": CHROMIUM}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=180)
        if done.returncode:
            raise BenchError(f"Lighthouse: {done.stderr.strip()[-400:]}")
        report: dict[str, Any] = json.loads(told.read_text())
    return float(report["categories"]["performance"]["score"] or 0) * 100


def measure(figures: Figures, address: str, *, loads: int, with_lighthouse: bool) -> None:
    """All figures of all pages."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        pages = visited(browser.new_context(base_url=address).new_page())
        group = f"On a phone ({MBIT_S} Mbit/s, {ROUND_TRIP_MS} ms, processor {SLOWER}x as slow)"
        figures.group(group, limit="the budget")
        for what in pages:
            taken = [load(browser, address, what) for _ in range(loads)]
            for name, label, limit, unit in (
                ("lcp", "largest paint", LCP_MS, "ms"),
                ("cls", "shifts", CLS, ""),
                ("event", "longest interaction", INTERACTION_MS, "ms"),
            ):
                value = statistics.median(each[name] for each in taken)
                figures.add(group, f"{what.name}: {label}", value, limit, unit, "lower")
        board = f"At a desk, {COLUMNS} columns with {VISITS} visits"
        figures.group(board, limit="the budget")
        for words, slower in (("", 1), (f", processor {SLOWER}x as slow", SLOWER)):
            value = statistics.median(
                longest_task(browser, address, slower=slower) for _ in range(min(loads, 3))
            )
            figures.add(board, f"board: longest task while dragging{words}", value, TASK_MS, "ms", "lower")
        browser.close()
    for what in pages if with_lighthouse else ():
        score = statistics.median(lighthouse(address + what.path) for _ in range(min(loads, 3)))
        figures.add(group, f"{what.name}: Lighthouse 12.8.2", score, LIGHTHOUSE, "", "higher")
    weight = "Over the wire, gzipped"
    figures.group(weight, limit="the budget (make lint refuses more)")
    for budget, used in sizes():
        figures.add(weight, budget.name, used / 1000, budget.most / 1000, "kB", "lower")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make vitals ARGS=…")
    parser.add_argument("--loads", type=int, default=5, help="cold loads of each page")
    parser.add_argument("--no-lighthouse", action="store_true", help="leave Lighthouse out")
    asked = parser.parse_args()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright has an event loop of its own
    django.setup()
    from benchmarks import worker

    figures = Figures()
    try:
        worker.await_pictures()
        with worker.resting():
            measure(
                figures, os.environ["BASE_URL"], loads=asked.loads, with_lighthouse=not asked.no_lighthouse
            )
    except (BenchError, PlaywrightError) as error:
        print(f"make vitals: {error}", file=sys.stderr)
        sys.exit(1)
    finally:
        if figures.rows:
            print(figures.table())
            figures.write(Path(os.environ["RESULTS"]))


if __name__ == "__main__":
    main()
