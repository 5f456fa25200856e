"""Kills programs of a site at random, as power cuts and memory killers do; the supervisor starts them again."""

import contextlib
import os
import random
import signal
import time
import xmlrpc.client
from pathlib import Path

from supervisor.xmlrpc import SupervisorTransport

from tests.browser.site import Site

PROGRAMS = ("postgres", "app:web", "app:worker", "app:sockets", "nginx")


class Reaper:
    """Knows the supervisor's programs, and ends one of their processes without a word."""

    def __init__(self, site: Site, seed: int) -> None:
        socket = f"unix://{site.installation.run}/supervisor.sock"
        transport = SupervisorTransport(None, None, socket)
        self.supervisor = xmlrpc.client.ServerProxy("http://localhost", transport=transport)
        self.random = random.Random(seed)
        self.killed: list[str] = []

    def process(self, program: str) -> int | None:
        """The id of the program's main process while it runs."""
        name = program.rpartition(":")[2]
        for info in self.supervisor.supervisor.getAllProcessInfo():  # type: ignore[union-attr]
            if info["name"] == name and info["statename"] == "RUNNING":
                return int(info["pid"])
        return None

    def kill(self, program: str) -> None:
        """SIGKILL to the program's main process, or to one of its children; nothing when it is down already."""
        pid = self.process(program)
        if pid is None:
            return
        children = Path(f"/proc/{pid}/task/{pid}/children")
        family = [pid]
        # Any backend that dies makes PostgreSQL start over; a granian worker is replaced by its master.
        with contextlib.suppress(OSError):
            family += [int(child) for child in children.read_text().split()]
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
