"""`tariff` verbs: a file checked and drawn, what is published, calendars, prices, an import."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scripts.main import app
from tests.billing.tariffs.files import BLOCKS, PLAIN, WHOLE, edited, with_charge
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
SITE = PLAIN.replace("EUR", "GBP").replace("Europe/Berlin", "Europe/London")
URDB = {
    "label": "r1",
    "startdate": 1735689600,
    "energyratestructure": [[{"rate": 0.05}]],
    "energyweekdayschedule": [[0] * 24] * 12,
    "energyweekendschedule": [[0] * 24] * 12,
    "demandratchetpercentage": [0.5] * 12,
    "flatdemandstructure": [[{"rate": 3}]],
    "flatdemandmonths": [0] * 12,
}


def meterline(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.output


def written(folder: Path, text: str, name: str = "t.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Week in season summer"), ("zh", "季节 summer 的一周")],
)
def test_a_check_draws_the_week_and_tells_the_steps(
    tmp_path: Path, language: str, said: str
) -> None:
    told = meterline("tariff", "check", written(tmp_path, WHOLE), "--lang", language)
    assert said in told
    assert "mon     DDDDDDDDDDDDDDDDCCCCBBAACCCCCCCCCCAAABBBBBCCCCDD" in told
    steps = [row.split(": ")[0].split(". ")[-1] for row in told.splitlines() if ". " in row[:5]]
    assert [step for step in steps if step[:2] in {"E.", "PF", "MI"}][-2:] == ["PF", "MIN"]
    assert max(len(row) for row in told.splitlines() if row.startswith("mon")) < 80


def test_a_check_of_a_grid_refuses_sliding_demand_that_it_cannot_see(tmp_path: Path) -> None:
    row = "{id: D, kind: demand, window: 15, sliding: true, slip: 1, price: 48}"
    file = written(tmp_path, with_charge(row))
    assert meterline("tariff", "check", file, "--grid", "1")
    said = meterline("tariff", "check", file, "--grid", "15", code=2)
    assert "charges[2].slip: a window sliding by 1 min cannot be found in usage every 15" in said
    stated = written(tmp_path, with_charge(row, more="interval: {minutes: 15}\n"))
    assert "charges[2].slip: 1 min is finer than the tariff's interval of 15 min" in meterline(
        "tariff", "check", stated, code=2
    )


def test_a_check_as_json_tells_the_same(tmp_path: Path) -> None:
    told = json.loads(meterline("tariff", "check", written(tmp_path, WHOLE), "--json"))
    assert told["tariff"] == "CN-GIP-10kV"
    assert [step["charge"] for step in told["steps"] if step["charge"]][:2] == ["E.sharp", "E.peak"]
    assert told["weeks"][0]["season"] == "summer"


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (edited('"48"', "48.5", WHOLE), "t.yaml", 'price: is a float; write it as a string: "48.5'),
        (WHOLE, "t.toml", "file: not TOML"),
        (WHOLE, "t.txt", "file: must end in one of .yaml, .yml, .json, .toml"),
        ("a: &b [*b]", "t.yaml", "anchors (&b) are not read"),
    ],
)
def test_a_wrong_file_is_refused_with_its_path(
    tmp_path: Path, text: str, name: str, said: str
) -> None:
    assert said in meterline("tariff", "check", written(tmp_path, text, name), code=2)


def test_an_import_lists_what_is_missing_and_asks_about_ratchets(tmp_path: Path) -> None:
    rate = written(tmp_path, json.dumps(URDB), "rate.json")
    words = [
        "tariff",
        "import-urdb",
        rate,
        "--out",
        tmp_path / "r.yaml",
        "--zone",
        "America/Denver",
    ]
    assert "say --ratchet fraction or percent" in meterline(*words, code=2)
    told = meterline(*words, "--ratchet", "fraction", code=1)
    assert "tax: URDB says none" in told
    assert "D.flat0" in meterline("tariff", "check", tmp_path / "r.yaml")
    assert meterline(*words, "--ratchet", "fraction", code=2), "a file that exists is not touched"


def test_a_draft_of_a_year_is_never_final(tmp_path: Path) -> None:
    assert "draft: true" in meterline("tariff", "calendar", "draft", "CN", "2027")
    out = tmp_path / "cn.yaml"
    assert "official notice" in meterline("tariff", "calendar", "draft", "CN", "2027", "--out", out)
    said = meterline("tariff", "calendar", "publish", out, "--by", "clerk", code=2)
    assert "calendar_file: The calendar year has 1 problem(s)" in said
    assert "draft: is still a draft" in said
    final = written(tmp_path, out.read_text().replace("draft: true", "draft: false"), "f.yaml")
    told = json.loads(meterline("tariff", "calendar", "publish", final, "--dry-run"))
    assert told["days"]["2027-10-01"] == "holiday"


@pytest.mark.servers
def test_a_tariff_with_its_calendar_and_prices_is_published_shown_and_withdrawn(
    row: Row, tmp_path: Path
) -> None:
    table = "  - {id: F, kind: adder, table: grid, column: fuel}\n"
    year = "calendar: airport\nyear: %s\ndays: {holiday: [01-01], special: [07-15]}\n"
    by = ("--by", "clerk")
    file = written(tmp_path, SITE + table + "calendar: airport\n")
    assert "'airport' is unknown" in row(f"tariff publish {file}", *by, code=2).output
    for each in (2025, 2026):
        final = written(tmp_path, year % each, f"{each}.yaml")
        assert f"airport, {each}" in row(f"tariff calendar publish {final}", *by).output
    assert "published so already" in row(f"tariff calendar publish {final}", *by).output
    assert len(row.json("tariff calendar list")) == 2
    prices = written(tmp_path, "month,fuel\n2025-01,0.01\n", "p.csv")
    row(f"tariff prices publish {prices} --table grid", *by)
    assert row.json("tariff prices show grid")["months"][0]["values"] == {"fuel": "0.01"}
    assert "2025-01" in row("tariff prices show grid").output
    row(f"tariff publish {file} --by viewer", code=2)
    assert "Published" in row(f"tariff publish {file}", *by).output
    assert "1. " in row("tariff show plain --from 2025-01-01").output
    assert row.json("tariff show plain --from 2025-01-01")["tariff"] == "plain"
    assert "as it was published" in row("tariff golden plain --from 2025-01-01").output
    assert row.json("tariff golden plain --from 2025-01-01")["differences"] == []
    row("tariff withdraw plain --from 2025-01-01 --reason mistyped", *by)
    assert row.json("tariff list")[0]["withdrawn"] == "mistyped"
    assert "mistyped" in row("tariff list").output
    assert "no tariff none" in row("tariff show none --from 2025-01-01", code=2).output


def test_the_calendar_of_the_guide_is_right(tmp_path: Path) -> None:
    assert meterline("tariff", "check", written(tmp_path, PLAIN + BLOCKS[1]))
