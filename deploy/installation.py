"""Where one installation keeps its things, its settings, and the lock that lets it run once at a time."""

import base64
import fcntl
import hashlib
import os
import secrets
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from deploy.steps import Problem

CHECKOUT = Path(__file__).resolve().parent.parent
VENV_BIN = CHECKOUT / ".venv" / "bin"
FOLDERS = ("log", "media", "nginx", "static")
CREATED = (*FOLDERS, "bench", "env", "env.new", "postgres", "postgres.new", "signins.txt", "test")
"""All that an installation writes into its data folder, locks aside, and so all that a reset removes."""


# The order of the curve P-256: a private key is a number below it.
_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _push_key() -> str:
    number = 1 + secrets.randbelow(_P256 - 1)
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("=")


# The keys that an installation makes for itself.
SECRETS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "FIELD_KEYS": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "SANDBOX_SECRET": lambda: secrets.token_urlsafe(32),
    "PUSH_KEYS": _push_key,
}


@dataclass(frozen=True)
class Installation:
    """One folder of data, served at one address."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000

    @property
    def log(self) -> Path:
        return self.data / "log"

    @property
    def run(self) -> Path:
        """The folder for sockets and process ids: short, since a socket's path has at most 107 bytes."""
        own = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nowhere")
        base = own if own.is_dir() and own.stat().st_uid == os.getuid() else Path("/tmp")
        return base / f"hereabouts-{os.getuid()}-{hashlib.sha256(str(self.data).encode()).hexdigest()[:12]}"

    @property
    def address(self) -> str:
        shown = "localhost" if self.host in ("127.0.0.1", "0.0.0.0", "::1", "::") else self.host
        return f"http://{shown}:{self.port}"

    @property
    def database_url(self) -> str:
        return f"postgresql://hereabouts@/hereabouts?host={quote(str(self.run), safe='')}"

    def make_folders(self) -> None:
        """Make the data folder and a fresh run folder, readable by their owner only. Hold the lock first."""
        for folder in (self.data, *(self.data / name for name in FOLDERS)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(self.run, ignore_errors=True)  # under the lock: only a killed run can have left it
        try:
            self.run.mkdir(mode=0o700)
        except FileExistsError:
            raise Problem(f"{self.run} belongs to somebody else: have it removed") from None

    def environment(self) -> dict[str, str]:
        """The environment for the programs: the caller's own, with what `make run` decides on top.

        The database, keys and folders are always the installation's. Anything else that .env.example lists
        can be set by the caller (`HOLD_MINUTES=5 make run`).
        """
        left_out = ("PG", "MAKE", "MFLAGS")  # libpq would read the first
        env = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
        env.pop("PYTHONDONTWRITEBYTECODE", None)  # without compiled files every start takes seconds longer
        env.setdefault("DEMO", "1")
        env.setdefault("SITE_URL", self.address)
        # The application's peer is nginx, over a socket that nobody else can reach.
        env["TRUSTED_PROXIES"] = ",".join(filter(None, ("unix", env.get("TRUSTED_PROXIES"))))
        if self.host not in ("127.0.0.1", "::1"):
            env.setdefault("ALLOWED_HOSTS", f"localhost,127.0.0.1,[::1],{self.host}")
        env.update(self.secrets())
        env["DATABASE_URL"] = self.database_url
        env["STATIC_ROOT"] = str(self.data / "static")
        env["MEDIA_ROOT"] = str(self.data / "media")
        env["DJANGO_SETTINGS_MODULE"] = "marketplace.settings"
        return env

    def secrets(self) -> dict[str, str]:
        """The installation's own keys, made when they are first asked for and kept in the data folder."""
        path = self.data / "env"
        kept = {}
        if path.exists():
            kept = dict(line.split("=", 1) for line in path.read_text().splitlines() if line)
        # A key that came into use since it was first set up is added.
        fresh = {name: make() for name, make in SECRETS.items() if name not in kept}
        if fresh:
            kept |= fresh
            written = path.with_suffix(".new")
            written.unlink(missing_ok=True)
            written.touch(mode=0o600, exist_ok=False)
            written.write_text("".join(f"{name}={value}\n" for name, value in kept.items()))
            written.rename(path)
        return kept

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the data folder for one command; raises Problem when another process holds it."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.data / "run.lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "starting"
                raise Problem(f"already running in {self.data} ({holder})") from None
            file.truncate(0)
            file.write(f"process {os.getpid()}, {self.address}")
            file.flush()
            try:
                yield
            finally:
                file.truncate(0)
                shutil.rmtree(self.run, ignore_errors=True)

    def refuse_taken_port(self) -> None:
        """Raise Problem unless our web server will be able to listen at the address."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise Problem(
                    f"port {self.port} on {self.host} cannot be used ({error.strerror}): try PORT=8001"
                ) from None


def from_environment() -> Installation:
    """The installation that DATA_DIR, HOST and PORT name; raises Problem for a value that cannot be one."""
    data = Path(os.environ.get("DATA_DIR") or CHECKOUT / ".data").expanduser().absolute()
    if set(str(data)) & set("\"'\\$@%#;{}\n"):
        raise Problem(f"DATA_DIR={data}: choose a path without quotes and signs such as $ @ % # ;")
    port = os.environ.get("PORT") or "8000"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise Problem(f"PORT={port}: a number from 1 to 65535 is needed")
    return Installation(data=data, host=os.environ.get("HOST") or "127.0.0.1", port=int(port))
