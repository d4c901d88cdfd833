"""A text that is no TOML is refused, whatever it does to a parser."""

from __future__ import annotations

import pytest

from energy.base.toml_text import LONGEST, NoTomlError, toml_of


def test_a_table_is_read() -> None:
    assert toml_of('id = "mine"\nmost = 9223372036854775807') == {"id": "mine", "most": 2**63 - 1}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[point", "Expected"),
        ("most = " + "9" * 5000, "digits"),
        ("most = 0x" + "f" * 5000, "more than 64 bits"),
        ("most = [[1], [{ x = 9223372036854775808 }]]", "more than 64 bits"),
        ("most = " + "[" * 5000 + "]" * 5000, "too deep"),
    ],
)
def test_what_no_reader_should_meet_is_no_toml_in_few_words(text: str, why: str) -> None:
    with pytest.raises(NoTomlError, match=why) as met:
        toml_of(text)
    assert len(str(met.value)) <= LONGEST
