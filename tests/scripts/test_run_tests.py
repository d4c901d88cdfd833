"""The words of scripts/test, and the command that adds what the machine lacks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scripts import run_tests

EVERYDAY = ["-m", "not slow", "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], EVERYDAY),
        (["slow"], ["-m", "slow or hypothesis"]),
        (["all"], []),
        (["all", "-x"], ["-x"]),
        (["tests/energy"], [*EVERYDAY, "tests/energy"]),
        (["-m", "servers"], ["-m", "servers"]),
    ],
)
def test_the_words_choose_the_tests(words: list[str], expected: list[str]) -> None:
    assert run_tests.pytest_arguments(words) == expected


def test_fast_leaves_out_every_marked_test() -> None:
    flag, expression, *_ = run_tests.pytest_arguments(["fast"])
    assert flag == "-m"
    assert expression.split(" and ") == [f"not {name}" for name in run_tests.MARKERS]


def test_fast_starts_no_workers_whose_imports_would_cost_more_than_they_save() -> None:
    assert "-n" not in run_tests.pytest_arguments(["fast"])


def test_two_processes_divide_the_fast_set_and_leave_nothing_out() -> None:
    (one, first), (other, second) = (
        (run[: len(run) - len(half)], half)
        for run, half in zip(run_tests.runs_of(["fast", "-q"]), run_tests.FAST_HALVES, strict=True)
    )
    assert one == other == run_tests.pytest_arguments(["fast", "-q"])
    assert second == ["tests", *(f"--ignore={folder}" for folder in first)]
    assert all((run_tests.ROOT / folder).is_dir() for folder in first)


@pytest.mark.parametrize(
    "words", [["fast", "tests/billing"], ["fast", "-k", "money"], ["slow"], []]
)
def test_what_is_chosen_by_name_runs_in_one_process(words: list[str]) -> None:
    assert run_tests.runs_of(words) == [run_tests.pytest_arguments(words)]


@pytest.mark.parametrize(("codes", "expected"), [((0, 0), 0), ((0, 1), 1), ((5, 0), 5)])
def test_whichever_of_two_runs_fails_the_whole_has_failed_and_all_they_say_is_shown(
    codes: tuple[int, ...], expected: int, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = [[sys.executable, "-c", f"print('ends with', {code}); exit({code})"] for code in codes]
    assert run_tests.run_at_once(rows, {}) == expected
    assert capfd.readouterr().out.splitlines() == [f"ends with {code}" for code in codes]


def test_every_marker_of_the_suite_is_known(pytestconfig: pytest.Config) -> None:
    ours = ("timescale", "citus", "servers", "browser", "slow", "timing")
    declared = {row.split(":")[0] for row in pytestconfig.getini("markers")}
    assert set(ours) == set(run_tests.MARKERS)
    assert set(run_tests.MARKERS) <= declared


def test_programs_that_a_test_starts_keep_what_python_compiled() -> None:
    given = {"PYTHONDONTWRITEBYTECODE": "1", "HOME": "/home/kim", "TMPDIR": "/somewhere"}
    assert run_tests.environment_of([], given) == {"HOME": "/home/kim", "TMPDIR": "/somewhere"}


@pytest.mark.parametrize(
    ("words", "available", "expected"),
    [
        ([], 16, True),
        (["tests/energy"], 16, True),
        ([], 4, False),
        (["slow"], 16, False),
        (["all"], 16, False),
    ],
)
def test_databases_of_an_everyday_run_are_kept_in_memory_where_there_is_room(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    available: int,
    expected: bool,
) -> None:
    rows = tmp_path / "meminfo"
    rows.write_text(f"MemTotal: 1 kB\nMemAvailable:   {available * 2**20} kB\n")
    monkeypatch.setattr(run_tests, "MEMORY_ROWS", rows)
    monkeypatch.setattr(run_tests, "MEMORY", tmp_path)
    monkeypatch.setattr(run_tests, "_free", lambda _folder: 16 * 2**30)
    found = run_tests.environment_of(words, {})
    assert found.get("TMPDIR") == (str(tmp_path) if expected else None)


def test_a_machine_without_a_folder_in_memory_keeps_them_on_its_disk(tmp_path: Path) -> None:
    assert not run_tests.has_room(tmp_path / "absent")


@pytest.mark.parametrize(
    ("words", "chosen"), [(["fast"], "fast"), (["slow", "-x"], "slow"), ([], None), (["all"], None)]
)
def test_a_run_knows_whether_it_tries_few_or_many_examples(
    words: list[str], chosen: str | None
) -> None:
    assert run_tests.environment_of(words, {}).get("METERLINE_TEST_SET") == chosen


def test_what_is_missing_comes_with_its_command() -> None:
    command = run_tests.apt_command(["mosquitto", "mbpoll"], root_user=False)
    assert command == "sudo apt-get update && sudo apt-get install -y mosquitto mbpoll"


def test_a_missing_program_is_named_by_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(run_tests.SYSTEM_PACKAGES, "mbpoll", lambda: False)
    assert "mbpoll" in run_tests.missing_packages()
