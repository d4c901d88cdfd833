"""JSON is read strictly: exact fractions, no name twice, no depth without end."""

from __future__ import annotations

from decimal import Decimal

import pytest

from adapters.strict_json import DuplicateKeyError, StrictJsonError, TooDeepError, parse_json


def test_fractions_stay_exact() -> None:
    assert parse_json('{"a": [0.1, 7, null, true, "x"]}') == {
        "a": [Decimal("0.1"), 7, None, True, "x"]
    }


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[" * 100_000 + "]" * 100_000, TooDeepError),
        ('{"a": 1, "a": 2}', DuplicateKeyError),
        ("[NaN]", StrictJsonError),
        ("[1e999999999]", StrictJsonError),
        ("{", StrictJsonError),
        ("", StrictJsonError),
    ],
)
def test_what_is_no_strict_json_is_refused(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        parse_json(text)


def test_brackets_inside_texts_are_no_depth() -> None:
    assert parse_json('["' + "[" * 50 + '"]') == ["[" * 50]
