from __future__ import annotations

from adapters.modbus.probing.candidate import Candidate, Products
from adapters.modbus.probing.evidence import (
    counters,
    deviations,
    identity,
    shapes,
    structure,
)
from adapters.modbus.probing.seen import Seen
from adapters.modbus.probing.values import values_of
from adapters.modbus.register_map import load
from simulator.profile_image import register_image
from simulator.profile_values import plausible


def met(name: str, profile: str = "") -> tuple[Candidate, Seen]:
    register_map = load(name)
    seen = Seen()
    for (code, address), word in register_image(register_map, plausible(register_map)).items():
        seen.take(code, address, [word])
    made = Products([register_map]).candidates({})
    return next(each for each in made if each.profile == (profile or name)), seen


def test_a_deviation_costs_belief() -> None:
    assert deviations(met("janitza_umg96")[0]) == []
    [cost] = deviations(met("janitza_umg96", "janitza_umg96@-1~little")[0])
    assert cost.bits == -6.0


def test_a_refused_block_and_a_refused_counter_speak_against() -> None:
    candidate, seen = met("abb_b23_b24")
    for address in range(20480, 20488):
        del seen.words[3, address]
    codes = {
        each.code: each.bits for each in structure(candidate, seen, values_of(candidate, seen))
    }
    assert codes["refused"] == -4.0
    assert codes["counter_refused"] == -10.0


def test_a_device_that_has_nothing_but_the_map_draws_it() -> None:
    candidate, seen = met("xy_md02")
    seen.refuse(4, 0, 4)
    found = {each.code for each in structure(candidate, seen, values_of(candidate, seen))}
    assert found == {"answered", "edges", "nothing_else"}


def test_letters_of_the_maker_weigh_ten_bits_and_those_of_another_six_against() -> None:
    candidate, seen = met("circutor_rgu")
    assert [each.bits for each in identity(candidate, seen)] == [10.0]
    seen.take(4, 5000, [0x4142, 0x4344])
    assert [each.bits for each in identity(candidate, seen)] == [-6.0]


def test_turned_words_of_a_counter_end_in_zeros() -> None:
    candidate, seen = met("wb_mwac_v2_pulse")
    right = shapes(candidate, seen, values_of(candidate, seen))
    assert {each.code for each in right} == {"integers"}
    turned, seen = met("wb_mwac_v2_pulse", "wb_mwac_v2_pulse~little")
    wrong = shapes(turned, seen, values_of(turned, seen))
    assert "odd_integers" in {each.code for each in wrong}


def test_a_billed_counter_at_zero_is_proof_only_where_registers_are_refused() -> None:
    candidate, seen = met("janitza_umg96")
    point = candidate.map.points["active_energy_import"]
    seen.take(3, point.address, [0, 0])
    values = values_of(candidate, seen)
    assert "unproven" in {each.code for each in counters(candidate, seen, values)}
    seen.refuse(3, 1, 1)
    assert "unproven" not in {each.code for each in counters(candidate, seen, values)}
