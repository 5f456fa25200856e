"""Brings what the project stands on up to date: Debian and Python packages, the front end, catalogues.

Each piece is stamped with a hash of its inputs, inside what it made, so that a later start only compares.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.installation import CHECKOUT
from deploy.steps import Problem, StepFailed, run_quietly, step

TO_SERVE = (
    "ca-certificates",
    "fonts-dejavu-core",
    "fonts-droid-fallback",
    "gettext",
    "git",
    "libharfbuzz-subset0",
    "libpango-1.0-0",
    "libpangoft2-1.0-0",
    "nginx",
    "postgresql-15",
    "postgresql-15-postgis-3",
    "python3-venv",
)
TO_TEST = (*TO_SERVE, "chromium", "redis-server")
INSTALLER = CHECKOUT / "deploy" / "install-packages.sh"
FRONTEND = CHECKOUT / "frontend"
VENV = CHECKOUT / ".venv"
UV = CHECKOUT / ".uv"


def set_up(packages: Iterable[str] = TO_SERVE) -> None:
    """Install and build whatever is missing or out of date, one step after the other."""
    with only_one():
        refuse_old_node()
        install_packages(packages)
        with step("python packages"):
            sync_python()
        with step("front end"):
            build_front_end()
        with step("catalogues"):
            compile_catalogues()


@contextmanager
def only_one() -> Iterator[None]:
    """Let `make test` wait while `make run` builds in the same checkout, and the other way round."""
    with (CHECKOUT / ".setup.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def refuse_old_node() -> None:
    """Raise Problem unless a Node.js that can build the front end, and npm, are on the PATH."""
    found = "none"
    if shutil.which("node") and shutil.which("npm"):
        found = subprocess.run(
            ["node", "--version"], capture_output=True, text=True, check=False
        ).stdout.strip()
        numbers = tuple(int(part) for part in re.findall(r"\d+", found)[:2])
        if (20, 19) <= numbers < (21, 0) or numbers >= (22, 12):
            return
    raise Problem(
        f"Node.js 20 (20.19 or later, or 22.12 or later) with npm is needed, found: {found}. "
        "Install it, put it on the PATH and try again."
    )


def missing_packages(packages: Iterable[str]) -> list[str]:
    wanted = list(packages)
    if not shutil.which("dpkg-query"):
        raise Problem(
            f"set-up is for Debian 12, with its packages {' '.join(wanted)}: see docs/operations.md"
        )
    query = ["dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\n", *wanted]
    lines = subprocess.run(query, capture_output=True, text=True, check=False).stdout.splitlines()
    return [name for name in wanted if f"{name} installed" not in lines]


def install_packages(packages: Iterable[str]) -> None:
    """Install the Debian packages that are missing, as root or through sudo; Problem without either."""
    missing = missing_packages(packages)
    if not missing:
        with step("packages"):
            return
    by_hand = f"bash {INSTALLER} {' '.join(missing)}"
    command = ["bash", str(INSTALLER), *missing]
    if os.geteuid() == 0:
        with step("packages"):
            run_quietly(command, let_finish=True)
        return
    refused = Problem(f"Debian packages are missing. As root run: {by_hand}")
    if not shutil.which("sudo"):
        raise refused
    if subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode:
        if not sys.stdin.isatty():
            raise refused
        print(f"  sudo asks for your password, to install Debian packages: {' '.join(missing)}")
        if subprocess.run(["sudo", "-v"], check=False).returncode:
            raise refused
    with step("packages"):
        try:
            run_quietly(["sudo", "-n", *command], let_finish=True)
        except StepFailed as failure:
            if "sudo:" in str(failure):
                raise refused from None
            raise


def digest_of(*parts: str | Path) -> str:
    """A hash over texts and over the names and contents of files; folders count with all below them."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(part.encode())
            continue
        for path in sorted(part.rglob("*")) if part.is_dir() else [part]:
            if path.is_file():
                digest.update(str(path.relative_to(CHECKOUT)).encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_current(stamp: Path, digest: str) -> bool:
    return stamp.exists() and stamp.read_text() == digest


def sync_python() -> None:
    """Make .venv hold exactly what requirements.lock lists, checked against its hashes."""
    lock, stamp = CHECKOUT / "requirements.lock", VENV / ".stamp"
    # The checkout's place counts: the programs in a venv name it in their first line.
    digest = digest_of(sys.version, str(CHECKOUT), lock)
    if is_current(stamp, digest):
        return
    uv = ensure_uv()
    if stamp.exists() or not (VENV / "bin" / "python").exists():
        stamp.unlink(missing_ok=True)
        run_quietly([uv, "venv", "-q", "--clear", "--python", sys.executable, VENV])
    env = {**os.environ, "VIRTUAL_ENV": str(VENV), **index_for_uv()}
    run_quietly([uv, "pip", "sync", "-q", "--require-hashes", lock], env=env, cwd=CHECKOUT)
    stamp.write_text(digest)


def ensure_uv() -> Path:
    """The pinned uv, in a venv of its own."""
    pin, stamp = CHECKOUT / "deploy" / "uv.txt", UV / ".stamp"
    digest = digest_of(sys.version, str(CHECKOUT), pin)
    if not is_current(stamp, digest):
        shutil.rmtree(UV, ignore_errors=True)
        run_quietly([sys.executable, "-m", "venv", UV])
        pip: list[str | Path] = [
            UV / "bin" / "python",
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
        ]
        run_quietly([*pip, "--only-binary=:all:", "--require-hashes", "-r", pin])
        stamp.write_text(digest)
    return UV / "bin" / "uv"


def index_for_uv() -> dict[str, str]:
    """uv does not read pip's settings: where only pip was told of another package index, tell uv as well."""
    told = any(name in os.environ for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_CONFIG_FILE"))
    files = (Path("/etc/uv/uv.toml"), Path.home() / ".config" / "uv" / "uv.toml")
    if told or any(file.exists() for file in files):
        return {}
    settings = run_quietly([UV / "bin" / "python", "-m", "pip", "config", "list"])
    found = dict(re.findall(r"^(:env:|global|install)\.index-url='(.*)'$", settings, re.MULTILINE))
    url = found.get(":env:") or found.get("install") or found.get("global")
    return {"UV_DEFAULT_INDEX": url} if url else {}


def install_npm_packages(folder: Path) -> None:
    """Make its node_modules hold what its lock file lists."""
    locked = digest_of(folder / "package-lock.json", os.uname().machine)
    stamp = folder / "node_modules" / ".stamp"
    if not is_current(stamp, locked):
        run_quietly(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder)
        stamp.write_text(locked)


def install_lighthouse() -> None:
    """What judges pages for `make vitals`, apart from what the site is built of."""
    install_npm_packages(CHECKOUT / "benchmarks" / "lighthouse")


def build_front_end() -> None:
    """Install the locked npm packages and build frontend/dist."""
    built = FRONTEND / "dist"
    install_npm_packages(FRONTEND)
    single = ("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
    inputs = digest_of(*(FRONTEND / name for name in single), FRONTEND / "src", FRONTEND / "public")
    if not is_current(built / ".stamp", inputs):
        if "build" not in json.loads((FRONTEND / "package.json").read_text())["scripts"]:
            raise Problem("frontend/package.json has no build script")
        run_quietly(["npm", "run", "--silent", "build"], cwd=FRONTEND)
        (built / ".stamp").write_text(inputs)


def catalogues() -> list[Path]:
    return sorted(CHECKOUT.glob("*/locale/*/LC_MESSAGES/*.po"))


def compile_catalogues() -> None:
    """Compile each gettext catalogue that is newer than its compiled form."""
    for source in catalogues():
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            fresh = compiled.with_suffix(".mo.new")
            run_quietly(["msgfmt", "--check-format", "-o", fresh, source])
            fresh.replace(compiled)
