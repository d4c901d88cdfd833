from __future__ import annotations

from adapters.modbus.probing.candidate import FoundModel, Products, runs_of, telling_points
from adapters.modbus.register_map import load


def test_a_map_is_tried_with_each_function_code_offset_and_word_order() -> None:
    products = Products([load("janitza_umg96")])
    made = products.candidates({})
    assert len(made) == 12
    assert made[0].profile == "janitza_umg96"
    assert {each.profile for each in made} >= {"janitza_umg96@-1~little~fc4", "janitza_umg96@1"}
    assert [each.deviations for each in made] == sorted(each.deviations for each in made)


def test_an_offset_below_the_first_register_is_no_candidate() -> None:
    made = Products([load("eastron_sdm630")]).candidates({})
    assert {each.deviation.offset for each in made} == {0, 1}


def test_a_map_of_single_registers_has_no_word_order_to_turn() -> None:
    made = Products([load("xy_md02")]).candidates({})
    assert {each.deviation.word_order for each in made} == {False}


def test_a_relative_map_is_tried_only_where_its_model_was_found() -> None:
    products = Products([load("sunspec_meter_int")])
    assert products.candidates({}) == []
    made = products.candidates({"sunspec_meter_int": [FoundModel(40070, turned=False)]})
    assert [each.profile for each in made] == [
        "sunspec_meter_int@40070",
        "sunspec_meter_int@40070~fc4",
    ]


def test_a_scan_takes_addresses_as_they_are_written_and_both_word_orders() -> None:
    products = Products([load("janitza_umg96"), load("eastron_sdm630")], as_written=True)
    assert {each.profile for each in products.candidates({})} == {
        "janitza_umg96",
        "janitza_umg96~little",
        "eastron_sdm630",
        "eastron_sdm630~little",
    }


def test_voltages_tell_most_and_are_asked_first() -> None:
    names = [point.quantity for point in telling_points(load("abb_b23_b24"))]
    assert names[:3] == ["voltage_l1", "voltage_l2", "voltage_l3"]


def test_runs_have_no_holes_and_fit_into_one_read() -> None:
    points = load("eastron_sdm630").points.values()
    for _, first, end in runs_of(points):
        assert end - first <= 60
        held = {a for p in points for a in range(p.address, p.end)}
        assert held.issuperset(range(first, end))
