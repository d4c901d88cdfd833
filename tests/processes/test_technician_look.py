"""A device looked at over a real socket: display, ratio, load, counter and power."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from fractions import Fraction

import pytest

from adapters.modbus.link import Link, LinkKind
from adapters.modbus.probing.candidate import Products
from adapters.modbus.register_map import MAPS, load
from energy.base.clock import ManualClock
from energy.metering.channel import Side
from processes.technician_checks import Outcome, display_of
from processes.technician_judgement import Judgement
from processes.technician_load import load_of
from processes.technician_look import Beside, Look, look
from processes.technician_values import NoContactError
from simulator.profile_image import Value
from tests.fixtures.postgres import NOON
from tests.fixtures.slaves import image_of, slaves

PRODUCTS = Products([load(name) for name in MAPS.known()], as_written=True)


def looked(
    profile: str,
    beside: Beside | None = None,
    *,
    changed: Mapping[str, Value] | None = None,
    rising: Callable[[int], Fraction] | None = None,
    watch_s: int = 0,
    read_as: str | None = None,
) -> Look:
    """Look at a device whose import counter stands at `rising(seconds)`."""
    clock = ManualClock(NOON)
    with slaves({1: image_of(profile, changed)}) as slave:

        async def wait(seconds: int) -> None:
            clock.move_to(clock.now() + timedelta(seconds=seconds))
            if rising is not None:
                passed = (clock.now() - NOON) // timedelta(seconds=1)
                now = {"active_energy_import": rising(passed)}
                slave.images[1] = image_of(profile, {**(changed or {}), **now})

        return asyncio.run(
            look(
                Link(kind=LinkKind.TCP, host="127.0.0.1", port=slave.port),
                1,
                load(read_as or profile),
                beside or Beside(),
                clock=clock,
                timeout_s=1.0,
                watch_s=watch_s,
                wait=wait,
                products=PRODUCTS,
            )
        )


def by_name(seen: Look) -> dict[str, Judgement]:
    return {judgement.name: judgement for judgement in seen.judgements}


def test_a_sound_meter_has_nothing_against_it() -> None:
    seen = looked("eastron_sdm630")
    assert not seen.refused
    assert by_name(seen)["transformers"].code == "transformers_ok"
    assert seen.side is not None
    assert seen.side.side is Side.PRIMARY


@pytest.mark.parametrize("profile", [name for name in MAPS.known() if "sunspec" not in name])
def test_every_product_can_be_looked_at(profile: str) -> None:
    seen = looked(profile)
    assert seen.shown.values
    for judgement in seen.judgements:
        assert judgement.outcome is not Outcome.REFUSED or judgement.name == "side"
        assert judgement.text("zh")
        assert judgement.title("zh")


def test_a_counter_that_rises_with_the_power_is_ok() -> None:
    start = Fraction("123456.6")
    seen = looked(
        "schneider_iem3000",
        rising=lambda s: round((start + Fraction(13110 * s, 3_600_000)) * 1000) / Fraction(1000),
        watch_s=60,
    )
    counter = by_name(seen)["counter"]
    assert (counter.outcome, counter.code) == (Outcome.OK, "counter_ok")
    assert counter.values["seconds"] == "60"


def test_a_counter_that_stands_with_power_is_another_register() -> None:
    counter = by_name(looked("schneider_iem3000", watch_s=60))["counter"]
    assert (counter.outcome, counter.code) == (Outcome.REFUSED, "counter_stands")


def test_a_coarse_counter_needs_a_longer_look_and_says_how_long() -> None:
    counter = by_name(looked("eastron_sdm630", watch_s=5))["counter"]
    assert (counter.outcome, counter.code) == (Outcome.NOTED, "counter_still")
    assert "Read 60 s more" in counter.text("en")


def test_a_counter_that_rises_ten_times_too_fast_names_the_factor() -> None:
    start = Fraction("123456.6")
    seen = looked(
        "schneider_iem3000",
        rising=lambda s: round((start + Fraction(13110 * s, 360_000)) * 1000) / Fraction(1000),
        watch_s=60,
    )
    counter = by_name(seen)["counter"]
    assert counter.code == "counter_other"
    assert counter.values["factor"] == "10"


def test_a_reversed_transformer_is_wrong_where_power_is_only_drawn() -> None:
    changed = {"active_power_l2": Fraction(-4370), "reactive_power_l2": Fraction(-1436)}
    seen = looked("eastron_sdm630", changed=changed | {"active_power": Fraction(4370)})
    assert by_name(seen)["transformers"].code == "transformer_reversed"
    assert by_name(seen)["sum"].code == "sum_ok"


def test_a_ratio_applied_twice_is_found_by_a_known_load() -> None:
    beside = Beside(
        ratio=Fraction(40), multiplier=Fraction(40), load=load_of("4.4 kW heater on L1")
    )
    seen = looked("abb_b23_b24", beside)
    assert seen.side is not None
    assert seen.side.side is Side.PRIMARY
    assert by_name(seen)["load"].code == "load_ok"
    assert by_name(seen)["multiplier"].code == "twice_by_load"
    assert [str(each.energy) for each in seen.candidates] == ["617283/5", "4938264"]
    assert [each.current_a for each in seen.candidates] == [20, 800]


def test_a_ratio_applied_twice_is_found_by_the_side_of_the_profile() -> None:
    seen = looked("socomec_diris_b30", Beside(ratio=Fraction(40), multiplier=Fraction(40)))
    if seen.side is not None and seen.side.side is Side.PRIMARY:
        assert by_name(seen)["multiplier"].code == "twice_by_side"
    else:
        assert by_name(seen)["side"].outcome is Outcome.REFUSED


def test_a_load_on_the_wrong_phase_is_found_where_it_is() -> None:
    changed: dict[str, Value] = {
        "active_power_l1": Fraction(0), "current_l1": Fraction(0), "reactive_power_l1": Fraction(0),
        "active_power_l2": Fraction(3000), "active_power": Fraction(7370),
    }  # fmt: skip
    seen = looked("eastron_sdm630", Beside(load=load_of("3 kW on L1")), changed=changed)
    assert by_name(seen)["load"].code == "load_moved"


@pytest.mark.parametrize(
    ("display", "code"),
    [
        ("123456.6", "display_ok"),
        ("1234.57", "display_scale"),
        ("4938264", "display_primary"),
        ("99999.9", "display_differs"),
    ],
)
def test_display_register_and_ratio_are_held_together(display: str, code: str) -> None:
    beside = Beside(display=display_of(display), ratio=Fraction(40))
    assert by_name(looked("abb_b23_b24", beside))["display"].code == code


def test_a_display_that_counts_behind_the_transformers_settles_the_side() -> None:
    beside = Beside(display=display_of("4938264"), ratio=Fraction(40), multiplier=Fraction(40))
    seen = looked("abb_b23_b24", beside)
    assert seen.side is not None
    assert seen.side.side is Side.SECONDARY
    assert by_name(seen)["multiplier"].outcome is Outcome.OK


def test_voltages_a_hundred_times_too_small_are_a_scale() -> None:
    changed = {f"voltage_l{n}": Fraction("2.3") for n in (1, 2, 3)}
    voltage = by_name(looked("eastron_sdm630", changed=changed))["voltage"]
    assert (voltage.code, voltage.values["factor"]) == ("voltage_scale", "100")


def test_a_voltage_transformer_the_wrong_way_round_shows_between_the_phases() -> None:
    changed = {"voltage_l1l2": Fraction(230), "voltage_l2l3": Fraction(230)}
    between = by_name(looked("eastron_sdm630", changed=changed))["between"]
    assert between.code == "between_reversed"


def test_a_device_of_another_product_is_named() -> None:
    seen = looked("janitza_umg96", read_as="abb_b23_b24")
    [judgement] = seen.judgements
    assert judgement.code == "illegal_looks_like"
    assert "register 0x5000 illegal" in judgement.text("en")
    assert "the device looks like janitza_umg96" in judgement.text("en")


def test_a_device_that_hangs_up_is_no_contact() -> None:
    link = Link(kind=LinkKind.RTU, device="/dev/no-such-adapter")

    async def wait(_: int) -> None:
        raise AssertionError("nothing is watched")

    with pytest.raises(NoContactError, match="No serial port"):
        asyncio.run(
            look(
                link, 1, load("xy_md02"), Beside(),
                clock=ManualClock(NOON), timeout_s=0.2, watch_s=0, wait=wait,
            )
        )  # fmt: skip


def test_a_billed_counter_beside_a_register_that_the_variant_lacks_is_read() -> None:
    whole = image_of("abb_b23_b24")
    export = load("abb_b23_b24").points["active_energy_export"]
    without = {
        (code, at): word
        for (code, at), word in whole.items()
        if not export.address <= at < export.end
    }
    with slaves({1: without}) as slave:
        found = asyncio.run(
            look(
                Link(kind=LinkKind.TCP, host="127.0.0.1", port=slave.port),
                1,
                load("abb_b23_b24"),
                Beside(),
                clock=ManualClock(NOON),
                timeout_s=1.0,
                watch_s=0,
                wait=asyncio.sleep,
                products=PRODUCTS,
            )
        )
    assert "active_energy_import" in found.shown.values
    assert "active_energy_export" not in found.shown.values
