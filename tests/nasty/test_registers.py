"""9 to 13: values no meter can have counted: kept, marked, told; no sum, no bill rests on them."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import pytest

from energy.base.quality import Quality
from energy.journal.noted import Notes
from energy.views.validation.frozen_counters import frozen_counters
from tests.fixtures.postgres import TestSite
from tests.nasty.stand import Stand, stand

pytestmark = pytest.mark.servers

IMPORT, POWER = "active_energy_import", "active_power"
MEASURED, SUSPECT = int(Quality.MEASURED), int(Quality.SUSPECT)
ABB, EASTRON = "abb_b23_b24", "eastron_sdm630"
IMPORT_OF_EASTRON = 0x0048
"""Its register, function 4."""


def kwh(here: Stand, *values: float) -> None:
    """Show values, a quarter of an hour apart."""
    for value in values:
        here.show(active_energy_import=Fraction(str(value)))
        here.poll()


def test_09_what_is_no_count_is_kept_as_suspect_and_is_in_no_sum(
    night: TestSite, tmp_path: Path
) -> None:
    nasty = [float("nan"), float("inf"), -float("inf"), 1e-42, -5.0, 3e38]
    with stand(night, tmp_path, EASTRON, IMPORT) as here:
        kwh(here, 100)
        for n, raw in enumerate(nasty, start=1):
            words = struct.unpack(">2H", struct.pack(">f", raw))
            here.registers(IMPORT_OF_EASTRON, *words, code=4)
            here.poll()
            kwh(here, 100 + 2 * n)
        qualities = [quality for _, quality in here.readings(IMPORT)]
        assert qualities == [MEASURED, *[SUSPECT, MEASURED] * len(nasty)]
        quarters = here.usage(IMPORT)[1 : 1 + 2 * len(nasty)]
        assert quarters == [(1_000, Quality.INTERPOLATED)] * len(quarters)
        assert (here.alarms(), here.bars()) == ([], set()), "one of them is not worth a person"


def test_09_a_counter_that_stays_no_number_is_an_alarm_until_it_is_well_again(
    night: TestSite, tmp_path: Path
) -> None:
    with stand(night, tmp_path, EASTRON, IMPORT) as here:
        kwh(here, 100)
        here.registers(IMPORT_OF_EASTRON, 0x7FC0, 0, code=4)
        for _ in range(3):
            here.poll()
        assert here.alarms() == [("modbus.not_a_number", "medium")]
        assert here.bars() == {"modbus.not_a_number"}
        kwh(here, 102, 103)
        assert (here.alarms(), here.bars()) == ([], set())


def test_10_words_swapped_in_mid_life_are_an_alarm_and_no_bill(
    night: TestSite, tmp_path: Path
) -> None:
    with stand(night, tmp_path, ABB, IMPORT) as here:
        kwh(here, 15203.41, 15203.82)
        here.show(word_order="little", active_energy_import=Fraction("15204.23"))
        here.poll()
        here.show(word_order="little", active_energy_import=Fraction("15204.64"))
        here.poll()
        codes = {code for code, _ in here.alarms()}
        assert codes & {"register.jump", "reading.out_of_range"}
        assert here.bars() == codes
        kwh(here, 15205.05, 15205.46)
        assert here.usage(IMPORT)[5] == (410, MEASURED), "mended, the next step is right"
        assert here.bars(), "a person has not looked yet"


@pytest.mark.parametrize(
    ("after", "next_"),
    [("299.99", "301.00"), ("0", "1.01")],
    ids=["back by one", "back to zero"],
)
def test_11_a_counter_that_goes_back_bars_the_bill_and_goes_on_from_there(
    night: TestSite, tmp_path: Path, after: str, next_: str
) -> None:
    with stand(night, tmp_path, ABB, IMPORT) as here:
        kwh(here, 299, 300)
        for value in (after, next_):
            here.show(active_energy_import=Fraction(value))
            here.poll()
        assert here.alarms() == [("register.negative_step", "medium")]
        assert here.bars() == {"register.negative_step"}
        assert [row[1] for row in here.usage(IMPORT)[1:4]] == [MEASURED, Quality.MISSING, MEASURED]
        assert here.usage(IMPORT)[3][0] == 1_010


def test_12_a_spike_and_its_return_are_held_and_the_next_difference_is_right(
    night: TestSite, tmp_path: Path
) -> None:
    with stand(night, tmp_path, ABB, IMPORT) as here:
        kwh(here, 300, 301, 1_000_301, 303, 304)
        assert here.alarms() == [("register.jump", "medium"), ("register.negative_step", "medium")]
        assert here.bars() == {"register.jump", "register.negative_step"}
        assert here.usage(IMPORT)[4] == (1_000, MEASURED)


def test_13_a_frozen_counter_with_power_flowing_is_an_alarm_and_no_bill(
    night: TestSite, tmp_path: Path
) -> None:
    with stand(night, tmp_path, EASTRON, IMPORT, POWER) as here:
        for n in range(14):
            frozen_at = min(n, 4)
            here.show(active_energy_import=Fraction(100 + frozen_at), active_power=4_000)
            here.poll()
        assert (here.alarms(), here.bars()) == ([], set())
        with night.writer.connection() as connection:
            found = frozen_counters(connection, night.schema, night.clock.now())
        Notes(night.writer, night.schema, night.clock).take(found)
        assert here.alarms() == [("register.frozen", "high")]
        assert here.bars() == {"register.frozen"}
