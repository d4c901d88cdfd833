"""YAML is read by the core of 1.2, and nothing that people read in two ways."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.checked_table import BareNumber
from billing.tariffs.yaml_text import DEEPEST, LONGEST, NoYamlError, yaml_of


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("11:00", "11:00"),
        ("11:00:00", "11:00:00"),
        ("07-01", "07-01"),
        ("2025-01-01", "2025-01-01"),
        ("2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("Off", "Off"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("0b1", "0b1"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("15", 15),
        ("-3", -3),
        ("007", 7),
        ('"15"', "15"),
        ("'true'", "true"),
        ("1.5", BareNumber("1.5")),
        ("1e3", BareNumber("1e3")),
        (".5", BareNumber(".5")),
        ("-.INF", BareNumber("-.INF")),
        (".nan", BareNumber(".nan")),
    ],
)
def test_a_scalar_is_what_yaml_1_2_says(written: str, read: object) -> None:
    assert yaml_of(f"a: {written}") == {"a": read}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2", "'a' stands twice (at line 2"),
        ("a: {b: 1, b: 2}", "'b' stands twice"),
        ("a: &x 1", "anchors (&x) are not read"),
        ("a: *x", "aliases (*name) are not read"),
        ("a: !!python/object/apply:os.system [true]", "tags (tag:yaml.org,2002:python"),
        ("a: !!float 1", "tags (tag:yaml.org,2002:float)"),
        ("a: !secret 1", "tags (!secret)"),
        ("? [a, b]\n: 1", "a key must be a plain word"),
        ("a: 1\n---\nb: 2", "more than one document"),
        ("- a\n- b", "it is no table"),
        ("", "it is no table"),
        ("# nothing", "it is no table"),
        ("just words", "it is no table"),
        ("a: [1, 2", "expected ',' or ']'"),
        ("a: 'open", "found unexpected end of stream"),
        ("a:\n\t- b", "found character"),
        ("a: \x07", "unacceptable character"),
        ("a: " + "[" * (DEEPEST + 2) + "]" * (DEEPEST + 2), "lie too deep"),
        ("a: " + "[" * 20_000, "lie too deep"),
        ("a: 1\n" * LONGEST, "longer than"),
        ("%YAML 1.1\n%YAML 1.1\n---\na: 1", "duplicate"),
    ],
)
def test_what_is_refused_says_why(text: str, said: str) -> None:
    with pytest.raises(NoYamlError) as caught:
        yaml_of(text)
    assert said in str(caught.value)


def test_a_bomb_of_aliases_ends_at_its_first_anchor() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(NoYamlError, match="anchors"):
        yaml_of("\n".join(rows))


def test_a_merge_key_is_a_key_like_any_other() -> None:
    assert yaml_of("<<: {a: 1}\nb: 2") == {"<<": {"a": 1}, "b": 2}


def test_keys_are_texts_whatever_they_look_like() -> None:
    assert yaml_of("2025: {1.5: a, true: b, null: c}") == {
        "2025": {"1.5": "a", "true": "b", "null": "c"}
    }


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(NoYamlError):
        assert isinstance(yaml_of(text), dict)
