"""The airport's site file passes the checker, and says what its simulator is."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.own_files import use_own_files
from energy.base.units import Utility
from energy.metering.channel import Kind
from energy.metering.supply.check import dead_ends
from energy.metering.supply.graph import SOURCE_KINDS, Metered, balance_nodes, graph_of
from energy.metering.supply.losses import expected_loss
from processes.site_init import CheckedSite, check_site_file
from simulator.airport.__main__ import DEFAULT_METERS, DEFAULT_SEED, main
from simulator.airport.design import airport_of
from simulator.airport.model import AirportModel
from simulator.airport.plant import AirportPlant
from simulator.airport.site_file import site_text, write_profiles, write_site

DAY_S, QUARTER_S = 86_400, 900


@pytest.fixture(scope="module", autouse=True)
def own_maps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The airport's own register maps are known, as in its data directory."""
    folder = tmp_path_factory.mktemp("maps")
    write_profiles(folder)
    use_own_files(folder)
    yield
    use_own_files(None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("airport")
    write_site(airport_of(DEFAULT_METERS, DEFAULT_SEED), folder, interval_s=60)
    return folder


@pytest.fixture(scope="module")
def checked(folder: Path) -> CheckedSite:
    return check_site_file(folder / "site.toml")


@pytest.fixture(scope="module")
def document(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "site.toml").read_text(encoding="utf-8"))


def test_site_init_has_nothing_to_say_about_the_default_airport(checked: CheckedSite) -> None:
    plan = checked.plan
    assert len(plan.meters) == DEFAULT_METERS
    assert {meter.utility for meter in plan.meters} == set(Utility)
    assert {f.kind for m in plan.meters for f in m.channels} == {
        Kind.COUNTER,
        Kind.GAUGE,
        Kind.STATE,
    }
    assert {str(supply["utility"]) for supply in plan.supplies} == set(Utility)


@pytest.mark.parametrize(("meters", "seed"), [(30, 1), (77, 5), (512, 3)])
def test_other_airports_pass_too(tmp_path: Path, meters: int, seed: int) -> None:
    write_site(airport_of(meters, seed), tmp_path, interval_s=10)
    plan = check_site_file(tmp_path / "site.toml").plan
    assert len(plan.meters) == meters
    assert {s["interval_s"] for s in plan.sources if s["kind"] == "modbus_tcp"} == {10}


def test_the_site_reads_what_the_simulator_answers(checked: CheckedSite) -> None:
    airport = airport_of(DEFAULT_METERS, DEFAULT_SEED)
    plant = AirportPlant(AirportModel(airport))
    read = {(m.point, f.quantity) for m in checked.plan.meters for f in m.channels}
    assert read == set(plant.channels())
    counted = {m.point for m in checked.plan.meters if m.channels[0].kind is Kind.COUNTER}
    assert counted == set(plant.registers())
    for meter in checked.plan.meters:
        assert sum(facts.kind is Kind.COUNTER for facts in meter.channels) <= 1


def test_every_tenant_pays_and_every_counter_of_a_tenant_is_paid_once(
    checked: CheckedSite,
) -> None:
    airport = airport_of(DEFAULT_METERS, DEFAULT_SEED)
    supplies = [supply.point for a in checked.books.accounts for supply in a.supplies]
    assert Counter(supplies) == Counter(m.point for m in airport.metered if m.tenant is not None)
    assert len(checked.books.accounts) > 40
    assert {account.language for account in checked.books.accounts} == {"en", "zh"}
    assert all(account.email.endswith(".example") for account in checked.books.accounts)


def test_what_the_substation_watches_has_a_rule(checked: CheckedSite) -> None:
    keys = {rule["key"] for rule in checked.rules}
    assert {"tx-1-winding", "tx-2-winding", "feeder-t2-residual", "feeder-t2-contact"} <= keys
    assert not any("-board-" in key for key in keys), "boards have sensors and no rule"


def test_all_six_utilities_have_a_tariff(checked: CheckedSite) -> None:
    assert len(checked.books.tariffs) == len(Utility)


