"""In CI a test that skips for a missing program fails; TimescaleDB and Citus are excused."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import forbid_skip

TESTS = Path(__file__).parents[1]
SKIPS = """
import pytest

def test_needs_a_broker():
    pytest.skip("mosquitto is not installed")

def test_needs_timescale():
    pytest.skip("timescale: the extension is not installed")

@pytest.mark.skipif(True, reason="citus: no cluster")
def test_needs_citus():
    pass
"""


def run(folder: Path, ci: str) -> str:
    """Run pytest on a test file beside our conftest and what it imports; return its last row."""
    (folder / "tests").mkdir()
    for name in ("conftest.py", "examples.py", "fast_set.py", "spread.py"):
        shutil.copy(TESTS / name, folder / "tests" / name)
    (folder / "tests" / "test_sample.py").write_text(SKIPS, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "."],
        cwd=folder,
        env={"CI": ci, "PATH": "/usr/bin:/bin", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip().splitlines()[-1]


def test_a_missing_program_fails_the_session_in_ci(tmp_path: Path) -> None:
    assert run(tmp_path, "true").startswith("1 failed, 2 skipped")


@pytest.mark.parametrize(
    ("reason", "ci", "outcome"),
    [
        ("mosquitto is not installed", "true", "failed"),
        ("mosquitto is not installed", "", "skipped"),
        ("timescale: no extension", "true", "skipped"),
        ("citus: no cluster", "true", "skipped"),
        ("no timescale: here", "true", "failed"),
    ],
)
def test_only_timescale_and_citus_are_excused(
    monkeypatch: pytest.MonkeyPatch, reason: str, ci: str, outcome: str
) -> None:
    monkeypatch.setenv("CI", ci)
    report = pytest.CollectReport(
        "test_x.py", "skipped", ("test_x.py", 1, f"Skipped: {reason}"), []
    )
    forbid_skip(report)
    assert report.outcome == outcome


def test_a_failure_stays_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    report = pytest.CollectReport("test_x.py", "failed", "boom", [])
    forbid_skip(report)
    assert report.longrepr == "boom"
