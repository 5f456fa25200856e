"""Serves in production what `make run` serves: settings from the environment, a database that others run.

usage: python3.11 -m deploy.production build    after an update: packages, front end, database, static files
       python3.11 -m deploy.production serve    in the foreground, for systemd (deploy/hereabouts.service)

HOST, PORT and DATA_DIR say where to listen and where logs and nginx's temporary files go.
"""

import os
import subprocess
import sys

from deploy.installation import CHECKOUT, VENV_BIN, from_environment
from deploy.serving import serving, wait_until_ready
from deploy.steps import Problem, StepFailed, Stop, plain_failures, step, stop_on_signals
from deploy.toolchain import set_up

NEEDED = ("SECRET_KEY", "DATABASE_URL", "STATIC_ROOT", "MEDIA_ROOT", "SITE_URL", "ALLOWED_HOSTS")


def environment() -> dict[str, str]:
    """The caller's environment; raises Problem when a setting that has no safe default is missing."""
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        raise Problem(f"set {', '.join(missing)} (see .env.example)")
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "marketplace.settings"}
    proxies = [part.strip() for part in env.get("TRUSTED_PROXIES", "").split(",") if part.strip()]
    env["TRUSTED_PROXIES"] = ",".join(dict.fromkeys(["unix", *proxies]))
    return env


def build() -> None:
    """Bring the checkout and the database to the state of the code; the site may be up meanwhile."""
    env = environment()
    set_up()
    command = [str(VENV_BIN / "python"), "-m", "deploy.prepare"]
    if subprocess.run(command, env=env, cwd=CHECKOUT, check=False).returncode:
        raise StepFailed("the database could not be prepared: the reason is above")


def serve() -> None:
    """Run nginx, the application, the socket server and the worker until told to stop."""
    env = environment()
    site = from_environment()
    with site.locked():
        site.refuse_taken_port()
        site.make_folders()
        with serving(site, env, None) as supervisor:
            with step("servers"):
                wait_until_ready(site, supervisor)
            supervisor.wait()
            raise Problem(f"the supervisor ended by itself: see {site.log}/supervisord.log")


def main(name: str) -> None:
    stop_on_signals()
    try:
        with plain_failures("hereabouts"):
            {"build": build, "serve": serve}[name]()
    except Stop:
        sys.exit(0)


if __name__ == "__main__":
    if sys.argv[1:] not in (["build"], ["serve"]):
        sys.exit(__doc__)
    os.chdir(CHECKOUT)
    main(sys.argv[1])
