"""SIGKILL to processes in mid-play, then the same energies and the same invoices."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.fixtures.whole_play import (
    PlayedMonth,
    finished,
    kill,
    remains_of,
    started,
    wait_for_the_play,
)

pytestmark = pytest.mark.servers

VICTIMS = {
    "postgres": 0.35,
    "broker": 0.45,
    "simulator": 0.40,
    "collect": 0.50,
    "project": 0.30,
    "jobs": 0.55,
    "supervisor": 0.65,
}
"""Who is killed, and after which part of the play."""
TOGETHER = (("project", "postgres", "broker"), ("simulator", "collect", "jobs", "supervisor"))
"""Who is killed in one play, one after the other; `scripts/test slow` kills each in its own.

The supervisor, whose death ends the rest, is killed last and started again by hand."""


@pytest.fixture
def installation(plays: Path, ready_installation: Path, request: pytest.FixtureRequest) -> Path:
    name = request.node.name.removeprefix("test_")[-20:].strip("[]")
    folder = plays / "".join(letter for letter in name if letter.isalnum())
    shutil.copytree(ready_installation, folder, symlinks=True)
    return folder


def expect_the_same(found: PlayedMonth, calm: PlayedMonth) -> None:
    assert found.summary == calm.summary
    assert found.energies == calm.energies
    assert found.invoices == calm.invoices
    assert found.findings == calm.findings == []
    assert found.alerts == calm.alerts


def test_undisturbed_play_is_sound(undisturbed: PlayedMonth) -> None:
    assert undisturbed.summary["max_error_counts"] == 0
    assert undisturbed.summary["chain_ok"] is True
    assert undisturbed.summary["invoices"] == len(undisturbed.invoices) >= 12
    assert len(undisturbed.energies) >= 24 * 2


@pytest.mark.parametrize(
    "victims", [*TOGETHER, *(pytest.param((one,), marks=pytest.mark.slow) for one in VICTIMS)]
)
def test_processes_killed_in_mid_play_change_nothing(
    installation: Path, undisturbed: PlayedMonth, victims: tuple[str, ...]
) -> None:
    running = started(installation)
    for victim in victims:
        wait_for_the_play(installation, VICTIMS[victim], running)
        killed = kill(installation, victim)
        if victim == "supervisor":
            assert killed == running.pid
            running.communicate(timeout=30)
            running = started(installation)
    expect_the_same(finished(installation, running), undisturbed)
    assert remains_of(installation) == []
