"""`formula` as an energy manager types it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from energy.base.ids import id_of
from energy.metering.plant import PlaceTree
from tests.fixtures.batches import reading
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
BY = ("--by", "manager")
DAYS = ("--from", "2019-01-01", "--to", "2019-01-02")
FILE = """
[[formula]]
point = "net"
name = "Net of solar"
place = "b1"
utility = "electricity"
unit = "kWh"
from = 2019-01-01
text = "([grid] - [pv]) * loss"
constants = [{name = "loss", values = [{from = 2019-01-01, value = "0.5"}]}]
"""


@pytest.fixture
def campus(row: Row) -> Row:
    places = [{"key": "b1", "kind": "building", "name": "B1", "area_m2": "200"}]
    command = id_of("test", "places")
    tree = PlaceTree(site=row.site.site.key, places=places, command_id=command)
    row.site.application("metering").store(tree)
    row.site.clock.move_to(row.site.clock.now() + timedelta(days=30))
    for point, step in (("grid", 100), ("pv", 25)):
        number = row.site.counter(point)
        row.site.accept(*(reading(number, 15 * n, step * n) for n in range(193)))
    row.site.project()
    return row


def test_a_formula_is_checked_defined_shown_explained_revised_and_retired(
    campus: Row, tmp_path: Path
) -> None:
    row, file = campus, tmp_path / "net.toml"
    file.write_text(FILE, encoding="utf-8")
    assert "nothing was written" in row("formula check", str(file)).stdout
    assert row.json("formula list") == []
    assert "net" in row("formula define", str(file), *BY).stdout
    assert "word for word: net" in row("formula define", str(file), *BY).stdout
    (listed,) = row.json("formula list")
    assert (listed["point"], listed["version"]) == ("net", 1)
    assert "36" in row("usage show net", *DAYS).stdout
    explained = row("formula explain net --at", "2019-01-01 12:00").stdout
    assert "version 1, from 2019-01-01" in explained
    assert "0.375" in explained and "[pv]" in explained
    steps = row.json("formula explain net --day --at", "2019-01-01")["steps"]
    assert [(each["text"], each["value"]) for each in steps][:2] == [
        ("([grid] - [pv]) * loss", "36"),
        ("[grid] - [pv]", "72"),
    ]
    file.write_text(FILE.replace('"0.5"', '"1"').replace("01-01", "01-02"), encoding="utf-8")
    row("formula revise net --reason measured --file", str(file), *BY)
    groups = row.json("usage show net", *DAYS)["groups"]
    assert [each["usage"] for each in groups] == [36_000, 72_000]
    assert "measured" in row("formula show net").stdout
    row("formula retire net --from 2019-01-03 --reason sold", *BY)
    assert "(retired)" in row("formula list").stdout
    row("formula explain net --at 2019-01-05", code=1)
    row("view verify registry")


def test_an_indicator_is_defined_in_words_and_shown_by_its_days(campus: Row) -> None:
    words = ("--point", "per-area", "--place", "b1", "--unit", "kWh/m2", "--from", "2019-01-01")
    text = "[grid] / attribute([b1], area_m2)"
    campus("formula define --text", text, *words, *BY)
    assert "0.48" in campus("usage show per-area", *DAYS).stdout
    groups = campus.json("usage show per-area", *DAYS)["groups"]
    assert [each["value"] for each in groups] == ["0.48", "0.48"]
    assert "0.005" in campus("formula explain per-area --at", "2019-01-01 12:00").stdout


def test_who_may_not_decide_defines_nothing_and_an_error_has_its_caret(
    campus: Row, tmp_path: Path
) -> None:
    file = tmp_path / "net.toml"
    file.write_text(FILE, encoding="utf-8")
    campus("formula define", str(file), "--by", "viewer", code=2)
    file.write_text(FILE.replace("[pv]", "[pw]"), encoding="utf-8")
    refused = campus("--lang zh formula define", str(file), *BY, code=2).output
    assert "第 1 行第 11 列" in refused and "是否指 [pv]" in refused
    assert "          ^" in refused
    campus("formula define", *BY, code=2)
    campus("formula show grid", code=2)
