"""`make run` serves as in production, brings killed programs back, and leaves nothing behind when it ends."""

import json
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.installation import Installation
from tests.setup.site import Site, until


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("site") / "data")
    site.start()
    yield site
    site.stop()


def test_it_tells_its_steps_and_its_address(site: Site) -> None:
    steps = [line.split()[0] for line in site.told().splitlines() if " ok " in line]

    assert steps[0] == "packages"
    assert steps[-1] == "servers"
    assert f"http://localhost:{site.port}" in site.told()


def test_health_is_answered_through_the_proxy(site: Site) -> None:
    status, headers, body = site.get("/healthz")

    assert (status, headers["Server"]) == (200, "nginx")
    assert b"alive" in body


def test_static_files_come_from_nginx_and_only_hashed_names_are_kept_for_good(site: Site) -> None:
    hashed = next((site.data / "static").rglob("*-????????.css"))
    plain = site.data / "static" / "admin" / "css" / "base.css"

    kept = site.get(f"/static/{hashed.relative_to(site.data / 'static')}")[1]
    asked_again = site.get(f"/static/{plain.relative_to(site.data / 'static')}")[1]

    assert kept["Cache-Control"] == "public, max-age=31536000, immutable"
    assert asked_again["Cache-Control"] == "public, max-age=3600"


def test_uploads_are_not_served(site: Site) -> None:
    (site.data / "media" / "secret.txt").write_text("private")

    assert site.get("/media/secret.txt")[0] == 404


def test_what_the_proxy_refuses_under_the_api_has_the_form_of_our_refusals(site: Site) -> None:
    status, headers, body = site.ask("/api/v1/slots", b"x" * 10_500_000)

    assert (status, headers["Content-Type"]) == (413, "application/problem+json")
    assert json.loads(body)["code"] == "body_too_large"


def test_while_the_application_restarts_the_proxy_says_so(site: Site) -> None:
    socket_file = Installation(site.data).run / "web.sock"
    away = socket_file.rename(socket_file.with_suffix(".away"))

    status, headers, body = site.get("/api/v1/categories")
    page = site.get("/")

    away.rename(socket_file)
    assert (status, headers["Content-Type"]) == (503, "application/problem+json")
    assert (json.loads(body)["code"], headers["Retry-After"]) == ("restarting", "2")
    assert (page[0], page[1]["Retry-After"]) == (503, "2")
    assert until(site.is_ready, seconds=10)  # the health page may still be answered as above for a moment


def test_the_access_log_holds_no_query_no_secret_and_no_address(site: Site) -> None:
    secret = "s3cr3t-capability-in-a-link-0123456789"

    site.get(f"/nowhere/{secret}/x?lat=60.17&email=helmi@demo.example", **{"User-Agent": "tell-tale"})

    log = site.data / "log" / "access.log"
    assert until(lambda: "/nowhere/-/x 404" in log.read_text(), seconds=5)
    for hidden in (secret, "60.17", "helmi", "tell-tale", "127.0.0.1"):
        assert hidden not in log.read_text()


def test_sockets_are_upgraded_by_the_socket_server(site: Site) -> None:
    asked = (
        f"GET /ws/outlets/nowhere/slots HTTP/1.1\r\nHost: localhost:{site.port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Origin: http://localhost:{site.port}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )

    def answered() -> bool:
        with socket.create_connection(("127.0.0.1", site.port), timeout=10) as connection:
            connection.sendall(asked.encode())
            first = connection.recv(4096).decode("latin-1").splitlines()[0]
        # Accepted and then closed with a code, or refused: both are daphne's answer, not the proxy's 5xx.
        return first.split()[1] in ("101", "403", "404")

    # Not at once: another test may just have killed it.
    assert until(answered, seconds=30)


def test_nothing_listens_beyond_this_machine(site: Site) -> None:
    inodes = set()
    for pid in site.processes():
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            try:
                target = str(handle.readlink())
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    listening = [
        line.split()[1].split(":")[0]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[9] in inodes
    ]

    assert listening == ["0100007F"]  # 127.0.0.1, once: nginx


def test_data_and_keys_are_readable_by_their_owner_only(site: Site) -> None:
    assert (site.data / "env").stat().st_mode & 0o777 == 0o600
    assert (site.data / "postgres").stat().st_mode & 0o777 == 0o700


def test_a_second_run_in_the_same_folder_says_so_in_one_line(site: Site) -> None:
    again = site.make("run")

    assert again.returncode != 0
    assert again.stdout == ""
    assert again.stderr.splitlines()[0].startswith(f"make run: already running in {site.data} (process ")


def test_reset_refuses_while_the_site_is_served(site: Site) -> None:
    refused = site.make("reset")

    assert refused.returncode != 0
    assert "already running" in refused.stderr
    assert (site.data / "postgres").exists()
    assert until(site.is_ready)


def test_a_taken_port_is_told_in_one_line(site: Site, tmp_path: Path) -> None:
    other = Site(tmp_path / "data")
    other.port = site.port

    refused = other.make("run")

    assert refused.returncode != 0
    told = f"make run: port {site.port} on 127.0.0.1 cannot be used (Address already in use): try PORT=8001"
    assert refused.stderr.splitlines()[0] == told


@pytest.mark.parametrize(
    "program", ["nginx: master", "granian", "postgres -D", "manage.py sockets", "manage.py worker"]
)
def test_a_killed_program_comes_back(site: Site, program: str) -> None:
    # Not at once: the database may just have been killed, and what lost it is then still being started again.
    assert until(lambda: site.main_process(program) is not None, seconds=30)
    killed = site.main_process(program)
    assert killed

    os.kill(killed, signal.SIGKILL)

    assert until(lambda: site.main_process(program) not in (None, killed), seconds=30)
    assert until(site.is_ready, seconds=30)


def test_nothing_is_left_when_it_is_killed_or_the_terminal_closes(site: Site, tmp_path: Path) -> None:
    assert len(site.processes()) > 8

    os.kill(site.runner(), signal.SIGKILL)

    assert until(lambda: site.ended() and site.processes() == {}, seconds=60), site.processes()

    site.start()  # what the killed one left does not stand in the way
    assert site.is_ready()
    assert site.process

    os.killpg(site.process.pid, signal.SIGHUP)  # what a closing terminal sends

    assert until(site.ended, seconds=60)
    assert "Everything is stopped." in site.told()
    assert site.processes() == {}
    assert not Installation(site.data).run.exists()

    copy = Site(tmp_path / "data")
    shutil.copytree(site.data, copy.data)
    assert copy.make("reset").returncode == 0
    assert [path.name for path in copy.data.iterdir()] == ["run.lock"]
    site.start()  # for the other tests
