"""Which gateway is tried next, and when: fail-over at once, then rounds with back-off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from energy.alerting.notices.retries import FIRST_S, ROUNDS, Next, Try, TryOutcome, next_try
from tests.fixtures.postgres import NOON


def tried(gateway: str, second: int, outcome: str = "down", after_s: int = 0) -> Try:
    at = NOON + timedelta(seconds=second)
    return Try(gateway=gateway, outcome=TryOutcome(outcome), at=at, after_s=after_s)


def then(gateway: str, second: int) -> Next:
    return Next(gateway=gateway, not_before=NOON + timedelta(seconds=second))


def test_the_next_gateway_is_tried_at_once() -> None:
    assert next_try(["a", "b"], [tried("a", 0)]) == then("b", 0)


def test_when_all_were_tried_the_first_one_is_tried_after_a_pause_that_doubles() -> None:
    tries = [tried("a", 0), tried("b", 1)]
    assert next_try(["a", "b"], tries) == then("a", 1 + FIRST_S)
    tries += [tried("a", 6), tried("b", 6)]
    assert next_try(["a", "b"], tries) == then("a", 6 + 2 * FIRST_S)


def test_a_refusal_bars_its_gateway_for_good() -> None:
    assert next_try(["a", "b"], [tried("a", 0, "refused")]) == then("b", 0)
    assert next_try(["a", "b"], [tried("a", 0, "refused"), tried("b", 0, "refused")]) is None
    after = next_try(["a", "b"], [tried("a", 0, "refused"), tried("b", 0)])
    assert after == then("b", FIRST_S)


def test_a_busy_gateway_is_left_alone_as_long_as_it_asks() -> None:
    assert next_try(["a"], [tried("a", 0, "busy", 60)]) == then("a", 60)
    tries = [tried("a", 0, "busy", 600), tried("b", 0)]
    assert next_try(["a", "b"], tries) == then("b", FIRST_S)


@pytest.mark.parametrize("order", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_a_way_is_given_up_after_so_many_rounds(order: list[str]) -> None:
    tries = [tried(order[0], 0)]
    while (following := next_try(order, tries)) is not None:
        assert following.not_before >= tries[-1].at
        seconds = int((following.not_before - NOON).total_seconds())
        tries.append(tried(following.gateway, seconds))
    assert len(tries) == ROUNDS * len(order)
    assert tries[-1].at - NOON < timedelta(minutes=10)


def test_a_gateway_that_was_added_meanwhile_is_tried_at_once() -> None:
    assert next_try(["a", "new"], [tried("a", 0), tried("a", 5)]) == then("new", 5)
