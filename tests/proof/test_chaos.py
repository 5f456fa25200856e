"""Customers hold, pay and cancel while programs are killed; afterwards nothing is lost, doubled or stuck."""

import random
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta

import httpx
import pytest
from django.db import OperationalError

from common.clock import rfc3339
from tests import factories as make
from tests.browser.site import Site
from tests.proof import aftermath
from tests.proof.clients import API, Customers
from tests.proof.conftest import FULL
from tests.proof.reaper import PROGRAMS, Reaper
from tests.setup.site import until

pytestmark = pytest.mark.proof

CLIENTS = 12 if FULL else 6
SECONDS = 120 if FULL else 6
# Between two kills, in seconds.
PAUSE = (0.5, 4.0) if FULL else (0.5, 1.5)


def build() -> tuple[str, str, datetime]:
    """A shop with three people that is always open; its outlet, its service, and the first start."""
    outlet = make.make_outlet(open_always=True)
    staff = [make.make_staff(outlet) for _ in range(3)]
    service = make.make_service(outlet, staff=staff, duration_min=30)
    return outlet.public_id, service.public_id, make.tomorrow_at(0, days=10, outlet=outlet)


def test_nothing_is_lost_doubled_or_stuck_whatever_is_killed(mortal_site: Site) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    outlet, service, first = mortal_site.orm(build)
    # More visits than fit are wanted, so that customers fight for them all the time.
    starts = [rfc3339(first + timedelta(minutes=15 * n)) for n in range(120 if FULL else 24)]
    customers = Customers(mortal_site.url, outlet, service, starts)
    reaper = Reaper(mortal_site, seed)

    with ThreadPoolExecutor(CLIENTS) as threads:
        lives = [threads.submit(customers.live, seed + n) for n in range(CLIENTS)]
        try:
            storm(mortal_site, reaper)
        finally:
            customers.stop.set()
        assert until(lambda: over(mortal_site, lives), seconds=120)
        for life in lives:
            life.result()

    assert reaper.until_all_run(), reaper.killed
    assert until(lambda: is_ready(mortal_site), seconds=30)
    assert len(customers.promises) >= CLIENTS
    assert {kill.partition(" ")[0] for kill in reaper.killed} >= {"postgres", "app:web", "app:worker"}

    mortal_site.orm(aftermath.let_time_pass)
    assert until(lambda: settled(mortal_site), seconds=90), mortal_site.orm(aftermath.unsettled)
    assert mortal_site.orm(aftermath.overlaps) == []
    assert mortal_site.orm(aftermath.time_kept_for_nobody) == []
    assert mortal_site.orm(aftermath.gaps) == []
    assert mortal_site.orm(aftermath.money_astray) == []
    assert mortal_site.orm(aftermath.broken, customers.promises) == []
    with httpx.Client(base_url=mortal_site.url, timeout=10, trust_env=False) as client:
        for promise in customers.promises[:: 1 if FULL else 3]:
            again = customers.post(client, f"{API}/bookings", promise.body, key=promise.key)
            assert (again.status_code, again.json()["ref"]) == (201, promise.ref)
    print(
        f"{len(customers.promises)} held, {customers.refused} taken, {customers.retries} retries, {reaper.killed}"
    )


def storm(site: Site, reaper: Reaper) -> None:
    """Kill each program that a visit needs once, in some order, then any process of any of them.

    Mostly the site has come back before the next kill, and now and then it is hit while it starts.
    """
    until_then = time.monotonic() + SECONDS
    order = ["postgres", "app:web", "app:worker"]
    reaper.random.shuffle(order)
    while time.monotonic() < until_then or order:
        if FULL and reaper.random.random() < 0.7:
            until(lambda: is_ready(site), seconds=30)
        time.sleep(reaper.random.uniform(*PAUSE))
        program = order[0] if order else reaper.random.choice(PROGRAMS)
        before = len(reaper.killed)
        reaper.kill(program, main=bool(order))
        if order and len(reaper.killed) > before:
            order.pop(0)


def over(site: Site, lives: list[Future[None]]) -> bool:
    """Whether every customer has an answer to what they asked last."""
    if not all(life.done() for life in lives):
        with suppress(OperationalError):
            site.orm(aftermath.free_dead_requests)
        time.sleep(0.5)
        return False
    return True


def is_ready(site: Site) -> bool:
    try:
        return httpx.get(f"{site.url}/readyz", trust_env=False, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def settled(site: Site) -> bool:
    """Whether the worker has done all it had to; asks it to look now rather than in some seconds."""
    if not site.orm(aftermath.unsettled):
        return True
    site.orm(aftermath.let_time_pass)
    site.orm(aftermath.ask_the_worker)
    time.sleep(0.5)
    return False
