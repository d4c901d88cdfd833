"""`tariff rate`: the fixed row that others script against."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scripts.main import app

ROOT = Path(__file__).parents[3]
CASE = ROOT / "tests" / "billing" / "rating" / "cases" / "sewage_with_tax_of_its_own"
ROW = ["tariff", "rate", "--tariff", str(CASE / "tariff.yaml"), "--usage", str(CASE / "usage.csv")]


def test_the_bill_has_the_agreed_keys_and_numbers_as_texts() -> None:
    answer = CliRunner().invoke(app, [*ROW, "--period", "2025-06", "--json"])
    assert answer.exit_code == 0, answer.output
    bill = json.loads(answer.stdout)
    assert list(bill) == ["currency", "lines", "net", "tax", "gross", "tariff_hash"]
    keys = ["charge", "quantity", "unit", "price", "amount", "unrounded", "tax_rate"]
    assert [list(line) for line in bill["lines"]] == [keys, keys]
    assert all(isinstance(value, str) for line in bill["lines"] for value in line.values())
    assert bill["gross"] == "182.18"


def test_from_and_to_are_both_billed() -> None:
    days = ["--from", "2025-06-01", "--to", "2025-06-30", "--json"]
    whole = CliRunner().invoke(app, [*ROW, "--period", "2025-06", "--json"])
    assert CliRunner().invoke(app, [*ROW, *days]).stdout == whole.stdout


def test_without_json_a_person_reads_the_charges_and_sums() -> None:
    answer = CliRunner().invoke(app, [*ROW, "--period", "2025-06"])
    assert answer.exit_code == 0
    assert "182.18" in answer.stdout


@pytest.mark.parametrize(
    "days",
    [
        [],
        ["--period", "2025-6"],
        ["--period", "2025-13"],
        ["--period", "2025-06", "--from", "2025-06-01", "--to", "2025-06-30"],
        ["--from", "2025-06-01"],
        ["--from", "2025-06-01", "--to", "20250630"],
        ["--from", "2025-06-30", "--to", "2025-06-01"],
        ["--period", "2019-12"],
        ["--period", "9999-12"],
    ],
)
def test_days_that_cannot_be_billed_are_refused(days: list[str]) -> None:
    answer = CliRunner().invoke(app, [*ROW, *days, "--json"])
    assert answer.exit_code == 2
    assert '"lines"' not in answer.output
    assert answer.output.strip()


def test_a_file_is_rated_without_what_needs_a_database() -> None:
    program = (
        "import sys, scripts.main as m\n"
        "try:\n    m.main()\n"
        "except SystemExit as end:\n    code = end.code\n"
        "heavy = {'psycopg', 'eventsourcing', 'dash', 'pandas'} & set(sys.modules)\n"
        "print(code, sorted(heavy), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *ROW, "--period", "2025-06", "--json"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.strip() == "0 []"
