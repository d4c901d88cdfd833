"""A help page is written without what only a verb needs, and says the same as with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
import typer
from typer.testing import CliRunner

from scripts.commands.asked import asks_for_page
from scripts.main import app

ROOT = Path(__file__).parents[3]
DEAR = frozenset(
    {
        "adapters", "aiohttp", "amqtt", "asyncio", "asyncua", "cryptography", "dash", "dashboards",
        "eventsourcing", "flask", "markdown_it", "msgspec", "numpy", "openpyxl", "paho", "pandas",
        "plotly", "prometheus_client", "psycopg", "pyarrow", "pymodbus", "serial", "ssl",
        "structlog", "typst", "yaml", "zstandard",
    }
)  # fmt: skip
"""What no help page needs: libraries, and our own floors above the core."""
WITH_WORDS_OF_THE_CORE = frozenset({"estimate", "share", "usage"})
"""Groups whose signatures name choices that stand beside arithmetic, or lean on one that does."""
PROGRAM = """
import json, sys
sys.argv = ["meterline", "--help"]
import scripts.main
from tests.scripts.commands.test_asked import pages_of
groups = json.loads(sys.stdin.read())
print(json.dumps({"pages": pages_of(groups), "modules": sorted(sys.modules)}))
"""


def pages_of(groups: list[str]) -> dict[str, str]:
    """Return the page of some groups and of each of their verbs."""
    top = typer.main.get_command(app)
    assert isinstance(top, click.Group)
    context = click.Context(top)
    paths = [("",)]
    for name in groups:
        found = top.get_command(context, name)
        assert isinstance(found, click.Group)
        paths += [(name,), *((name, verb) for verb in found.commands)]
    runner = CliRunner()
    pages = {}
    for path in paths:
        row = " ".join([*path, "--help"]).strip()
        answer = runner.invoke(app, row.split())
        assert answer.exit_code == 0, (row, answer.output)
        pages[row] = answer.output
    return pages


def light_groups() -> list[str]:
    from scripts.commands.tree import Verbs

    return sorted(set(Verbs.groups) - WITH_WORDS_OF_THE_CORE)


def test_a_page_imports_nothing_that_only_a_verb_needs_and_says_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input=json.dumps(light_groups()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    imported = {name.partition(".")[0] for name in told["modules"]}
    assert sorted(imported & DEAR) == []
    assert told["pages"] == pages_of(light_groups())


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("--help", True),
        ("bill --help", True),
        ("bill show 2019-01 --help", True),
        ("--lang=zh bill --help", True),
        ("--site lhr bill show --help", True),
        ("bill", False),
        ("bill show 2019-01", False),
        ("note add --text --help", False),
        ("bill show --json --help", False),
        ("bill show -- --help", False),
    ],
)
def test_only_a_row_that_must_end_with_a_page_spares_its_imports(row: str, expected: bool) -> None:
    assert asks_for_page(row.split()) is expected


def test_the_view_verified_where_none_is_named_is_every_view() -> None:
    from processes.view_rebuild import ALL
    from scripts.commands.view import verify_

    assert verify_.__defaults__ == (ALL,)
