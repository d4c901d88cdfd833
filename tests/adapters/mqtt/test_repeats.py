from __future__ import annotations

from adapters.mqtt.repeats import Repeat, Repeats


def test_the_same_key_with_the_same_content_is_fine_and_with_another_a_conflict() -> None:
    repeats = Repeats()
    assert repeats.look(("a",), (1, 2)) is Repeat.FINE
    assert repeats.look(("a",), (1, 2)) is Repeat.FINE
    assert repeats.look(("a",), (1, 3)) is Repeat.CONFLICT
    assert repeats.look(("a",), (1, 2)) is Repeat.FINE
    assert repeats.look(("b",), (1, 3)) is Repeat.FINE


def test_the_memory_is_bounded_and_the_oldest_key_goes_first() -> None:
    repeats = Repeats(kept=2)
    for key in ("a", "b", "c"):
        assert repeats.look((key,), 1) is Repeat.FINE
    assert repeats.look(("b",), 2) is Repeat.CONFLICT
    assert repeats.look(("a",), 2) is Repeat.FINE
