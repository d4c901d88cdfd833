"""The bench as a person or a machine calls it. Shapes are judged, never durations."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench.measure import Scale
from bench.report import as_json

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.servers
@pytest.mark.parametrize(
    "words",
    [["append-5000x4", "fold", "rating", "formula"], pytest.param([], marks=pytest.mark.slow)],
    ids=["some", "every"],
)
def test_a_bench_gives_its_row(tiny: Scale, words: list[str]) -> None:
    benches = bench.chosen(words) if words else bench.BENCHES
    results, machine = bench.measure(benches, tiny, 1)
    rows = json.loads(as_json(results))
    assert [row["name"] for row in rows] == [one.name for one in benches]
    for row, one in zip(rows, benches, strict=True):
        assert list(row) == ["name", "value", "unit", "baseline", "ratio", "target", "met"]
        assert row["value"] > 0 or row["name"] == "sustained-memory"
        assert (row["ratio"] is None) == (row["baseline"] is None)
        assert (row["met"] is None) == (one.target is None)
    assert set(machine) == {"date", "processor", "memory", "disk", "software", "load"}


@pytest.mark.servers
def test_machine_reads_nothing_but_json_on_standard_output() -> None:
    command = [sys.executable, "-m", "bench", "--json", "--only", "journal-size-500"]
    done = subprocess.run(
        [*command, "--rounds", "1"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    [row] = [row for row in json.loads(done.stdout) if row["name"] == "journal-size-500"]
    assert row["unit"] == "B/reading"
    assert row["target"] == 8.0


def test_list_says_what_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--list"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == len(bench.BENCHES)
    assert len({one.name for one in bench.BENCHES}) == len(bench.BENCHES)


def test_unknown_name_is_refused_with_the_names_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert bench.main(["--only", "nonesuch"]) == 2
    assert "append-5000x4" in capsys.readouterr().out


def test_word_chooses_all_benches_that_begin_with_it() -> None:
    assert {one.name for one in bench.chosen(["append", "fold-10s"])} == {
        "append-5000x4",
        "append-500x10",
        "append-spool",
        "fold-10s",
    }
