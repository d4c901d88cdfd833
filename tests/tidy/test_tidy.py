"""Style as a test: limits, banned calls, docstrings, words, mirrored tests, clean files."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.fixtures.still_objects import no_rings_sought
from tests.tidy import exceptions, rules

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {"__pycache__", "node_modules", "build", "dist", "var"}
TEXTS = {
    ".cfg",
    ".conf",
    ".css",
    ".in",
    ".ini",
    ".js",
    ".md",
    ".po",
    ".py",
    ".sh",
    ".sql",
    ".svg",
    ".toml",
    ".typ",
    ".yaml",
    ".yml",
    "",
}
GENERATED = {"requirements.lock", "requirements-dev.lock"}
BUNDLE_BYTES = 400_000
"""Larger files are built ones (a bundle, a data extract) and not ours to style. [byte]"""


@cache
def files() -> dict[str, Path]:
    """Return every file of the checkout by its path inside it, caches and environments apart."""
    found: dict[str, Path] = {}
    for folder, names, entries in os.walk(ROOT):
        names[:] = [name for name in names if name not in SKIPPED and not _hidden(name)]
        for entry in set(entries) - {".git"}:  # a file of that name in a second work tree
            path = Path(folder, entry)
            found[path.relative_to(ROOT).as_posix()] = path
    return found


def _hidden(name: str) -> bool:
    return (name.startswith(".") and name != ".ci") or name.endswith(".egg-info")


@cache
def texts() -> dict[str, str]:
    """Return the text of every hand-written file."""
    return {
        name: path.read_text(encoding="utf-8")
        for name, path in files().items()
        if path.suffix in TEXTS and name not in GENERATED and path.stat().st_size < BUNDLE_BYTES
    }


@cache
def trees() -> dict[str, ast.Module]:
    """Return the syntax tree of every Python file."""
    with no_rings_sought():
        return {name: ast.parse(text) for name, text in texts().items() if name.endswith(".py")}


def product() -> Iterator[tuple[str, ast.Module]]:
    """Yield the product's modules, tests apart."""
    return ((name, tree) for name, tree in trees().items() if name.split("/")[0] in rules.TOPS)


def expect_none(breaches: Iterable[str]) -> None:
    """Fail with the breaches, one a row."""
    __tracebackhide__ = True
    rows = sorted(breaches)
    if rows:
        pytest.fail("\n".join(rows), pytrace=False)


def test_functions_and_modules_stay_within_their_limits() -> None:
    text = texts()
    expect_none(
        row for name, tree in trees().items() for row in rules.limits(name, text[name], tree)
    )


def test_only_the_clock_asks_the_machine_for_the_time() -> None:
    expect_none(row for name, tree in product() for row in rules.banned_calls(name, tree))


def test_every_property_tries_as_many_examples_as_its_run_allows() -> None:
    found = ((name, tree) for name, tree in trees().items() if name.startswith("tests/"))
    expect_none(row for name, tree in found for row in rules.examples_of_its_own(name, tree))


def test_every_module_begins_with_a_sentence() -> None:
    expect_none(row for name, tree in product() for row in rules.module_docstring(name, tree))


def test_everything_public_says_what_it_does_and_returns() -> None:
    expect_none(row for name, tree in product() for row in rules.public_promises(name, tree))


def test_names_say_what_they_mean() -> None:
    expect_none(row for name, tree in product() for row in rules.vague_names(name, tree))


def test_rows_of_python_fit_the_screen() -> None:
    expect_none(row for name in trees() for row in rules.long_rows(name, texts()[name]))


def test_no_left_over_note_registry_host_or_machine_path() -> None:
    expect_none(row for name, text in texts().items() for row in rules.stray_words(name, text))


def test_tests_mirror_the_tree() -> None:
    sources = {name for name in files() if not name.startswith("tests/")}
    sources |= {name.rpartition("/")[0] for name in sources if name.endswith("/__init__.py")}
    tests = [name for name in trees() if name.startswith("tests/") and "/test_" in name]
    assert tests
    expect_none(row for name in tests for row in rules.unmirrored(name, sources))


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {name.rpartition("/")[0] for name, _ in product()}
    expect_none(
        f"{folder}/__init__.py is missing: the import contracts would not see the folder"
        for folder in folders
        if f"{folder}/__init__.py" not in files()
    )


def test_launchers_can_be_started() -> None:
    launchers = [name for name, text in texts().items() if text.startswith("#!")]
    assert "scripts/up" in launchers
    expect_none(
        f"{name} is not executable" for name in launchers if not os.access(ROOT / name, os.X_OK)
    )


def test_every_exception_is_still_needed_and_says_why() -> None:
    tables = (exceptions.LONG_MODULES, exceptions.CLOCK_FILES, exceptions.TEST_FILES)
    expect_none(
        f"{name} is excepted but does not exist"
        for table in tables
        for name in table
        if name not in files()
    )
    named = {**exceptions.LONG_FUNCTIONS, **exceptions.VAGUE_NAMES}
    expect_none(
        f"{name} is excepted but does not exist"
        for name in named
        if f"{name.split(':')[1]}" not in texts().get(name.split(":")[0], "")
    )
    assert all(
        reason for table in (*tables, named, exceptions.PHRASES) for reason in table.values()
    )
