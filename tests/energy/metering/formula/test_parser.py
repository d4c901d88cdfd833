"""Formulas as text: what is read is what is printed; what is hostile is refused with its place."""

from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction
from types import FrameType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from energy.metering.formula.errors import FormulaError
from energy.metering.formula.lexer import MOST_CHARACTERS, MOST_TOKENS
from energy.metering.formula.parser import DEEPEST, parse
from energy.metering.formula.tree import (
    Added,
    Call,
    Constant,
    Members,
    Multiplied,
    Named,
    Negated,
    Node,
    Number,
    PlaceValue,
    text_of,
)
from tests.examples import tried

NAMES = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Mn", "Lm", "Lo")),
    min_size=1,
    max_size=12,
).filter(lambda name: bool(name.strip()))
WORDS = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.builds(
        Number,
        value=st.decimals(0, 10**9, places=3).map(Fraction),
        unit=st.sampled_from(["", "kWh", "kJ/(kg*K)", "%"]),
    ),
    st.builds(Named, name=NAMES),
    st.builds(Constant, name=WORDS),
    st.builds(
        Members,
        utility=st.just("electricity"),
        place=st.none() | NAMES,
        named=st.none() | NAMES,
        quantity=st.none() | NAMES,
    ),
    st.builds(PlaceValue, place=NAMES, name=WORDS),
    st.just(Call(function="duration", arguments=())),
)


def _inner(inside: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    signed = st.tuples(st.sampled_from([1, -1]), inside)
    parts = st.tuples(inside, st.lists(signed, min_size=1, max_size=3)).map(
        lambda pair: ((1, pair[0]), *pair[1])
    )
    return st.one_of(
        st.builds(Added, parts=parts),
        st.builds(Multiplied, parts=parts),
        st.builds(Negated, inner=inside),
        st.builds(
            Call,
            function=st.sampled_from(["sum", "min", "max"]),
            arguments=st.lists(inside, min_size=2, max_size=3).map(tuple),
        ),
        st.builds(Call, function=st.just("abs"), arguments=inside.map(lambda each: (each,))),
    )


TREES = st.recursive(LEAVES, _inner, max_leaves=12)


@given(TREES)
@tried(60)
@example(Named(name="a]b]]\"'"))
@example(Named(name="航站楼 2 – 北"))
@example(Negated(inner=Negated(inner=Number(value=Fraction(1, 8)))))
def test_the_text_of_a_tree_is_read_as_the_same_tree(tree: Node) -> None:
    assert parse(text_of(tree)) == tree


@given(TREES)
@tried(25)
def test_printing_what_was_printed_changes_nothing(tree: Node) -> None:
    assert text_of(parse(text_of(tree))) == text_of(tree)


def test_signs_bind_as_everybody_writes_them() -> None:
    assert text_of(parse("-[a]*2 + 3*([b]-[c])/4")) == "-[a] * 2 + 3 * ([b] - [c]) / 4"
    added = parse("[a] - [b] - [c]")
    assert isinstance(added, Added)
    assert [sign for sign, _ in added.parts] == [1, -1, -1]


def test_rows_and_comments_are_blanks() -> None:
    assert parse("[a]  # what comes in\r\n\t- [b]") == parse("[a]-[b]")


HOSTILE = {
    "brackets": ("(" * 10_000, "deep", DEEPEST),
    "functions": ("abs(" * 2_000, "deep", None),
    "signs": ("-" * 10_000, "deep", DEEPEST),
    "names": ("[" * 10_000, "name_long", 0),
    "megabytes": ("1+" * 1_000_000, "long", MOST_CHARACTERS),
    "many parts": ("1+" * 4_999 + "1", "many", MOST_TOKENS),
    "digits": ("9" * 9_000, "number", 0),
    "exponent": ("1e999999999", "exponent", 1),
    "exponent of a fraction": ("0.5E9", "exponent", 3),
    "minus sign": ("[a] − [b]", "look_alike", 4),
    "wide digit": ("1 + １", "look_alike", 4),
    "cyrillic function": ("аbs([a])", "character", 0),
    "arabic digit": ("٣ + 1", "character", 0),
    "zero width": ("[a\u200bb]", "unseen", 2),
    "turned around": ("[a\u202eb]", "unseen", 2),
    "composed": ("[cafe\u0301]", "composed", 0),
    "quotes": ("\"[a]\" + '[b]'", "character", 0),
    "code": ("__import__('os').system('true')", "character", 11),
    "attribute": ("[a].b", "character", 3),
    "no end": ("[a", "open_name", 0),
    "row ends": ("[a\n]", "open_name", 0),
    "no unit's end": ("1 {kWh", "open_unit", 2),
    "no unit": ("1 {kWh/furlong}", "unit", 3),
    "empty": ("", "ends", 0),
    "blanks": (" \n ", "ends", 3),
    "operator last": ("[a] +", "ends", 5),
    "two values": ("[a] [b]", "unexpected", 4),
    "open bracket": ("([a] + 1", "open_bracket", 0),
    "no function": ("eval([a])", "function", 0),
    "too few": ("min([a])", "arguments", 0),
    "too many": ("abs([a], [b])", "arguments", 0),
    "narrowed twice": ("sum(meters(water, at=[a], at=[b]))", "narrowing", 26),
    "power": ("[a] ** 2", "unexpected", 5),
    "a point too many": ("1.2.3", "number", 0),
    "number and word": ("12kWh", "number", 0),
    "nul": ("[a] + \0", "character", 6),
    "surrogate": ("\ud800", "character", 0),
}


@pytest.mark.parametrize(("text", "key", "offset"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_hostile_is_refused_with_its_place(text: str, key: str, offset: int | None) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    error = caught.value
    assert error.code == f"formula.{key}"
    assert error.spot is not None
    if offset is not None:
        assert error.spot.offset == offset
    assert len(str(error)) < 700
    assert "^" in str(error).splitlines()[-1]


@pytest.mark.parametrize("text", [text for text, _, _ in HOSTILE.values()], ids=HOSTILE)
def test_what_is_hostile_costs_few_steps(text: str) -> None:
    """Calls are counted, no clock is read: a text costs at most what its readable part does."""
    calls = _calls(lambda: parse(text))
    assert calls < 25 * min(len(text), MOST_CHARACTERS) + 500


@given(st.text(max_size=200))
@tried(80)
def test_any_text_is_a_formula_or_is_refused(text: str) -> None:
    tree, refused = _read(text)
    if refused is None:
        assert tree is not None
        assert parse(text_of(tree)) == tree
        return
    assert refused.spot is not None
    assert 0 <= refused.spot.offset <= len(text)


def test_the_place_is_told_by_row_and_column() -> None:
    with pytest.raises(FormulaError) as caught:
        parse("[电表一] +\n  [电表二] + ?")
    spot = caught.value.spot
    assert spot is not None
    assert (spot.row, spot.column) == (2, 11)
    assert spot.shown == "  [电表二] + ?"
    assert len(spot.caret) == len("  [电表二] + ") + 3 + 1, "a Chinese letter takes two columns"
    assert "第 2 行第 11 列" in caught.value.told("zh")


def _read(text: str) -> tuple[Node | None, FormulaError | None]:
    try:
        return parse(text), None
    except FormulaError as error:
        return None, error


def _calls(act: Callable[[], object]) -> int:
    """Return how many calls an act makes that is refused or not."""
    count = 0

    def counted(_frame: FrameType, event: str, _what: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        act()
    except FormulaError:
        pass
    finally:
        sys.setprofile(before)
    return count
