"""Settings are explained one by one, and a bad one stops the start with its name."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from marketplace.env import Env

CHECKOUT = Path(__file__).resolve().parents[2]
EXPLAINED = re.compile(r"^# (?P<sentence>[^\n]*\.)\n(?:# )?(?P<name>[A-Z_]+)=(?P<value>.*)$", re.MULTILINE)
GOOD = {"SECRET_KEY": "x" * 50, "DATABASE_URL": "postgresql://nobody@/nothing"}


def test_every_setting_stands_in_the_example_with_a_sentence() -> None:
    text = (CHECKOUT / ".env.example").read_text()
    listed = re.findall(r"^(?:# )?([A-Z_]+)=", text, re.MULTILINE)

    assert sorted(listed) == sorted(name.upper() for name in Env.model_fields)
    assert [found["name"] for found in EXPLAINED.finditer(text)] == listed


def test_defaults_in_the_example_are_the_programs_own() -> None:
    text = (CHECKOUT / ".env.example").read_text()
    for name in ("DATABASE_POOL", "HOLD_MINUTES", "OFFER_MINUTES", "HOLDS_PER_ADDRESS", "LOG_LEVEL"):
        shown = re.search(rf"^# {name}=(.*)$", text, re.MULTILINE)
        assert shown and shown[1] == str(Env.model_fields[name.lower()].default), name


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"DEBUG": "perhaps"}, "DEBUG"),
        ({"HOLD_MINUTES": "0"}, "HOLD_MINUTES"),
        ({"FIELD_KEYS": "not-a-key"}, "FIELD_KEYS"),
        ({"ROUTER_KIND": "horse"}, "ROUTER_KIND"),
        ({"ROUTER_URL": "http://localhost:5000"}, "ROUTER_URL"),
        ({"ROUTER_KIND": "osrm"}, "ROUTER_URL"),
        ({"ROUTER_KIND": "osrm", "ROUTER_URL": "localhost:5000"}, "ROUTER_URL"),
        (
            {"ROUTER_KIND": "osrm", "ROUTER_URL": "http://localhost:5000", "ROUTER_MODES": "horse"},
            "ROUTER_MODES",
        ),
    ],
)
def test_a_bad_value_stops_the_start_with_its_name(changed: dict[str, str], named: str) -> None:
    started = subprocess.run(
        [sys.executable, "-c", "import marketplace.settings"],
        cwd=CHECKOUT,
        env=GOOD | changed,
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode == 1
    assert started.stderr.startswith(f"settings: {named}: ")
    assert len(started.stderr.splitlines()) == 1
