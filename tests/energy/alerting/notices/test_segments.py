"""Segments: what is paid for, by the alphabet and the chain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.alerting.notices.segments import Coding, coding_of, segments_of


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("[" * 80, 1),  # two septets each
        ("[" * 81, 2),
        ("警" * 70, 1),
        ("警" * 71, 2),
        ("警" * 134, 2),
        ("警" * 135, 3),
        ("😀" * 35, 1),  # two units each
        ("😀" * 36, 2),
    ],
)
def test_a_text_has_so_many_parts(text: str, parts: int) -> None:
    assert len(segments_of(text)) == parts


def test_one_sign_outside_the_alphabet_makes_the_whole_text_ucs2() -> None:
    assert coding_of("Limit 5 € {a}") is Coding.GSM7
    assert coding_of("Limit 5 € — a") is Coding.UCS2
    assert len(segments_of("a" * 100 + "—")) == 2


def test_no_sign_is_cut_in_two_at_the_end_of_a_part() -> None:
    found = segments_of("a" * 152 + "[" + "b" * 30)
    assert found.parts == ("a" * 152, "[" + "b" * 30)
    assert segments_of("警" * 66 + "😀" * 5).parts[0] == "警" * 66


@given(st.text(alphabet="ab[€警😀—", max_size=400))
def test_the_parts_are_the_text_and_none_is_too_long(text: str) -> None:
    found = segments_of(text)
    assert "".join(found.parts) == text
    if len(found) > 1:
        most = 153 if found.coding is Coding.GSM7 else 67
        for part in found.parts:
            assert 0 < segments_of(part).units <= most or found.coding is not coding_of(part)
