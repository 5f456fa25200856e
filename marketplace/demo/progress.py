"""A progress bar for people who wait at a terminal; in a log, one line a step."""

import time
from typing import TextIO

WIDTH = 28


class Progress:
    """Shows which of `steps` is being done. Call `step("visits")` before each, `end("…")` last."""

    def __init__(self, out: TextIO, steps: int) -> None:
        self.out, self.steps, self.done = out, steps, 0
        self.started = time.monotonic()

    def step(self, what: str) -> None:
        """The next step begins."""
        self._show(what)
        self.done += 1

    def end(self, what: str) -> None:
        """Everything is done."""
        self.done = self.steps
        self._show(f"{what} ({time.monotonic() - self.started:.1f} s)")
        if self.out.isatty():
            self.out.write("\n")

    def _show(self, what: str) -> None:
        if not self.out.isatty():
            self.out.write(f"{what}\n")
            return
        filled = WIDTH * min(self.done, self.steps) // self.steps
        bar = "█" * filled + "░" * (WIDTH - filled)
        self.out.write(f"\r\x1b[2K{bar} {100 * min(self.done, self.steps) // self.steps:3} %  {what}")
        self.out.flush()
