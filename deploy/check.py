"""`make test`, `make lint`, `make proof`, `make fmt`, `make messages`: tools with a database of their own."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from deploy.catalogue import MAKE_MESSAGES
from deploy.cluster import Cluster
from deploy.installation import CHECKOUT, VENV_BIN, Installation, from_environment
from deploy.serving import follow_parent
from deploy.steps import (
    StepFailed,
    Stop,
    end_group,
    meanwhile,
    plain_failures,
    run_quietly,
    step,
    stop_on_signals,
)
from deploy.toolchain import FRONTEND, TO_SERVE, TO_TEST, catalogues, set_up

PYTHON = str(VENV_BIN / "python")
MOST_PROCESSES = 4
# The database that the test databases of all processes are copies of.
MIGRATED = "migrated"


def settings_names() -> set[str]:
    """The variables that .env.example explains."""
    text = (CHECKOUT / ".env.example").read_text()
    return set(re.findall(r"^#? ?([A-Z_]+)=", text, re.MULTILINE))


@contextmanager
def own_database(place: Installation) -> Iterator[dict[str, str]]:
    """A fresh throw-away cluster, and an environment that owes nothing to the caller's settings."""
    with place.locked():
        shutil.rmtree(place.data / "postgres", ignore_errors=True)
        place.make_folders()
        cluster = Cluster(place.data / "postgres", place.run, throw_away=True)
        with step("database"):
            cluster.make()
        with cluster.started(place.log / "postgres.log"):
            for name in ("hereabouts", MIGRATED):
                cluster.make_database(name)
            env = {name: value for name, value in place.environment().items() if name not in settings_names()}
            env |= place.secrets()
            env |= {
                "DATABASE_URL": place.database_url,
                # Races need as many connections as they have threads; sites that tests start have their own pool.
                "DATABASE_POOL": "0",
                "DEMO": "1",
                "SITE_URL": "http://testserver",
                "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
                "TRUSTED_PROXIES": "unix",
                "STATIC_ROOT": str(place.data / "static"),
                "MEDIA_ROOT": str(place.data / "media"),
            }
            yield env


def lint_commands() -> dict[str, list[Sequence[str | Path]]]:
    """Each check's name and its commands."""
    tool = {name: str(VENV_BIN / name) for name in ("ruff", "mypy", "lint-imports")}
    return {
        "style": [
            [tool["ruff"], "check", "-q", "--output-format=concise", "."],
            [tool["ruff"], "format", "--check", "-q", "."],
        ],
        "types": [[tool["mypy"]]],
        "layers": [[tool["lint-imports"]]],
        "migrations": [[PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"]],
        "API snapshot": [[PYTHON, "manage.py", "openapi", "--check"]],
        "translations": [
            *(["msgfmt", "--check", "-o", "/dev/null", source] for source in catalogues()),
            [PYTHON, "-m", "deploy.catalogue"],
        ],
        "front-end types": [["npm", "run", "--silent", "check", "--prefix", FRONTEND]],
        "sizes": [[PYTHON, "-m", "deploy.sizes"]],
    }


def lint(env: Mapping[str, str]) -> None:
    """Run every check, then show the output of those that failed; raises StepFailed when any did."""
    failures = []
    for name, commands in lint_commands().items():
        try:
            with step(name):
                for command in commands:
                    run_quietly(command, env=env, cwd=CHECKOUT)
        except StepFailed as failure:
            failures.append(str(failure))
    if failures:
        raise StepFailed("\n\n".join(failures))


def pytest(env: Mapping[str, str], *arguments: str) -> None:
    """Run pytest on the terminal, as it is; exits with its status when it fails."""
    more = shlex.split(os.environ.get("ARGS", ""))
    command = [PYTHON, "-m", "pytest", "--create-db", *arguments, *more]
    process = subprocess.Popen(command, env=dict(env), cwd=CHECKOUT, process_group=0, text=True)
    try:
        status = process.wait()
    except BaseException:
        end_group(process)
        raise
    if status:
        raise SystemExit(status)


def in_parallel() -> tuple[str, ...]:
    """pytest-xdist: a process per core, each with a database and a site of its own; a file stays in one process."""
    return "-n", str(min(os.cpu_count() or 1, MOST_PROCESSES)), "--dist", "loadfile"


def test(place: Installation) -> None:
    """Lint, then all tests; the long proofs among them run small. Or, when ARGS choose some, only those."""
    set_up(TO_TEST)
    with own_database(place) as env:
        if os.environ.get("ARGS"):
            static_files(env)
            pytest(env)
            return
        with migrating(env):
            lint(env)
            static_files(env)
        pytest({**env, "MIGRATED_DATABASE": MIGRATED}, *in_parallel())


def static_files(env: Mapping[str, str]) -> None:
    with step("static files"):
        run_quietly([PYTHON, "manage.py", "collectstatic", "--no-input"], env=env, cwd=CHECKOUT)


@contextmanager
def migrating(env: Mapping[str, str]) -> Iterator[None]:
    """Migrate a database beside the work inside: no process of the tests has to, then."""
    url = urlsplit(env["DATABASE_URL"])._replace(path=f"/{MIGRATED}").geturl()
    command = [PYTHON, "manage.py", "migrate", "--no-input", "-v", "0"]
    with ExitStack() as stack:
        stack.enter_context(meanwhile(command, env={**env, "DATABASE_URL": url}, cwd=CHECKOUT))
        yield
        with step("migrations"):
            stack.close()


def proof(place: Installation) -> None:
    """The long proofs at full size."""
    set_up(TO_TEST)
    with own_database(place) as env:
        pytest({**env, "PROOF": "full"}, "-m", "proof")


def only_lint(place: Installation) -> None:
    set_up(TO_SERVE)
    with own_database(place) as env:
        lint(env)


def fmt(place: Installation) -> None:
    set_up(TO_SERVE)
    with step("format"):
        run_quietly([VENV_BIN / "ruff", "check", "--fix-only", "-q", "."], cwd=CHECKOUT)
        run_quietly([VENV_BIN / "ruff", "format", "-q", "."], cwd=CHECKOUT)


def messages(place: Installation) -> None:
    """Bring the catalogue in step with the strings in the source; new ones are left for a translator."""
    set_up(TO_SERVE)
    with own_database(place) as env, step("messages"):
        run_quietly([PYTHON, "manage.py", *MAKE_MESSAGES], env=env, cwd=CHECKOUT)


COMMANDS = {"test": test, "lint": only_lint, "proof": proof, "fmt": fmt, "messages": messages}


def main(name: str) -> None:
    follow_parent()
    stop_on_signals()
    try:
        with plain_failures(f"make {name}"):
            COMMANDS[name](Installation(from_environment().data / "test"))
    except Stop:
        print(f"make {name}: stopped", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    os.chdir(CHECKOUT)
    main(sys.argv[1])
