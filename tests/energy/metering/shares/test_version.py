"""Portions of a day: keys alone and mixed, empty units, what is not known."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.quality import Quality
from energy.metering.shares.part import DayFacts, KeyKind, Part
from energy.metering.shares.version import (
    KeyPortion,
    KeyVersion,
    Vacancy,
    held_version,
    portions_on,
    version_from_json,
    version_to_json,
)
from tests.examples import tried

DAY = date(2019, 1, 1)


def part(key: str, **stated: int) -> Part:
    return Part(key=key, points=(key,), stated={k: Fraction(v) for k, v in stated.items()})


def version(
    *parts: Part,
    keys: tuple[tuple[KeyKind, Fraction], ...] = ((KeyKind.FIXED, Fraction(1)),),
    vacancy: Vacancy = Vacancy.COUNTED,
    owner: str | None = None,
    valid_from: date = DAY,
) -> KeyVersion:
    return KeyVersion(
        valid_from=valid_from,
        keys=tuple(KeyPortion(by=by, portion=portion) for by, portion in keys),
        parts=parts,
        vacancy=vacancy,
        owner=owner,
        held_by="tenant",
    )


A, B, C = part("a", weight=5, area_m2=10), part("b", weight=3, area_m2=30), part("c", weight=2)
OWNER = part("owner", weight=0, area_m2=0)


def test_fixed_weights_are_borne_as_stated() -> None:
    found = portions_on(version(A, B, C), DayFacts(day=DAY))
    assert found.portions == {"a": Fraction(1, 2), "b": Fraction(3, 10), "c": Fraction(1, 5)}
    assert found.quality is Quality.MEASURED


def test_two_keys_one_after_the_other_are_added_by_their_portions() -> None:
    half = Fraction(1, 2)
    mixed = version(A, B, keys=((KeyKind.AREA, half), (KeyKind.ENERGY, half)))
    facts = DayFacts(
        day=DAY,
        usage={"a": 900, "b": 100},
        quality={"a": Quality.MEASURED, "b": Quality.ESTIMATED},
    )
    found = portions_on(mixed, facts)
    assert found.portions == {
        "a": half * Fraction(1, 4) + half * Fraction(9, 10),
        "b": half * Fraction(3, 4) + half * Fraction(1, 10),
    }
    assert found.quality is Quality.ESTIMATED


def test_own_usage_that_is_not_known_is_never_a_zero() -> None:
    by_energy = version(A, B, keys=((KeyKind.ENERGY, Fraction(1)),))
    found = portions_on(by_energy, DayFacts(day=DAY, usage={"a": 900}))
    assert (found.portions, found.unknown) == (None, ("b",))


def test_a_part_that_gave_back_more_than_it_took_weighs_nothing() -> None:
    by_energy = version(A, B, keys=((KeyKind.ENERGY, Fraction(1)),))
    found = portions_on(by_energy, DayFacts(day=DAY, usage={"a": 900, "b": -100}))
    assert found.portions == {"a": Fraction(1), "b": Fraction(0)}


def test_the_area_of_the_place_counts_where_none_is_stated() -> None:
    by_area = version(A, Part(key="x", place="s1"), keys=((KeyKind.AREA, Fraction(1)),))
    facts = DayFacts(day=DAY, attributes={("x", "area_m2"): Fraction(30)})
    assert portions_on(by_area, facts).portions == {"a": Fraction(1, 4), "x": Fraction(3, 4)}
    assert portions_on(by_area, DayFacts(day=DAY)).unknown == ("x",)


@pytest.mark.parametrize(
    ("vacancy", "expected"),
    [
        (Vacancy.OWNER, {"a": "1/2", "b": "0", "c": "1/5", "owner": "3/10"}),
        (Vacancy.OTHERS, {"a": "5/7", "b": "0", "c": "2/7", "owner": "0"}),
        (Vacancy.COUNTED, {"a": "1/2", "b": "3/10", "c": "1/5", "owner": "0"}),
    ],
)
def test_who_bears_an_empty_unit_is_stated(vacancy: Vacancy, expected: dict[str, str]) -> None:
    stated = version(A, B, C, OWNER, vacancy=vacancy, owner="owner")
    found = portions_on(stated, DayFacts(day=DAY, vacant=frozenset({"b", "owner"})))
    assert found.portions is not None
    assert {key: str(portion) for key, portion in found.portions.items()} == expected


def test_what_no_key_claims_is_the_owners_or_unknown() -> None:
    nothing = DayFacts(day=DAY, usage={"a": 0, "b": 0, "owner": 0})
    keys = ((KeyKind.ENERGY, Fraction(1)),)
    with_owner = portions_on(version(A, B, OWNER, keys=keys, owner="owner"), nothing)
    assert with_owner.portions == {"a": Fraction(0), "b": Fraction(0), "owner": Fraction(1)}
    assert portions_on(version(A, B, keys=keys), nothing).portions is None


def test_of_one_day_the_last_told_key_counts() -> None:
    old, new, later = version(A), version(B), version(C, valid_from=date(2019, 2, 1))
    assert held_version([old, later, new], date(2019, 1, 31)) is new
    assert held_version([old, later, new], date(2019, 2, 1)) is later
    assert held_version([old], date(2018, 12, 31)) is None


def test_a_version_comes_back_from_json_as_it_was() -> None:
    stated = version(A, B, Part(key="x", name="X", place="s1"), vacancy=Vacancy.OTHERS, owner="a")
    assert version_from_json(version_to_json(stated)) == stated


@given(
    weights=st.lists(st.integers(0, 9), min_size=1, max_size=6),
    usage=st.lists(st.integers(-5, 99), min_size=6, max_size=6),
    vacant=st.sets(st.integers(0, 5)),
    vacancy=st.sampled_from(Vacancy),
    first=st.integers(0, 7),
)
@tried(150)
def test_portions_are_a_whole_whatever_the_keys_and_who_is_away(
    weights: list[int], usage: list[int], vacant: set[int], vacancy: Vacancy, first: int
) -> None:
    parts = [part(f"p{n}", weight=weight) for n, weight in enumerate(weights)]
    share = Fraction(first, 7)
    keys = ((KeyKind.FIXED, share), (KeyKind.ENERGY, 1 - share))
    stated = version(
        *parts,
        OWNER,
        keys=tuple(key for key in keys if key[1]),
        vacancy=vacancy,
        owner="owner",
    )
    facts = DayFacts(
        day=DAY,
        usage={f"p{n}": used for n, used in enumerate(usage)} | {"owner": 0},
        vacant=frozenset(f"p{n}" for n in vacant),
    )
    found = portions_on(stated, facts)
    assert found.portions is not None
    assert sum(found.portions.values()) == 1
    assert min(found.portions.values()) >= 0
    if vacancy is not Vacancy.COUNTED:
        assert not any(found.portions.get(key) for key in facts.vacant)
