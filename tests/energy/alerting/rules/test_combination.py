"""Rules that stand together."""

from __future__ import annotations

from energy.alerting.rules.combination import Combination, Stood

S = 1_000_000


def holding(terms: Combination, at_s: int, **stood: tuple[int, int | None]) -> int:
    spans: dict[str, list[Stood]] = {
        key: [(first * S, None if end is None else end * S)] for key, (first, end) in stood.items()
    }
    return terms.holding(spans, at_s * S)


def test_all_any_and_none() -> None:
    terms = Combination(all_of=("a",), any_of=("b", "c"), none_of=("d",))
    assert holding(terms, 100, a=(1, None), c=(1, None)) == 2
    assert holding(terms, 100, a=(1, None), b=(1, None), c=(1, None)) == 3
    assert holding(terms, 100, a=(1, None)) == 0
    assert holding(terms, 100, b=(1, None)) == 0
    assert holding(terms, 100, a=(1, None), b=(1, None), d=(1, None)) == 0


def test_what_was_raised_counts_for_its_window_though_it_was_cleared() -> None:
    terms = Combination(all_of=("a", "b"), within_s=300)
    assert holding(terms, 290, a=(0, 10), b=(280, None)) == 2
    assert holding(terms, 300, a=(0, 10), b=(280, None)) == 0
    assert holding(terms, 400, a=(0, 500), b=(280, None)) == 2
    assert holding(terms, 279, a=(0, 10), b=(280, None)) == 0, "what is to come does not count"
