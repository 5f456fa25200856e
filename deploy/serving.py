"""The programs behind one address, kept running by supervisord: nginx, granian, daphne, worker, database."""

import ctypes
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.cluster import Cluster, bound_to_us, in_namespace, without_root
from deploy.installation import CHECKOUT, VENV_BIN, Installation
from deploy.steps import Problem

TEMPLATES = Path(__file__).resolve().parent
START_TIMEOUT_S = 60


def fill_in(name: str, values: Mapping[str, object]) -> str:
    """A template of this folder with each `@{name}` replaced; KeyError when a value is missing."""
    text = (TEMPLATES / name).read_text()
    return re.sub(r"@\{([a-z_]+)\}", lambda found: str(values[found[1]]), text)


def open_files() -> int:
    """How many files and sockets each program may have open: plenty, within what the machine allows us."""
    return min(16_384, resource.getrlimit(resource.RLIMIT_NOFILE)[1])


def nginx_configuration(site: Installation, env: Mapping[str, str]) -> str:
    proxies = [part.strip() for part in env.get("TRUSTED_PROXIES", "").split(",") if part.strip()]
    proxies = [proxy for proxy in proxies if proxy != "unix"]  # the application's name for nginx itself
    host = f"[{site.host}]" if ":" in site.host else site.host
    return fill_in(
        "nginx.conf",
        {
            "connections": open_files() // 4,
            "listen": f"{host}:{site.port}",
            "log": site.log,
            "run": site.run,
            "set_real_ip_from": "\n".join(f"    set_real_ip_from {proxy};" for proxy in proxies),
            "static": env["STATIC_ROOT"],
            "temp": site.data / "nginx",
            "trusted": "\n".join(f"        {proxy} 1;" for proxy in proxies),
            "user": "user root;" if os.geteuid() == 0 and not in_namespace() else "",
        },
    )


def programs(site: Installation, cluster: Cluster | None) -> dict[str, tuple[int, str, list[str]]]:
    """Each program's priority, stop signal and command. `cluster` is given where the database is ours."""
    python = str(VENV_BIN / "python")
    # A killed granian leaves its socket, and does not start over one that is there.
    socket = str(site.run / "web.sock")
    granian = ["/bin/sh", "-c", 'rm -f "$0"; exec "$@"', socket]
    granian += [str(VENV_BIN / "granian"), "--interface", "wsgi", "--uds", socket]
    granian += ["--uds-permissions", "0o600", "--workers", "2", "--respawn-failed-workers"]
    # Four threads a worker, as many as its database connections, and no more requests taken on than threads:
    # the rest wait in a short queue where the other worker finds them.
    granian += ["--blocking-threads", "4", "--backpressure", "4", "--backlog", "128"]
    found = {
        "web": (20, "TERM", [*granian, "--no-ws", "--log-level", "warning", "marketplace.wsgi:application"]),
        "sockets": (20, "TERM", [python, "manage.py", "sockets", "--unix", str(site.run / "sockets.sock")]),
        "worker": (20, "TERM", [python, "manage.py", "worker"]),
        "nginx": (30, "QUIT", ["/usr/sbin/nginx", "-e", "stderr", "-c", str(site.run / "nginx.conf")]),
    }
    found = {name: (order, sent, bound_to_us(command)) for name, (order, sent, command) in found.items()}
    if cluster:
        found["postgres"] = (10, "INT", cluster.command())
    return found


def supervisor_configuration(site: Installation, cluster: Cluster | None) -> str:
    def quoted(command: list[str]) -> str:
        return shlex.join(command).replace("%", "%%")

    values = {"log": site.log, "run": site.run, "checkout": CHECKOUT, "files": open_files()}
    orphans = quoted(bound_to_us([sys.executable, "-m", "deploy.orphans"]))
    parts = [fill_in("supervisord.conf", {**values, "orphans": orphans})]
    for name, (priority, stopsignal, command) in programs(site, cluster).items():
        own = {"name": name, "priority": priority, "stopsignal": stopsignal, "command": quoted(command)}
        own["patience"] = 60 if name == "postgres" else 10  # seconds before it is killed
        parts.append(fill_in("program.conf", {**values, **own}))
    return "".join(parts)


def write_configuration(site: Installation, env: Mapping[str, str], cluster: Cluster | None) -> Path:
    """Write both configurations into the run folder; the supervisor's path is returned."""
    (site.run / "nginx.conf").write_text(nginx_configuration(site, env))
    path = site.run / "supervisord.conf"
    path.write_text(supervisor_configuration(site, cluster))
    return path


def supervisor_command(configuration: Path) -> list[str]:
    """supervisord in the foreground. Where namespaces allow, root is taken away here for all programs."""
    command = bound_to_us([str(VENV_BIN / "supervisord"), "-c", str(configuration)])
    return [*without_root(), *command] if in_namespace() else command


@contextmanager
def serving(
    site: Installation, env: Mapping[str, str], cluster: Cluster | None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run all programs for as long as the block lasts, then stop every one of them."""
    command = supervisor_command(write_configuration(site, env, cluster))
    # A session of its own: Ctrl-C reaches us alone, and at the end whatever is left of it can be found.
    supervisor = subprocess.Popen(command, env=dict(env), cwd=CHECKOUT, start_new_session=True)
    try:
        yield supervisor
    finally:
        supervisor.terminate()
        try:
            supervisor.wait(timeout=60)
        except subprocess.TimeoutExpired:
            supervisor.kill()
            supervisor.wait()
        end_session(supervisor.pid)


def end_session(session: int) -> None:
    """Kill what is left of a session, which is nothing unless the supervisor itself was killed."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if os.getsid(int(entry.name)) == session:
                os.kill(int(entry.name), signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def wait_until_ready(site: Installation, supervisor: subprocess.Popen[bytes]) -> None:
    """Return when the site answers through nginx and sockets are accepted; raises Problem after a minute."""
    deadline = time.monotonic() + START_TIMEOUT_S
    host = f"[{site.host}]" if ":" in site.host else site.host.replace("0.0.0.0", "127.0.0.1")
    ask = urllib.request.Request(
        f"http://{host}:{site.port}/readyz", headers={"Host": f"localhost:{site.port}"}
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    reason = ""
    while time.monotonic() < deadline and supervisor.poll() is None:
        try:
            with direct.open(ask, timeout=5):
                if (site.run / "sockets.sock").exists():
                    return
                reason = "the socket server is not up"
        except (urllib.error.URLError, OSError) as error:
            reason = str(error)
        time.sleep(0.2)
    raise Problem(
        f"the site did not come up ({reason}): see {site.log}/web.log, sockets.log and supervisord.log"
    )


def follow_parent() -> None:
    """Ask the kernel for SIGTERM when the process that started us (make) dies without a word."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1 is PR_SET_PDEATHSIG
