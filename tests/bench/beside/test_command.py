"""The comparison as a person calls it. Shapes are judged, never durations."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench.beside import command
from bench.beside.incoming import Size
from bench.beside.peer import install


def test_missing_peer_is_refused_before_any_server_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench.main(["beside", "--peer", str(tmp_path / "none")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "--install` makes it" in captured.err


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the peer's environment: the one named, or a fresh one."""
    named = os.environ.get("METERLINE_BESIDE")
    if named:
        return Path(named)
    folder = tmp_path_factory.mktemp("peer")
    install(folder)
    return folder


@pytest.mark.servers
@pytest.mark.slow
def test_both_sides_find_the_same_hours_and_the_register_is_exact_over_an_outage(
    peer: Path,
) -> None:
    size = Size(meters=8, days=3, month_days=2, transactions=1, polls=2)
    found = json.loads(command.compare(peer, size, 1).as_json())
    names = ["append", "append-views", "poll"]
    names += ["hours-all", "hours-one", "rollup-all", "rollup-one", "registers"]
    assert [row["name"] for row in found["ratios"]] == [f"beside-{name}" for name in names]
    assert all(row["ratio"] > 0 for row in found["ratios"])
    assert found["peer"]["bemserver-core"] == "0.22.0"
    ours, register, energy = found["outage"]
    assert (ours["error_percent"], ours["marked_hours"]) == (0.0, 7)
    assert abs(register["error_percent"]) > 0.01
    assert energy["error_percent"] < -1
