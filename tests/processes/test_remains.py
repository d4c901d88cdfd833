"""What a killed supervisor has left is found by its environment and ended, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from energy.base.clock import monotonic_s, wait
from processes.remains import MARK, end_remains, remains_of

SLEEPER = "import time; print(flush=True); time.sleep(60)"


def sleeping(folder: Path, program: str = SLEEPER) -> subprocess.Popen[bytes]:
    running = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, MARK: str(folder)},
        stdout=subprocess.PIPE,
    )
    assert running.stdout is not None
    running.stdout.readline()
    return running


def test_child_of_this_directory_is_ended_and_its_neighbour_lives(tmp_path: Path) -> None:
    mine, theirs = tmp_path / "a", tmp_path / "ab"
    left, neighbour = sleeping(mine), sleeping(theirs)
    try:
        assert remains_of(mine) == [left.pid]
        end_remains(mine)
        assert left.wait(60) == -signal.SIGTERM
        assert remains_of(theirs) == [neighbour.pid]
    finally:
        for running in (left, neighbour):
            running.kill()
            running.communicate()


def test_child_that_does_not_listen_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processes.remains._GRACE_S", 0.3)
    deaf = sleeping(
        tmp_path, "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SLEEPER
    )
    try:
        began_s = monotonic_s()
        end_remains(tmp_path)
        assert deaf.wait(60) == -signal.SIGKILL
        assert monotonic_s() - began_s < 5
    finally:
        deaf.kill()
        deaf.communicate()


def test_empty_directory_has_nothing_to_end(tmp_path: Path) -> None:
    end_remains(tmp_path)
    wait(0)
    assert remains_of(tmp_path) == []
