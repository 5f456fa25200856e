"""A real `make run`, in a folder and on a port of its own, for the tests of set-up."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPMessage
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "HOME", "LANG", "SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], bool], *, seconds: float = 60) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


class Site:
    """One DATA_DIR; `make` runs a target in it, `start` serves it without the demo city."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.output = data.parent / "output.txt"
        self.process: subprocess.Popen[bytes] | None = None
        self.sessions: set[int] = set()

    def environment(self, **more: str) -> dict[str, str]:
        env = {name: os.environ[name] for name in KEPT if name in os.environ}
        return env | {"DATA_DIR": str(self.data), "PORT": str(self.port), "DEMO": "0"} | more

    def make(self, target: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", target],
            cwd=CHECKOUT,
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self, **more: str) -> None:
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                ["make", "run"],
                cwd=CHECKOUT,
                env=self.environment(**more),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        served = until(lambda: "Ctrl-C" in self.told() or self.ended(), seconds=120)
        assert served and not self.ended(), self.told()

    def told(self) -> str:
        return self.output.read_text()

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def runner(self) -> int:
        """The process id of deploy.run, which `make` started."""
        found = re.search(r"process (\d+)", (self.data / "run.lock").read_text())
        assert found
        return int(found[1])

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> None:
        if self.process and not self.ended():
            self.process.send_signal(sent)
            self.process.wait(timeout=60)

    def get(self, path: str, **headers: str) -> tuple[int, HTTPMessage, bytes]:
        return self.ask(path, None, **headers)

    def ask(self, path: str, body: bytes | None, **headers: str) -> tuple[int, HTTPMessage, bytes]:
        """GET without a body, POST with one; answers status, headers and body."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError):
            return self.get("/readyz")[0] == 200
        return False

    def processes(self) -> dict[int, str]:
        """The command of every process of this site.

        Known by DATA_DIR in the environment; nginx, granian and PostgreSQL write over theirs, and are known
        by the supervisor's session or by the folder that they work in.
        """
        mark = f"DATA_DIR={self.data}".encode()
        found, commands = set(), {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                pid = int(entry.name)
                commands[pid] = (entry / "cmdline").read_text().replace("\0", " ")
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.add(pid)
                    if "supervisord" in commands[pid]:
                        self.sessions.add(os.getsid(pid))
                if (entry / "cwd").readlink().is_relative_to(self.data):
                    found.add(pid)
        for pid in commands:
            with contextlib.suppress(OSError):
                if os.getsid(pid) in self.sessions:
                    found.add(pid)
        return {pid: commands[pid] for pid in found if commands[pid]}

    def main_process(self, part: str) -> int | None:
        """The process whose command holds `part` and whose parent is the supervisor, if there is one now."""
        every = self.processes()
        supervisors = [pid for pid, command in every.items() if "supervisord" in command]
        for pid, command in every.items():
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{pid}/status").read_text()
                if part in command and any(f"PPid:\t{parent}\n" in status for parent in supervisors):
                    return pid
        return None
