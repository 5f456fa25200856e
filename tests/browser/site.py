"""The whole site as production serves it, on a copy of the test database: for tests that go through its front door.

nginx, granian, daphne and the worker run under the supervisor. The database is a copy, so that the worker hears of
nothing that other tests do, and what is committed here stays for the whole session.
"""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import dj_database_url
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.utils import ConnectionHandler
from django.test import override_settings

from deploy import toolchain
from deploy.cluster import PROGRAMS, Cluster
from deploy.installation import CHECKOUT, Installation
from deploy.serving import serving, wait_until_ready

T = TypeVar("T")


@dataclass
class Site:
    """A running site: its address, its folders, and its database."""

    installation: Installation
    database_url: str
    unblock: Callable[[], Any]
    # Django refuses to query in the thread of Playwright's event loop, and that thread stays with the test database.
    desk: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))

    @property
    def url(self) -> str:
        return self.installation.address

    def orm(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """What `work` answers when it is run on the site's own database."""

        def run() -> T:
            with self.unblock():
                try:
                    return work(*args, **kwargs)
                finally:
                    connection.close()  # the database may be killed before the next time

        return self.desk.submit(run).result()

    def sit_down(self) -> None:
        """Give the desk's thread a connection to the site's database."""
        engine = "django.contrib.gis.db.backends.postgis"
        database = dj_database_url.parse(self.database_url, engine=engine)

        def connect() -> None:
            connections["default"] = ConnectionHandler({"default": database})["default"]

        self.desk.submit(connect).result()


@contextmanager
def running_site(
    installation: Installation,
    database_url: str,
    unblock: Callable[[], Any],
    *,
    cluster: Cluster | None = None,
    fill: Callable[[], None] = lambda: None,
    **more: str,
) -> Iterator[Site]:
    """Serve `database_url` until the block ends.

    `cluster` is given where the supervisor runs the database, too; `fill` is called before anything is served.
    """
    static = installation.data / "static"
    env = installation.environment() | {
        "DATABASE_URL": database_url,
        "DATABASE_POOL": "4",
        # What the tests encrypt the site can read, and the other way round.
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_KEYS": ",".join(settings.FIELD_KEYS),
        "SANDBOX_SECRET": settings.SANDBOX_SECRET,
        "STATIC_ROOT": str(static),
        "SITE_URL": installation.address,
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "TRUSTED_PROXIES": "unix",
        "DEMO": "1",
        "DEBUG": "0",
        "EMAIL_URL": "mailbox:",
        "HOLDS_PER_ADDRESS": "0",
        "SANDBOX_WEBHOOK_URL": "",
        "LOG_LEVEL": "WARNING",
        **more,
    }
    site = Site(installation, database_url, unblock)
    with installation.locked():
        installation.make_folders()
        build_static_files(static)
        fill()
        with serving(installation, env, cluster) as supervisor:
            wait_until_ready(installation, supervisor)
            site.sit_down()
            try:
                yield site
            finally:
                site.desk.shutdown()


def build_static_files(target: Path) -> None:
    """The built front end and the apps' files."""
    with toolchain.only_one():
        toolchain.build_front_end()
    with override_settings(STATIC_ROOT=target, STATICFILES_DIRS=[toolchain.FRONTEND / "dist"]):
        call_command("collectstatic", interactive=False, verbosity=0)


def database_of_tests() -> str:
    """The URL of the test database; call it unblocked. pytest-django makes it only when a chosen test is marked."""
    url = urlsplit(os.environ["DATABASE_URL"])
    if connection.settings_dict["NAME"] == unquote(url.path.removeprefix("/")):
        connection.creation.create_test_db(verbosity=0, autoclobber=True, keepdb=True)
        connection.close()
    return url._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def copy_database(source: str, target: str, *, make: bool = True) -> None:
    """Copy a database (URLs) while others use it; `target` is made anew unless `make` is false."""
    where = urlsplit(target)
    if make:
        name = where.path.removeprefix("/")
        server = where._replace(path="/postgres").geturl()
        for statement in (f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"'):
            _run("psql", "-X", "-q", "-d", server, "-c", statement)
    dump = _run("pg_dump", "--no-owner", "-d", source)
    _run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", target, given=dump)


# The queue's own tables stay: its worker is at work. Numbers are not given twice, so that what a site remembers of what
# is gone is not taken for what came after.
_STAYS = ("procrastinate_*", "django_migrations", "spatial_ref_sys")
_EMPTY = """
DO $$ BEGIN
  EXECUTE (SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'
           AND tablename NOT LIKE 'procrastinate%' AND tablename NOT IN ('django_migrations', 'spatial_ref_sys'));
END $$;
"""


def rows_of(url: str) -> bytes:
    """Every row of a database (URL), to be put back by `put_back`."""
    stays = [f"--exclude-table={pattern}" for pattern in _STAYS]
    dump = _run("pg_dump", "--data-only", "--disable-triggers", *stays, "-d", url)
    return b"\n".join(line for line in dump.split(b"\n") if b"pg_catalog.setval(" not in line)


def put_back(url: str, rows: bytes) -> None:
    """Let a database hold these rows and no others, while it is in use."""
    psql = ("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction", "-d", url)
    _run(*psql, given=_EMPTY.encode() + rows)


def drop_database(url: str) -> None:
    where = urlsplit(url)
    name = where.path.removeprefix("/")
    _run(
        *("psql", "-X", "-q", "-d", where._replace(path="/postgres").geturl()),
        *("-c", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'),
    )


def _run(program: str, *arguments: str, given: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
    done = subprocess.run(
        [str(PROGRAMS / program), *arguments],
        input=given,
        capture_output=True,
        check=False,
        cwd=CHECKOUT,
        env=env,
    )
    if done.returncode:
        pytest.fail(f"{program}: {done.stderr.decode()}")
    return done.stdout
