"""How long the board's longest task is while a visit is dragged over 12 columns with 300 visits.

The demo has no shop of that size: a column of one of its boards, as the server rendered it, is multiplied in the page.
Tasks are read from Chromium's own trace of the page's main thread.
"""

import json
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.client import BenchError

OWNER, PASSWORD = "sanna@demo.example", "hereabouts-demo"
DESK = {"width": 1280, "height": 900}
COLUMNS, VISITS, STEPS = 12, 300, 120
TASKS = ("RunTask", "ThreadControllerImpl::RunTask")
WITHIN_A_WEEK = 8

# As many columns, with as many visits in each; what is multiplied is the server's own markup.
FILL = """([columns, visits]) => {
  const board = document.getElementById("board");
  const lane = board.querySelector(".lane:has(li[data-visit])");
  const visit = lane.querySelector("li[data-visit]");
  for (const other of board.querySelectorAll(".lane")) if (other !== lane) other.remove();
  lane.querySelector("ol").replaceChildren();
  const each = visits / columns;
  for (let at = 0; at < columns; at += 1) {
    const made = lane.cloneNode(true);
    made.classList.remove("lane--other");
    made.querySelector("[data-lane]").dataset.lane = `column-${at}`;
    const list = made.querySelector("ol");
    for (let n = 0; n < each; n += 1) {
      const one = visit.cloneNode(true);
      one.className = `block__place block--moves at-h${Math.floor((n * 20) / 60)} at-m${(n * 20) % 60} for-h0 for-m20`;
      list.append(one);
    }
    board.append(made);
  }
  lane.remove();
  return board.querySelectorAll("li[data-visit]").length;
}"""


def signed_in(browser: Browser, address: str) -> Page:
    """The owner's browser, at a desk."""
    context = browser.new_context(base_url=address, viewport=DESK)  # type: ignore[arg-type]  # a size
    page = context.new_page()
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill(OWNER)
    page.get_by_text("Use a password instead").click()
    page.get_by_role("main").get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in with the password").click()
    page.wait_for_url(lambda url: "/account/login" not in url)
    return page


def open_full_board(page: Page) -> None:
    """The first board ahead with a visit that moves, multiplied."""
    page.goto("/provider/")
    page.goto(next(each for each in links(page) if each.startswith("/provider/prv_")))
    board = next(each for each in links(page) if each.endswith("/board"))
    page.goto(board)
    for _ in range(WITHIN_A_WEEK):
        if page.locator("li[data-visit]").count():
            break
        page.get_by_role("link", name="The day after").click()
        page.wait_for_load_state("networkidle")
    else:
        raise BenchError("no visit of the demo's salon can be moved this week")
    page.wait_for_function("document.querySelector('[data-live-board]').dataset.onDrag === '1'")
    if page.evaluate(FILL, [COLUMNS, VISITS]) != VISITS:
        raise BenchError("the board did not fill")


def links(page: Page) -> list[str]:
    found: list[str] = page.locator("a[href]").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    return found


def drag(page: Page) -> None:
    """Take the first visit across all columns and down the day, and put it back with Escape."""
    box = page.locator("li[data-visit]").first.bounding_box()
    if not box:
        raise BenchError("no visit to drag")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, STEPS + 1):
        page.mouse.move(x + step * 7, y + step * 4)
    if not page.locator(".board__ghost").count():
        raise BenchError("the drag did not begin")
    page.keyboard.press("Escape")
    page.mouse.up()


def longest_task(browser: Browser, address: str, *, slower: int = 1) -> float:
    """Milliseconds of the longest task of the page's main thread from taking hold to putting back."""
    page = signed_in(browser, address)
    open_full_board(page)
    if slower > 1:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    page.wait_for_timeout(1000)
    browser.start_tracing(
        page=page, categories=["toplevel", "disabled-by-default-devtools.timeline", "__metadata"]
    )
    drag(page)
    events: list[dict[str, Any]] = json.loads(browser.stop_tracing())["traceEvents"]
    page.context.close()
    mains = {
        (each["pid"], each["tid"])
        for each in events
        if each.get("name") == "thread_name" and each["args"].get("name") == "CrRendererMain"
    }
    tasks = [
        each["dur"] / 1000
        for each in events
        if each.get("name") in TASKS and (each["pid"], each["tid"]) in mains and "dur" in each
    ]
    if not tasks:
        raise BenchError("the trace has no tasks")
    return max(tasks)
