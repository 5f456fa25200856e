"""The project's own PostgreSQL: made, started and stopped in a data folder, reached by one private socket."""

import functools
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.steps import Problem, end_group, run_quietly

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
UNPRIVILEGED = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
OPTIONS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",  # its compile time is longer than our queries
    "timezone": "UTC",
    # Statements, their parameters and "Key (email)=(…) already exists" are personal data: not for the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@functools.cache
def without_root() -> tuple[str, ...]:
    """The words before a command that take root away from it, as PostgreSQL demands; none for a normal user.

    A user namespace keeps the files root's own. Where the kernel or a container forbids one, the database
    runs as the `postgres` user of Debian's package.
    """
    if os.geteuid() != 0:
        return ()
    if subprocess.run([*UNPRIVILEGED, "true"], capture_output=True, check=False).returncode == 0:
        return UNPRIVILEGED
    return ("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups")


def in_namespace() -> bool:
    """Whether root is taken away by a user namespace, which suits every program and not just the database."""
    return without_root() == UNPRIVILEGED


def bound_to_us(command: list[str], sent: str = "TERM") -> list[str]:
    """The command, to get a signal when the process that starts it dies, however that happens."""
    return ["setpriv", "--pdeathsig", sent, *command]


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL cluster: the folder of its files and the folder of its socket."""

    files: Path
    socket: Path
    throw_away: bool = False

    def command(self) -> list[str]:
        """The server in the foreground, never as root, stopping fast when its parent dies."""
        options = {**OPTIONS, **(THROW_AWAY if self.throw_away else {})}
        options["unix_socket_directories"] = str(self.socket)
        flags = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        server = bound_to_us([str(PROGRAMS / "postgres"), "-D", str(self.files), *flags], "INT")
        return [*without_root(), *server]

    def make(self) -> None:
        """Create the cluster unless it exists. An attempt that was cut short leaves nothing that counts."""
        if self.files.exists():
            return
        fresh = self.files.with_name(self.files.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if without_root() and not in_namespace():
            self._give_to_postgres(fresh)
        make = [str(PROGRAMS / "initdb"), "-D", str(fresh), "-U", "hereabouts", "--auth=trust"]
        make += ["--encoding=UTF8", "--locale=C.UTF-8", *(["--no-sync"] if self.throw_away else [])]
        run_quietly([*without_root(), *make])
        fresh.rename(self.files)

    def _give_to_postgres(self, fresh: Path) -> None:
        """Without namespaces the postgres user must own the files and be able to reach them."""
        shutil.chown(fresh, "postgres", "postgres")
        shutil.chown(self.socket, "postgres", "postgres")
        self.files.parent.chmod(0o711)
        if subprocess.run([*without_root(), "test", "-x", str(fresh)], check=False).returncode:
            raise Problem(
                f"the database may not run as root, and the user postgres cannot reach {self.files.parent}: "
                "choose a folder that it can, such as DATA_DIR=/var/lib/hereabouts"
            )

    def is_ready(self) -> bool:
        ask = [str(PROGRAMS / "pg_isready"), "-q", "-h", str(self.socket), "-p", "5432", "-d", "postgres"]
        return subprocess.run(ask, check=False).returncode == 0

    @contextmanager
    def started(self, log: Path) -> Iterator[None]:
        """Run the server for as long as the block lasts; raises Problem when it does not come up in 60 s."""
        with log.open("ab") as output:
            server = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,
                text=True,
            )
        try:
            deadline = time.monotonic() + 60
            while not self.is_ready():
                if server.poll() is not None or time.monotonic() > deadline:
                    raise Problem(f"PostgreSQL did not start: see {log}")
                time.sleep(0.05)
            yield
        finally:
            server.send_signal(signal.SIGINT)  # "fast": roll back what is open, write a checkpoint, end
            try:
                server.wait(timeout=60)
            except subprocess.TimeoutExpired:
                end_group(server)

    def make_database(self, name: str) -> None:
        """Create the database unless it exists; the server must be running."""
        psql = [str(PROGRAMS / "psql"), "-X", "-At", "-h", str(self.socket), "-p", "5432", "-U", "hereabouts"]
        exists = f"SELECT 1 FROM pg_database WHERE datname = '{name}'"
        if not run_quietly([*psql, "-d", "postgres", "-c", exists]).strip():
            run_quietly([*psql, "-d", "postgres", "-c", f'CREATE DATABASE "{name}"'])
