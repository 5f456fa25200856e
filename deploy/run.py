"""`make run`: set everything up, serve until Ctrl-C, stop everything."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping

from deploy.cluster import Cluster
from deploy.installation import CHECKOUT, VENV_BIN, Installation, from_environment
from deploy.serving import follow_parent, serving, wait_until_ready
from deploy.steps import Problem, StepFailed, Stop, end_group, plain_failures, step, stop_on_signals
from deploy.toolchain import set_up


def prepare(site: Installation, env: Mapping[str, str], cluster: Cluster) -> None:
    """Make the database, migrate it, collect static files, load the demo, the cluster being up."""
    with step("database"):
        cluster.make()
    with cluster.started(site.log / "postgres.log"):
        cluster.make_database("hereabouts")
        command = [str(VENV_BIN / "python"), "-m", "deploy.prepare"]
        if env["DEMO"] not in ("", "0", "false", "no", "off"):
            command += ["--demo", str(site.data / "signins.txt")]
        # Not quietly: it tells its own steps, and shows the demo's progress.
        process = subprocess.Popen(command, env=dict(env), cwd=CHECKOUT, process_group=0, text=True)
        try:
            failed = process.wait()
        except BaseException:
            end_group(process)
            raise
        if failed:
            raise StepFailed("the database could not be prepared: the reason is above")


def tell(site: Installation, env: Mapping[str, str], seconds: float) -> None:
    print(f"\nHereabouts is up after {seconds:.0f} s: {env['SITE_URL']}\n")
    signins = site.data / "signins.txt"
    if signins.exists():
        print(signins.read_text().rstrip() + "\n")
    print(f"Logs are in {site.log}. Ctrl-C stops everything.", flush=True)


def run() -> None:
    """Set up, serve, wait. Ends by a signal (Stop) or with Problem when the supervisor is lost."""
    started = time.monotonic()
    site = from_environment()
    with site.locked():
        site.refuse_taken_port()
        set_up()
        site.make_folders()
        env = site.environment()
        cluster = Cluster(site.data / "postgres", site.run)
        prepare(site, env, cluster)
        try:
            with serving(site, env, cluster) as supervisor:
                with step("servers"):
                    wait_until_ready(site, supervisor)
                tell(site, env, time.monotonic() - started)
                supervisor.wait()
                raise Problem(f"the supervisor ended by itself: see {site.log}/supervisord.log")
        except Stop:
            print("\nEverything is stopped.", flush=True)
            raise


def main() -> None:
    follow_parent()
    stop_on_signals()
    try:
        with plain_failures("make run"):
            run()
    except Stop:
        sys.exit(0)


if __name__ == "__main__":
    os.chdir(CHECKOUT)
    main()
