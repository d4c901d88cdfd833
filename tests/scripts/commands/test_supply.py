"""Supply graphs and places by the command row: defined, drawn, balanced, the culprit named."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.metering.channel import ChannelFacts, Direction
from energy.metering.plant import ChannelRegister, PlaceTree
from energy.metering.reading import Reading
from tests.fixtures.batches import MIDNIGHT
from tests.fixtures.meters import commission, counter_facts, planned
from tests.fixtures.postgres import TestSite, command, new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
SUPPLY = """
[[supply]]
utility = "electricity"
valid_from = 2018-01-01
nodes = [
  {key = "grid", kind = "incomer", name = "Grid", point = "grid", limit_percent = "2"},
  {key = "tx", kind = "transformer", name = "Transformer", loss = LOSS},
  {key = "bus", kind = "busbar", name = "Busbar"},
  {key = "hall", kind = "feeder", name = "Hall", point = "hall"},
  {key = "shop", kind = "feeder", name = "Shop", point = "shop"},
  {key = "spare", kind = "busbar", name = "Spare busbar"},
]
edges = [["grid", "tx"], ["tx", "bus"], ["bus", "hall"], ["bus", "shop"]]
ties = [{key = "tie", name = "Tie", between = ["bus", "spare"]}]
""".replace("LOSS", '{model = "fixed", no_load_w = "400"}')
DAYS = ["--from", "2019-01-01", "--to", "2019-01-03"]
BY = ["--by", "manager", "--reason", "rebuilt"]


def plan_two_ways(site: TestSite, point: str, back: ChannelFacts) -> int:
    """Plan a meter that counts both ways; return the channel of what it imports."""
    metering = site.application("metering")
    key = site.site.key
    register: Any = metering.find(id_of("channel_register", key)) or ChannelRegister(
        site=key, command_id=command("register")
    )
    first: int = register.take(point=point, count=2, command_id=command("take", point))
    meter = planned(key, point, first, counter_facts(), back)
    commission(meter)
    metering.store(register, meter)
    return first


@pytest.fixture
def plant(row: Row) -> Row:
    """Three meters read by the hour; that of the shop counts four fifths of the truth."""
    site = row.site
    ratio = Fraction(40)
    numbers = {point: site.counter(point, multiplier=ratio) for point in ("grid", "hall", "shop")}
    places = [{"key": "b1", "kind": "building", "name": "Building 1"}]
    tree = PlaceTree(site=site.site.key, places=places, command_id=command("tree"))
    site.application("metering").store(tree)
    level = dict.fromkeys(numbers, 0)
    for hour in range(73):
        shop, hall = (1500 if 8 <= hour % 24 < 20 else 300), 400 + 37 * (hour % 7)
        site.accept(
            *(
                Reading(
                    channel=number, at=MIDNIGHT + timedelta(hours=hour), count=level[point],
                    quality=Quality.MEASURED,
                )
                for point, number in numbers.items()
            )
        )  # fmt: skip
        true = {"grid": shop + hall + 1, "hall": hall, "shop": shop * 4 // 5}
        level = {point: level[point] + true[point] for point in numbers}
    site.project()
    return row


def test_graph_is_defined_drawn_and_balanced(plant: Row, tmp_path: Path) -> None:
    file = tmp_path / "supply.toml"
    file.write_text(SUPPLY, encoding="utf-8")
    checked = plant.json(f"supply define {file} --dry-run")
    assert [(each["utility"], each["nodes"], each["same"]) for each in checked] == [
        ("electricity", 6, False)
    ]
    assert "Defined" in plant(f"supply define {file}", *BY).stdout
    assert "as it is" in plant(f"supply define {file}").stdout
    drawn = plant("supply show").stdout
    assert "Transformer tx, transformer, fixed loss" in drawn
    assert "tie tie: bus = spare, open" in drawn
    assert "联络开关 tie" in plant("supply show --lang zh").stdout
    told = plant("supply balance", *DAYS, code=1).stdout
    assert "fits a ratio 250/5 entered as 200/5" in told
    assert "差额为 shop" in plant("supply balance --lang zh", *DAYS, code=1).stdout
    found = plant.json("supply balance", *DAYS, code=1)
    (whole,) = found["balances"]
    assert (whole["expected_loss"], whole["over_limit"], whole["known"]) == (28_800, True, 288)
    assert whole["unaccounted"] == whole["in"] - whole["out"]
    (verdict,) = found["verdicts"]
    assert (verdict["reading"], verdict["meter"]["point"]) == ("named", "shop")
    days = plant.json("supply balance --every day", *DAYS, code=1)["balances"]
    assert [sum(day[key] for day in days) for key in ("in", "out")] == [
        whole["in"], whole["out"],
    ]  # fmt: skip
    lost = plant.json("supply losses", *DAYS)
    assert [(each["key"], each["loss"]) for each in lost] == [("tx", 28_800)]
    assert "Transformer" not in plant("supply losses", *DAYS).stdout


def test_a_channel_without_readings_is_named_where_its_meter_has_others(
    row: Row, tmp_path: Path
) -> None:
    site = row.site
    back = replace(counter_facts(quantity="active_energy_export"), direction=Direction.EXPORT)
    numbers = [plan_two_ways(site, point, back) for point in ("grid", "hall", "shop")]
    for hour in range(73):
        site.accept(*(Reading(channel=n, at=MIDNIGHT + timedelta(hours=hour), count=hour)
                      for n in numbers))  # fmt: skip
    site.project()
    file = tmp_path / "supply.toml"
    file.write_text(SUPPLY, encoding="utf-8")
    row(f"supply define {file}", *BY)
    told = " ".join(row("supply balance", *DAYS).stdout.split())
    assert (
        "known in no interval: grid/active_energy_export, hall/active_energy_export, "
        "shop/active_energy_export. A meter that counts both ways needs readings of both."
    ) in told


def test_tie_is_declared_and_joins_what_it_should(plant: Row, tmp_path: Path) -> None:
    file = tmp_path / "supply.toml"
    file.write_text(SUPPLY, encoding="utf-8")
    plant(f"supply define {file}", *BY)
    said = plant("supply tie tie closed", "--at", "2019-01-02 12:00", *BY).stdout
    assert "both sides are one node" in said
    found = plant.json("supply balance", *DAYS, code=1)["balances"]
    assert {each["node"]: each["expected"] for each in found} == {"grid": 144, "grid+spare": 144}
    again = plant("supply tie tie closed", "--at", "2019-01-02 12:00", *BY).stdout
    assert "is closed at 2019-01-02 12:00 already. Nothing was written." in again
    twice = plant("supply tie tie open", "--at", "2018-10-28 01:30", *BY, code=2).output
    assert '2018-10-28 01:30+01:00" or "2018-10-28 01:30+00:00' in " ".join(twice.split())
    plant("supply tie tie closed", "--at", "2019-01-02 12:00+00:00", *BY)
    late = plant("supply tie tie open", "--at", "2027-01-02 12:00", *BY, code=2).output
    assert "lies in the future" in late
    refused = plant("supply tie other open", "--at", "2019-01-02 12:00", *BY, code=2).output
    assert "There is no tie other" in refused
    assert (
        "not_permitted"
        in plant(
            "supply tie tie open", "--at", "2019-01-02", "--by", "viewer", "--reason", "x", code=2
        ).output
    )


def test_a_source_nobody_is_fed_by_a_silent_node_and_missing_losses_are_named(
    plant: Row, tmp_path: Path
) -> None:
    file = tmp_path / "supply.toml"
    sun = ', point = "shop"}, {key = "sun", kind = "incomer", name = "Sun"}'
    text = SUPPLY.replace(', loss = {model = "fixed", no_load_w = "400"}', "")
    text = text.replace(', point = "shop"}', "}")
    text = text.replace('name = "Spare busbar"}', 'name = "Spare busbar"' + sun)
    text = text.replace('ties = [{key = "tie", name = "Tie", between = ["bus", "spare"]}]', "")
    text = text.replace('["bus", "hall"]', '["bus", "hall"], ["sun", "spare"]')
    file.write_text(text, encoding="utf-8")
    dry = plant(f"supply define {file} --dry-run").stdout
    assert "Busbar spare is fed by source sun and feeds nothing" in dry
    plant(f"supply define {file}", *BY)
    assert "母线 spare" in plant(f"supply define {file} --dry-run --lang zh").stdout
    assert "source sun has no meter" in plant("supply balance", *DAYS, code=1).stdout
    later = ("--from", "2019-02-01", "--to", "2019-02-02")
    assert "known in no interval: grid, hall" in plant("supply balance", *later).stdout
    assert "has a loss" in plant("supply losses", *DAYS).stdout
    assert "没有节点带损耗" in plant("supply losses --lang zh", *DAYS).stdout


def test_site_without_a_graph_says_so(plant: Row) -> None:
    assert "supply define" in plant("supply show", code=2).output
    assert "supply define" in plant("supply balance", *DAYS, code=2).output


def test_places_are_changed_and_shown_as_of_a_day(plant: Row) -> None:
    day = ["--from", "2019-03-01", *BY]
    plant("place add hall --kind area --parent b1", "--name", "New hall", *day)
    plant("place set hall area_m2 12.5", *day)
    plant("place set hall headcount 40", *day)
    plant("place rename hall", "--name", "Hall", *day)
    plant("place move grid --point --to hall", *day)
    told = plant("place tree --at 2019-03-02").stdout
    assert "Hall hall, area, 12.5 m2, headcount 40" in told
    places = plant.json("place tree --at 2019-02-28")
    assert (list(places["places"]), places["points"]["grid"]) == (["b1"], "b1")
    assert "still stand in hall: grid" in plant("place close hall", *day, code=2).output
    assert "no number" in plant("place set hall area_m2 many", *day, code=2).output
    plant("place move grid --point --to b1", *day)
    plant("place close hall", *day)
    assert list(plant.json("place tree --at 2019-03-02")["places"]) == ["b1"]
