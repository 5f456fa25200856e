"""The package installer: services stay off while it works; then the machine's own settings come back."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "install-packages.sh"
POLICY = "usr/sbin/policy-rc.d"
FRAGMENT = "etc/postgresql-common/createcluster.d/hereabouts.conf"


class Machine:
    """A folder that stands for a machine's root, and an apt-get that notes what it is asked and sees."""

    def __init__(self, folder: Path, *, apt: str = "") -> None:
        self.root = folder / "root"
        self.root.mkdir(exist_ok=True)
        self.tools = folder / "tools"
        self.tools.mkdir(exist_ok=True)
        self.asked = folder / "asked"
        self.asked.touch()
        self.tool(
            "apt-get",
            f'echo "$@" >> "{self.asked}"\n"$INSTALL_ROOT/{POLICY}"\necho "policy $?" >> "{self.asked}"\n'
            f'cat "$INSTALL_ROOT/{FRAGMENT}" >> "{self.asked}"\n{apt}',
        )
        self.tool("dpkg-query", "exit 1")

    def tool(self, name: str, body: str) -> None:
        path = self.tools / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def put(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    def start(self, *packages: str) -> subprocess.Popen[bytes]:
        env = {"PATH": f"{self.tools}:{os.environ['PATH']}", "INSTALL_ROOT": str(self.root)}
        return subprocess.Popen(["bash", SCRIPT, *packages], env=env, stderr=subprocess.DEVNULL)

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file())


def test_packages_are_installed_while_a_policy_forbids_services_and_a_main_cluster(tmp_path: Path) -> None:
    machine = Machine(tmp_path)

    assert machine.start("nginx", "gettext").wait() == 0

    install = "-q install -y --no-install-recommends -o DPkg::Lock::Timeout=120 nginx gettext"
    forbidden = ["policy 101", "create_main_cluster = false"]
    assert machine.asked.read_text().splitlines() == ["-q update", *forbidden, install, *forbidden]
    assert machine.files() == []


def test_a_machines_own_policy_comes_back_as_it_was(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    policy = machine.put(POLICY, "#!/bin/sh\nexit 0 # the machine's own\n")

    assert machine.start("nginx").wait() == 0

    assert policy.read_text() == "#!/bin/sh\nexit 0 # the machine's own\n"
    assert policy.stat().st_mode & 0o777 == 0o755
    assert machine.files() == [POLICY]


def test_settings_come_back_when_the_installation_fails(tmp_path: Path) -> None:
    machine = Machine(tmp_path, apt="exit 100")
    machine.put(POLICY, "own")

    assert machine.start("nginx").wait() == 100

    assert machine.files() == [POLICY]
    assert (machine.root / POLICY).read_text() == "own"


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_settings_come_back_when_the_installation_is_interrupted(
    tmp_path: Path, sent: signal.Signals
) -> None:
    machine = Machine(tmp_path, apt="sleep 2")
    machine.put(POLICY, "own")
    process = machine.start("nginx")
    while "policy 101" not in machine.asked.read_text():
        time.sleep(0.02)

    process.send_signal(sent)

    assert process.wait(timeout=10) == 128 + sent
    assert machine.files() == [POLICY]
    assert (machine.root / POLICY).read_text() == "own"


def test_what_a_killed_run_left_is_put_right_by_the_next(tmp_path: Path) -> None:
    machine = Machine(tmp_path, apt="sleep 2")
    machine.put(POLICY, "own")
    process = machine.start("nginx")
    while "policy 101" not in machine.asked.read_text():
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert (machine.root / POLICY).read_text() != "own"

    assert Machine(tmp_path).start("nginx").wait() == 0

    assert machine.files() == [POLICY]
    assert (machine.root / POLICY).read_text() == "own"


def test_without_packages_it_explains_itself(tmp_path: Path) -> None:
    machine = Machine(tmp_path)

    assert machine.start().wait() == 2
    assert machine.asked.read_text() == ""
