"""Kills programs of a site at random, as power cuts and memory killers do; the supervisor starts them again."""

import contextlib
import os
import random
import signal
import time
import xmlrpc.client
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from tests.browser.site import Site

PROGRAMS = ("postgres", "app:web", "app:worker", "app:sockets", "nginx")


class Reaper:
    """Knows the supervisor's programs, and ends one of their processes without a word."""

    def __init__(self, site: Site, seed: int) -> None:
        self.socket = f"unix://{site.installation.run}/supervisor.sock"
        self.random = random.Random(seed)
        self.killed: list[str] = []

    def process(self, program: str) -> int | None:
        """The id of the program's main process while it runs."""
        transport = SupervisorTransport(None, None, self.socket)
        with xmlrpc.client.ServerProxy("http://localhost", transport=transport) as proxy:
            every: Any = proxy.supervisor.getAllProcessInfo()
        for info in every:
            if info["name"] == program.rpartition(":")[2] and info["statename"] == "RUNNING":
                return int(info["pid"])
        return None

    def kill(self, program: str, *, main: bool = False) -> None:
        """SIGKILL to one of the program's processes, or to its main one; nothing when it is down already."""
        pid = self.process(program)
        if pid is None:
            return
        family = [pid]
        if not main:
            # Any backend that dies makes PostgreSQL start over; a granian worker is replaced by its master.
            with contextlib.suppress(OSError):
                family += [
                    int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
                ]
        victim = self.random.choice(family)
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
            self.killed.append(f"{program} {'main' if victim == pid else 'child'}")

    def until_all_run(self, seconds: float = 60) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if all(self.process(program) for program in PROGRAMS):
                return True
            time.sleep(0.2)
        return False
