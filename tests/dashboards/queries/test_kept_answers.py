"""Answers that are kept: worked out once, by one, and never more than there is room for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboards.queries.kept_answers import KeptAnswers

VIEWERS = 50


def counted(value: object, calls: list[object]) -> Callable[[], object]:
    def answer() -> object:
        calls.append(value)
        return value

    return answer


def test_fifty_who_ask_at_once_make_one_question() -> None:
    kept, calls = KeptAnswers(), list[int]()
    begun, may_end = threading.Event(), threading.Event()

    def slow() -> str:
        calls.append(1)
        begun.set()
        assert may_end.wait(60)
        return "told"

    with ThreadPoolExecutor(VIEWERS) as viewers:
        asked = [viewers.submit(kept.get, "key", slow) for _ in range(VIEWERS)]
        assert begun.wait(60)
        may_end.set()
        assert {each.result(60) for each in asked} == {"told"}
    assert len(calls) == 1


def test_a_refusal_reaches_everybody_and_is_not_kept() -> None:
    kept = KeptAnswers()

    def refuse() -> object:
        raise PermissionError("not yours")

    for _ in range(2):
        with pytest.raises(PermissionError, match="not yours"):
            kept.get("key", refuse)
    assert kept.get("key", lambda: "now told") == "now told"


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    kept, calls = KeptAnswers(most_entries=2), list[object]()
    for name in ("a", "b", "a", "c", "a", "b"):
        kept.get(name, counted(name, calls))
    assert calls == ["a", "b", "c", "b"]
    assert kept.room[0] == 2


def test_room_is_counted_in_bytes() -> None:
    kept = KeptAnswers(most_bytes=10_000)
    for number in range(10):
        kept.get(number, lambda: b"x" * 3_000)
    many, size = kept.room
    assert many == 3
    assert 9_000 < size <= 10_000
    kept.get("larger than all room", lambda: b"x" * 20_000)
    assert kept.room == (0, 0)
