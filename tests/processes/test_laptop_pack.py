"""A pack brings profiles and mappings, and nothing else."""

from __future__ import annotations

import pytest

from processes.laptop_pack import own_file


@pytest.mark.parametrize("name", ["profiles/own.toml", "mappings/site/box.toml"])
def test_a_pack_brings_the_site_s_own_profiles(name: str) -> None:
    assert own_file(name)


@pytest.mark.parametrize(
    "name",
    [
        "outbox.sqlite",
        "profiles/../outbox.sqlite",
        "profiles/../spool.toml",
        "/profiles/own.toml",
        "profiles\\..\\own.toml",
        "profiles/C:own.toml",
        "profiles/own.py",
        "",
    ],
)
def test_a_pack_writes_nothing_else_on_a_laptop(name: str) -> None:
    assert not own_file(name)
