"""The first form (TOML, released) is read for good, with the hashes it was published with."""

from __future__ import annotations

from pathlib import Path

import pytest

from billing.tariffs.first_form import is_first_form, new_form, old_words
from billing.tariffs.tariff_document import document_of
from billing.tariffs.tariff_file import parse_tariff
from tests.billing.tariffs.files import PLAIN, ROOT, WHOLE, problems_of

SITES = ROOT / "simulator" / "sites"
PUBLISHED = {
    "airport-steam.toml": "573a9b8dfbd25c2f76d450254c1eca5f346be03a99896c83b6e95ee4571800f2",
    "airport-electricity.toml": "75c770a8e0a1a86494e7c89a636251bab3aace94323d4d45da1f185b55acfe20",
    "airport-cooling.toml": "d3d5a27ea1b62b2399884868a4b9c6e5414b2d33c00fc48b24234cd662d47acf",
    "airport-gas.toml": "2af27bc8884cd73fa02e87855384c7061e58115521073440418251104f490274",
    "airport-water.toml": "a0fdd987e8e8efa63b2629c8639e718181f844284db7ef09041f207b5db8d9e6",
    "airport-heating.toml": "cee715e1eda57cd4c4464f37ee495f6b7d91b0320d678e922db0d97643d2ba8e",
    "campus-gas.toml": "49d2c1d9110f834456f7e25e808b832b34910ddd625cf7937d9da6680ebc2b24",
    "campus-electricity.toml": "5f6d81deecad22b9f455e420dcac8a12e4c2c07613ecd4a83c17299107cf0bf8",
}
"""Hashes by the program that was released before the second form."""


@pytest.mark.parametrize("file", sorted(SITES.glob("*/tariffs/*.toml")), ids=lambda file: file.name)
def test_a_published_hash_never_changes(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert is_first_form(document_of(text))
    assert parse_tariff(text).sha256 == PUBLISHED[file.name]


def test_the_second_form_is_told_from_the_first() -> None:
    assert not is_first_form(document_of(WHOLE, ".yaml"))
    assert not is_first_form(document_of(PLAIN, ".yaml"))
    assert problems_of(PLAIN + "season: []\n")[0].startswith("season: is not known here")


def test_what_the_first_form_did_not_know_is_carried_over() -> None:
    assert new_form({"valid_from": "x", "season": 5, "charge": [{"id": 1}], "odd": 2}) == {
        "valid": {"from": "x"},
        "seasons": 5,
        "charges": [{"id": 1}],
        "odd": 2,
    }
    assert new_form({"season": [{"id": "a", "default": "rest"}, 7]}) == {
        "valid": {},
        "seasons": [{"id": "a", "default": True}, 7],
    }


@pytest.mark.parametrize(
    ("told", "of_file"),
    [
        ("charges[2].price: x", "charge[2].price: x"),
        ("periods: x", "period: x"),
        ("seasons[1].from: x", "season[1].from: x"),
        ("valid.from: is missing", "valid_from: is missing"),
        ("zone: charges[1]", "zone: charges[1]"),
    ],
)
def test_problems_have_the_paths_of_the_file(told: str, of_file: str) -> None:
    assert old_words(told) == of_file
