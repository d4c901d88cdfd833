"""Short messages: which alphabet, how many segments, what is never cut in two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.sms_text import (
    BASIC,
    CHAINED,
    EXTENSION,
    Alphabet,
    alphabet_of,
    chain_header,
    of_septets,
    segment_count,
    segments_of,
    septets_of,
)

GSM = "".join(sign for sign in BASIC if sign != "\x1b") + "".join(EXTENSION)


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("【机场】" + "告" * 66, 1),
        ("【机场】" + "告" * 67, 2),
        ("告" * 134, 2),
        ("告" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_as_a_phone_gets_them(text: str, segments: int) -> None:
    assert segment_count(text) == segments


def test_one_sign_outside_the_gsm_alphabet_makes_the_whole_text_wide() -> None:
    assert alphabet_of("Feeder 12 tripped: £5 à 3 m²") is Alphabet.UCS2
    assert alphabet_of("Feeder 12 tripped: £5 à 3 m [A|B]") is Alphabet.GSM7


def test_septets_stand_where_the_standard_has_them() -> None:
    assert len(BASIC) == 128
    assert septets_of("@A§a€") == bytes([0x00, 0x41, 0x5F, 0x61, 0x1B, 0x65])


@pytest.mark.parametrize(("septets", "text"), [(b"a\x1b\x01b", "a b"), (b"a\x1b\x1bb", "a b")])
def test_an_unknown_extension_is_a_space(septets: bytes, text: str) -> None:
    assert of_septets(septets) == text


def test_a_chain_header_is_that_of_8_bit_references() -> None:
    assert chain_header(0xA7, 3, 2) == bytes.fromhex("050003a70302")


@given(st.text(alphabet=GSM))
def test_septets_read_back_are_the_text(text: str) -> None:
    assert of_septets(septets_of(text)) == text


@given(st.text(max_size=600) | st.text(alphabet=GSM, max_size=900))
def test_segments_joined_are_the_text_and_each_fits(text: str) -> None:
    segments = segments_of(text)
    assert "".join(segments) == text
    if len(segments) > 1:
        assert all(segments)
        wide = alphabet_of(text) is Alphabet.UCS2
        sizes = [
            len(each.encode("utf-16-be", "surrogatepass")) // 2 if wide else len(septets_of(each))
            for each in segments
        ]
        most = CHAINED[alphabet_of(text)]
        assert max(sizes) <= most
        assert min(sizes[:-1]) >= most - 1
