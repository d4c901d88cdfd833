from __future__ import annotations

import tomllib

import pytest

from adapters.bacnet.profile import PROFILES, BacnetReader
from adapters.meter_profile import MeterProfileError
from energy.metering.source_facts import source_problems

NAME = "bacnet_energy_kwh"
TEXT = PROFILES.text(NAME)


def test_what_ships_is_sound() -> None:
    assert PROFILES.shipped() == [NAME]
    assert PROFILES.load(NAME).point("active_energy_import").billing


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("accumulator,1", "schedule,1", "object must look like"),
        ("accumulator,1", "accumulator,9999999", "object must look like"),
        ('scale = "0.001"', "scale = 0.001", "scale must be an exact text"),
        ('kind = "gauge"', 'kind = "gauge"\nbits = [0, 1]', "bits are for a state alone"),
        ('kind = "gauge"', 'kind = "gauge"\nregister = 7', "unknown key 'register'"),
    ],
)  # fmt: skip
def test_a_profile_with_a_problem_is_refused_with_its_cause(
    old: str, new: str, problem: str
) -> None:
    assert old in TEXT
    with pytest.raises(MeterProfileError) as met:
        PROFILES.parse(TEXT.replace(old, new, 1), name=NAME)
    assert problem in str(met.value)


def test_the_readme_explains_every_key_and_shows_the_sample() -> None:
    folder = PROFILES.folder.parent
    readme = (folder / "README.md").read_text("utf-8")
    sample = (folder / "sample.toml").read_text("utf-8")
    assert sample.strip() in readme
    keys = (*BacnetReader.OWN_KEYS, *BacnetReader.WIRE_KEYS)
    assert [key for key in keys if f"`{key}`" not in readme] == []
    (source,) = tomllib.loads(sample)["source"]
    assert source_problems(source) == []
