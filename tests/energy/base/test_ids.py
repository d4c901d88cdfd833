"""Ids made of keys: the same for ever, another for every other key."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.ids import id_of
from tests.examples import tried

keys = st.lists(st.text(st.characters(exclude_characters="\n")), min_size=1, max_size=4)


def test_id_of_a_known_meter_never_changes() -> None:
    assert id_of("meter", "cambridge", "cam-b2-elec") == UUID(
        "e195a179-047f-5c9d-b534-ce64f6dceb9e"
    )


@tried(30)
@given(keys, keys)
def test_different_keys_have_different_ids(one: list[str], other: list[str]) -> None:
    assert (id_of(*one) == id_of(*other)) == (one == other)


def test_key_part_with_a_newline_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        id_of("meter", "a\nb")
