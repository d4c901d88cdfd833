from __future__ import annotations

from adapters.modbus.probing.seen import Seen


def test_an_answer_serves_every_read_inside_it() -> None:
    seen = Seen()
    seen.take(4, 10, [1, 2, 3])
    assert seen.get(4, 11, 2) == (2, 3)
    assert seen.settled(4, 10, 3)
    assert seen.get(4, 12, 2) is None
    assert seen.get(3, 10, 1) is None


def test_a_refusal_bars_wider_reads_and_no_narrower_ones() -> None:
    seen = Seen()
    seen.refuse(3, 10, 4)
    assert seen.bars(3, 10, 4)
    assert seen.bars(3, 9, 6)
    assert not seen.bars(3, 10, 3)
    assert not seen.bars(4, 9, 6)
