"""An airport has exactly the meters that were asked for, in three levels, all supplied."""

from __future__ import annotations

import pytest

from energy.base.errors import ConfigError
from energy.base.units import Utility
from simulator.airport.design import UNITS_A_GATEWAY, airport_of
from simulator.airport.parts import PULSE

SIZES = [30, 31, 47, 60, 99, 100, 150, 299, 300, 512, 750, 1000, 1999]


@pytest.mark.parametrize("meters", SIZES)
def test_an_airport_has_as_many_metering_points_as_asked_for(meters: int) -> None:
    airport = airport_of(meters, 1)
    points = [m.point for m in airport.metered] + [s.point for s in airport.sensors]
    assert airport.meters == len(set(points)) == meters
    assert {meter.utility for meter in airport.metered} == set(Utility)
    assert {meter.level for meter in airport.metered} >= {"incomer", "board", "tenant"}


@pytest.mark.parametrize("meters", [29, 5001])
def test_what_is_no_airport_is_refused(meters: int) -> None:
    with pytest.raises(ConfigError, match="30 to 5000"):
        airport_of(meters, 1)


def test_the_same_seed_gives_the_same_airport_and_another_one_another() -> None:
    assert airport_of.__wrapped__(300, 1) == airport_of(300, 1)
    assert airport_of(300, 2) != airport_of(300, 1)


@pytest.mark.parametrize("meters", [30, 300, 1000])
def test_every_flow_has_one_lowest_meter_or_is_a_stated_loss(meters: int) -> None:
    airport = airport_of(meters, 1)
    lowest = {key for m in airport.metered if m.level == "tenant" for _, key in m.parts} | {
        "pv-elec"
    }
    for flow in airport.flows:
        assert (flow.key in lowest) != flow.key.startswith("loss-"), flow.key


@pytest.mark.parametrize("meters", [30, 300, 1000])
def test_more_meters_see_finer_but_the_airport_stays_as_large(meters: int) -> None:
    airport = airport_of(meters, 1)
    used = sum(
        sum(flow.terms.values())
        for flow in airport.flows
        if flow.utility is Utility.ELECTRICITY and "solar" not in flow.terms
    )
    # Chillers count here as what they give: they take a fifth of it.
    assert used == pytest.approx(23_466_000, rel=0.001)


def test_every_modbus_meter_has_one_place_behind_a_gateway() -> None:
    airport = airport_of(300, 1)
    behind = [point for points in airport.gateways for point in points]
    assert sorted(behind) == sorted(m.point for m in airport.metered if m.profile != PULSE)
    assert max(len(points) for points in airport.gateways) <= UNITS_A_GATEWAY


def test_every_board_and_tenant_is_fed_by_one_other_node() -> None:
    for graph in airport_of(300, 1).graphs:
        kinds = {key: kind for key, kind, _, _ in graph.nodes}
        fed = [to for _, to in graph.edges if kinds[to] != "busbar"]
        assert len(fed) == len(set(fed)), graph.utility
        fed += [to for _, to in graph.edges if kinds[to] == "busbar"]
        assert set(kinds) - set(fed) == {
            key for key, kind in kinds.items() if kind in {"incomer", "tie"}
        }
