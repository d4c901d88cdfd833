from __future__ import annotations

from fractions import Fraction

from adapters.modbus.decode import Flaw
from adapters.modbus.probing.candidate import Products
from adapters.modbus.probing.seen import Seen
from adapters.modbus.probing.values import raw_integer, rule_holds, values_of
from adapters.modbus.register_map import load
from simulator.profile_image import register_image
from simulator.profile_values import plausible


def seen_of(name: str, **changed: Fraction) -> Seen:
    register_map = load(name)
    seen = Seen()
    for (code, address), word in register_image(
        register_map, plausible(register_map) | changed
    ).items():
        seen.take(code, address, [word])
    return seen


def test_values_come_in_one_unit_a_family() -> None:
    [best, *_] = Products([load("schneider_iem3000")]).candidates({})
    values = values_of(best, seen_of("schneider_iem3000"))
    assert values.known["active_power"] == 13110.0  # the map has kW
    assert values.known["voltage_l1"] == 230.0
    assert not values.refused


def test_what_was_not_answered_is_refused_and_what_is_no_number_flawed() -> None:
    [best, *_] = Products([load("abb_b23_b24")]).candidates({})
    seen = seen_of("abb_b23_b24")
    seen.take(3, 20484, [0xFFFF] * 4)
    del seen.words[3, 23296]
    values = values_of(best, seen)
    assert values.flawed == {"active_energy_export": Flaw.NULL_VALUE}
    assert values.refused == {"voltage_l1"}


def test_the_letters_of_a_maker_are_recognised() -> None:
    register_map = load("socomec_countis_diris_a14")
    [rule] = register_map.identify
    seen = seen_of("socomec_countis_diris_a14")
    assert rule_holds(rule, seen, "big") is True
    assert rule_holds(rule, seen, "little") is False
    assert rule_holds(rule, Seen(), "big") is None


def test_the_bare_words_of_a_counter_are_put_together() -> None:
    point = load("saia_ale3").points["active_energy_import"]
    seen = Seen()
    seen.take(3, point.address, [0x0001, 0x0002])
    assert raw_integer(point, seen, "big") == 0x00010002
    assert raw_integer(point, seen, "little") == 0x00020001