def test_every_counter_hangs_in_the_supply_graph_of_its_utility(document: dict[str, Any]) -> None:
    drawn = [n["point"] for graph in document["supply"] for n in graph["nodes"] if "point" in n]
    assert len(drawn) == len(set(drawn))
    counters = {m["point"]: m["utility"] for m in document["meter"] if m["source"] != "sensors-1"}
    beside = set(counters) - set(drawn)
    # Chillers and boilers: their sum is the main's, which is drawn.
    assert all("chiller" in point or "boiler" in point for point in beside)


def test_every_source_has_a_meter_and_reaches_users_of_its_utility(
    document: dict[str, Any],
) -> None:
    for supply in document["supply"]:
        graph = graph_of(supply["nodes"], supply["edges"])
        assert dead_ends(graph) == []
        for node in balance_nodes(graph):
            assert node.unmetered_sources == (), supply["utility"]
            if any(graph.nodes[each.key].kind in SOURCE_KINDS for each in node.entries):
                assert node.children, node.key


def test_what_the_sources_count_is_what_the_boards_count_and_the_transformers_lose(
    document: dict[str, Any],
) -> None:
    airport = airport_of(DEFAULT_METERS, DEFAULT_SEED)
    model, meters = AirportModel(airport), {meter.point: meter for meter in airport.metered}

    def used(points: Iterable[Metered]) -> int:
        found = [meters[each.point] for each in points]
        return sum(
            (model.true_count(m, DAY_S) - model.true_count(m, 0)) * m.per_count for m in found
        )

    electric = next(s for s in document["supply"] if s["utility"] == Utility.ELECTRICITY)
    graph = graph_of(electric["nodes"], electric["edges"])
    nodes = [n for n in balance_nodes(graph) if len(n.children) > 1 and "grid" in n.key]
    assert len(nodes) == 2
    for node in nodes:
        lost = used(node.entries) - used(node.children)
        assert 0 < lost < used(node.entries) * 3 // 100, node.key
        (loss,) = [graph.nodes[key].loss for key in node.nodes if key.startswith("tx-")]
        (grid,) = [meters[each.point] for each in node.entries if "grid" in each.point]
        counts = [model.true_count(grid, n * QUARTER_S) for n in range(DAY_S // QUARTER_S + 1)]
        load = np.diff(np.array(counts, dtype=np.int64)) * grid.per_count
        assert loss is not None, node.key
        told = int(expected_loss(loss, Utility.ELECTRICITY, load, QUARTER_S).sum())
        assert abs(lost - told) < used(node.entries) // 200, node.key


def test_the_command_writes_the_same_file(tmp_path: Path) -> None:
    assert main(["--write-site", str(tmp_path), "--meters", "40", "--seed", "7"]) == 0
    text = (tmp_path / "site.toml").read_text(encoding="utf-8")
    assert text == site_text(airport_of(40, 7), interval_s=60)


def test_a_play_that_lacks_its_words_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--meters", "40"]) == 2
    assert "--data-dir, --modbus-port, --mqtt-port, --from, --to" in capsys.readouterr().err


def test_nodes_name_their_sensors_and_feeders_what_they_are_built_for(
    document: dict[str, Any],
) -> None:
    electric = next(s for s in document["supply"] if s["utility"] == "electricity")
    nodes = {node["key"]: node for node in electric["nodes"]}
    assert {"feeder-t2-breaker", "feeder-t2-residual"} <= set(nodes["feeder-t2"]["sensors"])
    assert int(nodes["feeder-t2"]["rated_w"]) > 1_000_000
    assert "tx-1-winding" in nodes["tx-1"]["sensors"]
    every = [sensor for node in nodes.values() for sensor in node.get("sensors", [])]
    assert len(every) == len(set(every))


def test_chillers_boilers_and_the_sun_are_plants_with_their_meters(
    document: dict[str, Any],
) -> None:
    kinds = {place["key"]: place["kind"] for place in document["place"]}
    inside: dict[str, set[str]] = {}
    for meter in document["meter"]:
        inside.setdefault(meter["place"], set()).add(meter["point"])
    assert inside["chiller-2"] == {"chiller-2-cool", "energy-chiller-002-elec"}
    assert inside["boiler-1"] == {"boiler-1-heat", "energy-boiler-001-gas"}
    assert inside["steam-boiler-1"] == {"steam-boiler-1-steam", "energy-steam-001-gas"}
    assert inside["pv"] == {"pv-elec"}
    assert {kinds[key] for key in ("chiller-2", "boiler-1", "steam-boiler-1", "pv")} == {"plant"}
