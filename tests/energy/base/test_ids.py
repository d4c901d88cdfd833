"""Ids made of keys: the same for ever, another for every other key."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.ids import id_of, meant_by
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


def test_the_beginning_of_an_id_means_what_begins_so_and_nothing_means_nothing() -> None:
    ids = [
        UUID("ab12cd34-0000-0000-0000-000000000001"),
        UUID("ab120000-0000-0000-0000-000000000002"),
    ]
    assert meant_by("AB12C", ids, lambda each: each) == ids[:1]
    assert meant_by("ab12cd34-00", ids, lambda each: each) == ids[:1]
    assert meant_by("ab12", ids, lambda each: each) == ids
    assert meant_by("", ids, lambda each: each) == meant_by("-", ids, lambda each: each) == []
