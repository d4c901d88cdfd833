from __future__ import annotations

from pathlib import Path

import pytest

from processes.profile_page import profiles_page
from processes.profile_reads import sheet, shipped

ROOT = Path(__file__).parents[2]


def test_the_page_of_the_profiles_is_what_the_maps_say() -> None:
    page = (ROOT / "docs" / "profiles.md").read_text("utf-8")
    assert page == profiles_page(sheet(name) for name in shipped()), (
        "run `scripts/meterline profile docs > docs/profiles.md`"
    )


@pytest.mark.parametrize("profile", shipped())
def test_the_page_has_every_quantity_and_source_of_a_profile(profile: str) -> None:
    read = sheet(profile)
    section = profiles_page([read]).partition(f"\n## {profile}\n")[2]
    for point in read.points:
        assert f"\n| {point.quantity} |" in section
    for source in read.sources:
        assert f"\n- {source}\n" in section
    assert read.note in section


def test_a_bar_in_a_note_would_break_the_table_and_there_is_none() -> None:
    for name in shipped():
        assert not [point for point in sheet(name).points if "|" in point.note]
