"""`make bench` and `make vitals`: the figures of benchmarks/run.py and benchmarks/vitals.py, against production's
arrangement on data of its own."""

import os
import shlex
import shutil
import socket
import subprocess
import sys

from deploy.cluster import Cluster
from deploy.installation import CHECKOUT, VENV_BIN, Installation, from_environment
from deploy.run import prepare
from deploy.serving import follow_parent, serving, wait_until_ready
from deploy.steps import Stop, end_group, plain_failures, step, stop_on_signals
from deploy.toolchain import TO_SERVE, TO_TEST, install_lighthouse, set_up

MODULES = {"bench": "benchmarks.run", "vitals": "benchmarks.vitals"}
RESULTS = {"bench": "figures.json", "vitals": "vitals.json"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(name: str) -> None:
    """Set up, serve a fresh demo city, run the benchmarks; exits with their status when they fail."""
    site = Installation(from_environment().data / "bench", port=free_port())
    with site.locked():
        set_up(TO_TEST if name == "vitals" else TO_SERVE)
        if name == "vitals":
            with step("lighthouse"):
                install_lighthouse()
        shutil.rmtree(site.data / "postgres", ignore_errors=True)
        site.make_folders()
        # The production settings and one more address, which asks for SELECT 1.
        env = site.environment() | {"DJANGO_SETTINGS_MODULE": "benchmarks.settings"}
        cluster = Cluster(site.data / "postgres", site.run)
        prepare(site, env, cluster)
        with serving(site, env, cluster) as supervisor:
            with step("servers"):
                wait_until_ready(site, supervisor)
            arguments = shlex.split(os.environ.get("ARGS", ""))
            command = [str(VENV_BIN / "python"), "-m", MODULES[name], *arguments]
            # Beside the settings, the benchmarks are told where the site, the database and their results are.
            results = site.data / RESULTS[name]
            env |= {"BASE_URL": site.address, "RUN_DIR": str(site.run), "RESULTS": str(results)}
            process = subprocess.Popen(command, env=env, cwd=CHECKOUT, process_group=0, text=True)
            try:
                status = process.wait()
            except BaseException:
                end_group(process)
                raise
    if status:
        raise SystemExit(status)


def main(name: str) -> None:
    follow_parent()
    stop_on_signals()
    try:
        with plain_failures(f"make {name}"):
            measure(name)
    except Stop:
        print(f"make {name}: stopped", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    os.chdir(CHECKOUT)
    main(sys.argv[1])
