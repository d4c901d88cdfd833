from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.cjt188 import profile as cjt188
from adapters.dlt645 import profile as dlt645
from adapters.meter_profile import MeterProfileError, use_own_profiles


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "profiles" / "dlt645").mkdir(parents=True)
    use_own_profiles(tmp_path)
    yield tmp_path / "profiles"
    use_own_profiles(None)


def test_a_site_numbers_its_tariffs_in_a_profile_of_its_own(own: Path) -> None:
    text = (dlt645.PROFILES / "dlt645_single_phase.toml").read_text("utf-8")
    text = text.replace('id = "dlt645_single_phase"', 'id = "east_wing"')
    text = text.replace("import_sharp", "import_x").replace("import_peak", "import_sharp")
    (own / "dlt645" / "east_wing.toml").write_text(text.replace("import_x", "import_peak"), "utf-8")
    assert dlt645.known() == [*dlt645.shipped(), "east_wing"]
    assert cjt188.known() == cjt188.shipped()
    read = dlt645.load("east_wing")
    assert read.point("active_energy_import_peak").wire.identifier == "00010100"
    assert read.point("active_energy_import_sharp").wire.identifier == "00010200"


def test_an_own_profile_never_takes_the_place_of_one_that_ships(own: Path) -> None:
    (own / "dlt645" / "dlt645_single_phase.toml").write_text("schema_version = 99", "utf-8")
    assert dlt645.load("dlt645_single_phase").vendor == "any"


@pytest.mark.parametrize("name", ["../east_wing", "", "dlt645_single_phase.toml", "east_wing"])
def test_what_is_no_profile_is_named_with_those_there_are(own: Path, name: str) -> None:
    with pytest.raises(MeterProfileError, match="there are dlt645_single_phase, dlt645_three"):
        dlt645.load(name)
