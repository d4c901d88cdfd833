from __future__ import annotations

from pathlib import Path

from adapters.errors import SpoolFullError
from adapters.spool import Spool
from adapters.spool_rows import SpoolPart
from processes.collect_held import DROPPED, HeldParts
from tests.adapters.test_spool import CLOCK, columns

FULL = SpoolFullError(Path("spool.sqlite"), "no room")


def part(readings: int, source: str = "bus") -> SpoolPart:
    return SpoolPart(source=source, columns=columns(readings))


def test_what_goes_beyond_the_bound_is_counted_by_source_and_becomes_a_note(
    tmp_path: Path,
) -> None:
    held = HeldParts()
    held.MOST = 100  # type: ignore[misc]
    held.hold([part(60), part(30, "pulses"), part(50)], FULL)
    held.hold(held.take([part(60)]), FULL)
    spool = Spool(tmp_path / "spool.sqlite", CLOCK)
    held.tell(spool)
    held.tell(spool)
    told = {(each.code, each.source): each.proof["readings"] for each in spool.notes()}
    assert told == {(DROPPED, "bus"): 110, (DROPPED, "pulses"): 30}
    assert len(held.take([])) == 1, "the newest stay"
    spool.close()


def test_what_is_held_at_the_end_is_not_dropped_silently(tmp_path: Path) -> None:
    held = HeldParts()
    held.hold([part(7)], FULL)
    held.give_up()
    spool = Spool(tmp_path / "spool.sqlite", CLOCK)
    held.tell(spool)
    (told,) = spool.notes()
    assert told.proof == {"readings": 7}
    spool.close()
