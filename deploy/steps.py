"""Steps with their times on the terminal: quiet while all is well, the whole output of what fails."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType


class Problem(Exception):
    """Something the person at the terminal can mend; its message is one clear line."""


class StepFailed(Exception):
    """A command of a step failed; its output has been shown."""


class Stop(BaseException):
    """A signal asked to stop. Not an Exception, so that nothing on the way up swallows it."""


def beginning(name: str) -> str:
    return f"  {name} {'.' * (18 - len(name))} "


def ending(started: float) -> str:
    return f"ok {time.monotonic() - started:.1f} s"


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print one line for the work inside: its name, then how it went and the seconds it took."""
    print(beginning(name), end="", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException as error:
        print("stopped" if isinstance(error, Stop) else "failed", flush=True)
        raise
    print(ending(started), flush=True)


def run_quietly(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    let_finish: bool = False,
) -> str:
    """Run a command and return its output. Its process group ends with us.

    With `let_finish` it is only asked to stop, and waited for: half-installed packages would be worse.
    Raises StepFailed, carrying the output, when it exits non-zero.
    """
    process = subprocess.Popen(
        command,
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        process_group=0,
    )
    try:
        output, _ = process.communicate()
    except BaseException:
        if let_finish:
            with suppress(ProcessLookupError, PermissionError):  # the latter when it runs under sudo
                os.killpg(process.pid, signal.SIGINT)
            process.communicate()
        else:
            end_group(process)
        raise
    if process.returncode:
        raise _failure(command, process.returncode, output)
    return output


@contextmanager
def meanwhile(command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path) -> Iterator[None]:
    """Run a command beside the work inside, and wait for it after that. Its process group ends with us.

    Raises StepFailed, carrying its output, when it exits non-zero.
    """
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        process = subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )
        try:
            yield
            process.wait()
        except BaseException:
            end_group(process)
            raise
        if process.returncode:
            output.seek(0)
            raise _failure(command, process.returncode, output.read())


def _failure(command: Sequence[str | Path], status: int, output: str) -> StepFailed:
    words = " ".join(str(word) for word in command)
    return StepFailed(f"{words}\n(exit status {status})\n{output}".rstrip())


def end_group(process: subprocess.Popen[str]) -> None:
    """Ask a process group to end; after five seconds end it."""
    for asked in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, asked)
            process.wait(timeout=5)
        except ProcessLookupError:
            process.wait()
            return
        except subprocess.TimeoutExpired:
            continue


def stop_on_signals() -> None:
    """Let Ctrl-C, SIGTERM and a closing terminal raise Stop once; while stopping, more change nothing.

    Under nohup a closing terminal stays without effect.
    """

    def raise_stop(number: int, frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise Stop(number)

    signal.signal(signal.SIGINT, raise_stop)
    signal.signal(signal.SIGTERM, raise_stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, raise_stop)


@contextmanager
def plain_failures(command: str) -> Iterator[None]:
    """Turn what a person can mend into one line, and a failed step into its output; exit 1 in both cases."""
    try:
        yield
    except Problem as problem:
        print(f"{command}: {problem}", file=sys.stderr)
        raise SystemExit(1) from None
    except StepFailed as failure:
        print(f"\n{failure}", file=sys.stderr)
        raise SystemExit(1) from None
