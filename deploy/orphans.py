"""A supervisor event listener: when a program's main process has ended, end the rest of its process group.

nginx workers outlive a killed master and keep the port; granian workers outlive theirs and keep connections.
The supervisor gives each program a process group of its own, named by the main process's id.
"""

import contextlib
import os
import signal
import sys


def listen() -> None:
    """Speak the supervisor's listener protocol on standard input and output until it ends."""
    while True:
        sys.stdout.write("READY\n")
        sys.stdout.flush()
        header = sys.stdin.readline()
        if not header:
            return
        size = int(dict(pair.split(":", 1) for pair in header.split())["len"])
        payload = dict(pair.split(":", 1) for pair in sys.stdin.read(size).split())
        with contextlib.suppress(ProcessLookupError):
            os.killpg(int(payload["pid"]), signal.SIGKILL)
        sys.stdout.write("RESULT 2\nOK")
        sys.stdout.flush()


if __name__ == "__main__":
    listen()
