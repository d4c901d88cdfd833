"""What a device is said to be: every shipped product, read the wrong way round on purpose."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest

from adapters.modbus.probing.candidate import Products
from adapters.modbus.probing.judge import SURE
from adapters.modbus.register_map import MAPS as SHELF
from adapters.modbus.register_map import load
from simulator.profile_image import Image, register_image
from simulator.profile_values import plausible
from tests.adapters.modbus.probing.devices import (
    FIRST_MODEL,
    Device,
    Outcome,
    Temper,
    outcome,
    probed,
    random_device,
    turn_marker,
    without,
)

MAPS = [load(name) for name in SHELF.known()]
PRODUCTS = Products(MAPS)
FAST_SEEDS, SLOW_SEEDS = range(16), range(10_000, 12_000)


def device(name: str, word_order: str, offset: int, temper: Temper = Temper.STRICT) -> Device:
    register_map = load(name)
    values = plausible(register_map)
    place = offset + (FIRST_MODEL if register_map.discovery else 0)
    image = register_image(register_map, values, word_order=word_order, offset=place)
    turn_marker(register_map, image, word_order)
    return Device(map=register_map, values=values, image=image, temper=temper, around={})


@pytest.mark.parametrize("name", SHELF.known())
def test_every_product_is_identified_with_word_order_and_offset_deliberately_wrong(
    name: str,
) -> None:
    register_map = load(name)
    lowest = min(point.address for point in register_map.points.values())
    for word_order in ("big", "little"):
        for offset in (0, 1, *((-1,) if lowest else ())):
            made = device(name, word_order, offset)
            verdict = probed(made, PRODUCTS)
            assert verdict.best is not None
            alike = [verdict.best.candidate.profile, *verdict.best.twins]
            assert name in {profile.partition("@")[0].partition("~")[0] for profile in alike}
            assert verdict.settled, (word_order, offset, verdict.best.evidence)
            assert outcome(made, verdict) is Outcome.RIGHT
            assert verdict.best.candidate.deviation.offset == offset or register_map.discovery


def test_the_other_function_code_is_found() -> None:
    made = device("eastron_sdm630", "big", 0)
    turned: Image = {(3, address): word for (_, address), word in made.image.items()}
    best = probed(
        Device(map=made.map, values=made.values, image=turned, temper=made.temper, around={}),
        PRODUCTS,
    ).best
    assert best is not None
    assert best.candidate.profile == "eastron_sdm630~fc3"


def test_a_device_that_answers_both_function_codes_alike_is_one_answer() -> None:
    made = device("siemens_pac2200_3200", "big", 0)
    both = made.image | {(4, address): word for (_, address), word in made.image.items()}
    verdict = probed(
        Device(map=made.map, values=made.values, image=both, temper=made.temper, around={}),
        PRODUCTS,
    )
    assert verdict.settled
    assert verdict.best is not None
    assert verdict.best.candidate.profile == "siemens_pac2200_3200"


def test_products_with_the_same_registers_are_twins_and_no_reason_to_refuse() -> None:
    verdict = probed(device("carlo_gavazzi_em340", "little", 0), PRODUCTS)
    assert verdict.settled
    assert verdict.best is not None
    names = {verdict.best.candidate.profile, *verdict.best.twins}
    assert {"carlo_gavazzi_em340", "carlo_gavazzi_em24_e1"} <= names


def test_two_answers_that_are_close_are_both_shown_with_what_tells_them_apart() -> None:
    made = device("phoenix_eem_ma", "big", 0, Temper.ZEROS)
    for quantity in ("active_power", "active_power_l1", "active_power_l2", "active_power_l3"):
        made.values[quantity] = Fraction(0)
    idle = register_image(made.map, made.values, word_order="big")
    verdict = probed(
        Device(map=made.map, values=made.values, image=idle, temper=Temper.ZEROS, around={}),
        PRODUCTS,
    )
    assert not verdict.settled
    profiles = {each.candidate.profile for each in verdict.ranked[:2]}
    assert profiles == {"phoenix_eem_ma~big", "phoenix_eem_ma@-1"}
    assert verdict.differences()[0].quantity == "active_energy_import"


def test_a_scale_that_is_not_the_maps_is_named_and_keeps_its_place() -> None:
    made = device("chint_dtsu666", "big", 0)
    values = dict(made.values)
    for quantity in ("voltage_l1", "voltage_l2", "voltage_l3", "voltage_l1l2"):
        values[quantity] = Fraction(values[quantity]) / 10
    image = register_image(made.map, values)
    verdict = probed(
        Device(map=made.map, values=values, image=image, temper=made.temper, around={}), PRODUCTS
    )
    assert verdict.best is not None
    assert verdict.best.candidate.profile == "chint_dtsu666"
    assert dict(verdict.best.scales) == {"voltage": 1}


def test_a_device_that_no_map_describes_is_nobody() -> None:
    made = device("eastron_sdm630", "big", 0)
    verdict = probed(made, without(MAPS, "eastron_sdm630", "eastron_sdm120"))
    assert not verdict.settled


def test_a_counter_at_zero_of_a_device_that_refuses_nothing_proves_nothing() -> None:
    made = device("socomec_diris_a10", "big", 0, Temper.ZEROS)
    verdict = probed(made, without(MAPS, "socomec_diris_a10"))
    assert verdict.best is not None
    assert verdict.best.candidate.profile == "socomec_countis_diris_a14"
    assert "unproven" in {doubt.code for doubt in verdict.best.doubts}
    assert not verdict.settled


def test_a_frequency_that_is_none_bars_an_answer_however_well_the_rest_fits() -> None:
    made = device("carlo_gavazzi_em24_rs485", "little", 0, Temper.ZEROS)
    verdict = probed(made, without(MAPS, "carlo_gavazzi_em24_rs485"))
    assert verdict.best is not None
    assert "odd_frequency" in {doubt.code for doubt in verdict.best.doubts}
    assert not verdict.settled


def test_scores_are_shares_of_one_belief() -> None:
    verdict = probed(device("janitza_umg96", "big", 0), PRODUCTS)
    total = sum(each.score for each in verdict.ranked)
    assert SURE < total < 1


def test_no_random_device_is_taken_for_what_it_is_not() -> None:
    shipped: Counter[Outcome] = Counter()
    for seed in FAST_SEEDS:
        made = random_device(MAPS, seed)
        found = outcome(made, probed(made, PRODUCTS))
        assert found is not Outcome.WRONG, f"seed {seed}: {made.map.id}"
        shipped[found] += 1
    assert shipped[Outcome.RIGHT] > shipped[Outcome.REFUSED]


@pytest.mark.slow
def test_thousands_of_random_devices_are_taken_for_what_they_are_or_not_at_all() -> None:
    shipped: Counter[Outcome] = Counter()
    strange: Counter[Outcome] = Counter()
    lesser: dict[str, Products] = {}
    for seed in SLOW_SEEDS:
        made = random_device(MAPS, seed)
        name = made.map.id
        shipped[outcome(made, probed(made, PRODUCTS))] += 1
        left_out = ("eastron_sdm120",) if name == "eastron_sdm630" else ()
        if name not in lesser:
            lesser[name] = without(MAPS, name, *left_out)
        strange[outcome(made, probed(made, lesser[name]))] += 1
    assert shipped[Outcome.RIGHT] > 0.65 * shipped.total()
    assert shipped[Outcome.WRONG] <= 0.001 * shipped.total()
    assert strange[Outcome.WRONG] < 0.01 * strange.total()
