"""The demo site file hangs together, and its rules do what they are there for."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.modbus import register_map
from energy.metering.channel import ChannelFacts
from energy.metering.site_file import read_site
from processes.site_rules import rules_of_file
from simulator.replay import CYCLE_HOURS, HourlySeries

WEEK_HOURS = 168


@pytest.fixture(scope="module")
def site(site_file: Path) -> dict[str, Any]:
    return tomllib.loads(site_file.read_text(encoding="utf-8"))


def facts_of(profile: str, quantity: str) -> ChannelFacts:
    return register_map.load(profile).facts(quantity)


def test_the_site_checker_has_nothing_to_say(site: dict[str, Any]) -> None:
    plan, problems = read_site(site, facts_of)
    assert problems == []
    assert plan is not None
    assert len(plan.meters) == 28
    rules, problems = rules_of_file(site, plan)
    assert problems == []
    assert {rule["key"]: rule["terms"]["above"] for rule in rules}["b40-base"] == "150000"


def test_every_meter_is_a_tenant_meter_of_its_supply_graph_and_billed_once(
    site: dict[str, Any],
) -> None:
    points = [meter["point"] for meter in site["meter"]]
    drawn = [n["point"] for graph in site["supply"] for n in graph["nodes"] if "point" in n]
    billed = [supply["point"] for account in site["account"] for supply in account["supplies"]]
    assert len(points) == len(set(points)) == 28
    assert sorted(points) == sorted(drawn) == sorted(billed)


@pytest.mark.parametrize("utility", ["electricity", "gas"])
def test_every_supply_node_hangs_on_one_incomer(site: dict[str, Any], utility: str) -> None:
    (graph,) = (graph for graph in site["supply"] if graph["utility"] == utility)
    nodes = {node["key"]: node["kind"] for node in graph["nodes"]}
    fed_by = {to: source for source, to in graph["edges"]}
    assert len(fed_by) == len(graph["edges"]), "no node is fed twice"
    assert set(fed_by) == {key for key, kind in nodes.items() if kind != "incomer"}
    for node in fed_by:
        above = node
        while above in fed_by:
            above = fed_by[above]
        assert nodes[above] == "incomer"


def test_places_and_sources_of_meters_exist_and_serials_are_distinct(
    site: dict[str, Any],
) -> None:
    places = {place["key"] for place in site["place"]}
    assert {place.get("parent", "campus") for place in site["place"]} <= places
    assert {meter["place"] for meter in site["meter"]} <= places
    assert {meter["source"] for meter in site["meter"]} == {row["key"] for row in site["source"]}
    assert len({meter["serial"] for meter in site["meter"]}) == 28


def test_accounts_are_14_with_at_least_3_in_chinese(site: dict[str, Any]) -> None:
    languages = [account["language"] for account in site["account"]]
    assert len({account["key"] for account in site["account"]}) == 14
    assert languages.count("zh") >= 3
    assert languages.count("en") >= 3
    assert all(account["email"].endswith(".example") for account in site["account"])


def test_tariffs_of_the_supplies_are_files_of_the_site(
    site: dict[str, Any], site_file: Path
) -> None:
    named = {supply["tariff"] for account in site["account"] for supply in account["supplies"]}
    assert {Path(row["file"]).stem for row in site["tariff"]} == named
    assert all((site_file.parent / row["file"]).is_file() for row in site["tariff"])


def crossings(site: dict[str, Any], series: dict[str, HourlySeries]) -> dict[str, list[str]]:
    """Return per rule the hours of the cycle: "o" above the limit, "." below the deadband."""
    found = {}
    for rule in site["rule"]:
        watts = series[rule["point"]].tenths * 100
        states, open_now = [], False
        for watt in watts.tolist():
            open_now = watt > rule["above"] or (
                open_now and watt > rule["above"] - rule["deadband"]
            )
            states.append("o" if open_now else ".")
        found[rule["key"]] = states
    return found


def test_any_31_days_raise_and_clear_alerts_and_keep_one_open(
    site: dict[str, Any], series: dict[str, HourlySeries]
) -> None:
    states = crossings(site, series)
    assert len(states) >= 3
    for first in range(0, CYCLE_HOURS - 31 * 24, WEEK_HOURS):
        window = {key: "".join(row[first : first + 31 * 24]) for key, row in states.items()}
        raised_and_cleared = [key for key, row in window.items() if ".o" in row and "o." in row]
        assert len(raised_and_cleared) >= 2, first
        assert window["b40-base"].count("o") >= 31 * 24 - 24, first


def test_a_working_day_of_january_has_an_alert_open_for_hours(
    site: dict[str, Any], series: dict[str, HourlySeries]
) -> None:
    states = crossings(site, series)
    tuesday = slice(7 * 24, 8 * 24)  # 8 January 2019
    open_hours = {key: row[tuesday].count("o") for key, row in states.items()}
    assert 4 <= open_hours["b5-load"] <= 14
    assert np.sum([row[tuesday].count(".") > 0 for row in states.values()]) >= 3
