from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import SpoolError
from adapters.spool import Spool
from adapters.spool_rows import RefusedMessage, SpoolPart, groups_of
from adapters.spool_sealing import SEEN_KEPT
from energy.base.clock import ManualClock, to_us
from energy.base.quality import Quality
from energy.metering.codec import MAX_READINGS, ZERO_HASH, batch_hash, decode
from energy.metering.reading import Reading, ReadingColumns, SpooledBatch

START = datetime(2019, 1, 1, tzinfo=UTC)
CLOCK = ManualClock(START)
ROOT = Path(__file__).parents[2]


def columns(number: int, *, first: int = 0, at: datetime = START) -> ReadingColumns:
    return ReadingColumns(
        channel=np.arange(1, number + 1, dtype=np.int32),
        at_us=np.full(number, to_us(at), dtype=np.int64),
        count=np.arange(first, first + number, dtype=np.int64),
        quality=np.full(number, Quality.MEASURED, dtype=np.uint8),
    )


@contextmanager
def spool_in(folder: Path) -> Iterator[Spool]:
    spool = Spool(folder / "spool.sqlite", CLOCK)
    try:
        yield spool
    finally:
        spool.close()


def readings(batches: list[SpooledBatch]) -> list[Reading]:
    return [reading for batch in batches for reading in decode(batch.payload)]


def assert_chained(batches: list[SpooledBatch], previous: bytes = ZERO_HASH) -> None:
    for batch in batches:
        assert batch.previous_hash == previous
        previous = batch_hash(
            previous_hash=previous,
            stream=batch.stream,
            sequence=batch.sequence,
            source=batch.source,
            payload=batch.payload,
        )
        assert batch.own_hash == previous


def test_what_goes_in_comes_out_numbered_and_chained(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        spool.append("bus", columns(3, first=10))
        spool.append("bus", columns(2, first=20))
        spool.append("pulses", columns(1, first=30))
        assert spool.seal() == 2
        batches = spool.pending()
        assert [(b.source, b.sequence, b.count) for b in batches] == [
            ("bus", 1, 5),
            ("pulses", 2, 1),
        ]
        assert [r.count for r in readings(batches)] == [10, 11, 12, 20, 21, 30]
        assert {b.stream for b in batches} == {spool.stream}
        assert_chained(batches)


def test_a_long_poll_is_split_into_batches_of_five_thousand(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        assert spool.append("bus", columns(12_001)) == 12_001
        spool.seal()
        assert [b.count for b in spool.pending()] == [5000, 5000, 2001]


def test_an_unfilled_batch_waits_until_it_is_asked_for(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        for number in range(30):
            spool.append("bus", columns(200, first=number))
        assert spool.seal(least=MAX_READINGS) == 1
        assert spool.backlog().open_readings == 1000
        assert spool.seal(least=MAX_READINGS) == 0
        assert spool.seal() == 1
        assert sum(b.count for b in spool.pending()) == 6000


def test_the_chain_goes_on_after_batches_are_let_go_and_the_file_is_reopened(
    tmp_path: Path,
) -> None:
    with spool_in(tmp_path) as spool:
        stream = spool.stream
        spool.append("bus", columns(1))
        spool.seal()
        first = spool.pending()
        spool.accepted(first)
        assert spool.pending() == []
    with spool_in(tmp_path) as spool:
        assert spool.stream == stream
        spool.append("bus", columns(1))
        spool.seal()
        (second,) = spool.pending()
        assert second.sequence == 2
        assert_chained([second], first[0].own_hash)


def test_two_spools_are_two_source_epochs(tmp_path: Path) -> None:
    with spool_in(tmp_path / "a") as a, spool_in(tmp_path / "b") as b:
        assert a.stream != b.stream


def test_letting_go_twice_changes_nothing(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        spool.append("bus", columns(1))
        spool.seal()
        batches = spool.pending()
        spool.accepted(batches)
        spool.accepted(batches)
        assert spool.backlog().sealed_batches == 0


def test_a_message_sent_twice_is_stored_once_even_after_a_restart(tmp_path: Path) -> None:
    part = SpoolPart(source="pulses", columns=columns(3), once=True)
    with spool_in(tmp_path) as spool:
        assert spool.append_many([part, part]) == 3
        spool.seal()
        spool.accepted(spool.pending())
    with spool_in(tmp_path) as spool:
        assert spool.append_many([part]) == 0
        later = SpoolPart(
            source="pulses", columns=columns(3, at=START + timedelta(minutes=15)), once=True
        )
        assert spool.append_many([part, later]) == 3


def test_the_same_instant_with_another_count_goes_on_to_be_judged(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        spool.append_many([SpoolPart(source="pulses", columns=columns(1, first=5), once=True)])
        other = SpoolPart(source="pulses", columns=columns(1, first=6), once=True)
        assert spool.append_many([other]) == 1
        assert spool.append_many([other]) == 0


def test_what_was_seen_is_forgotten_beyond_a_bound(tmp_path: Path) -> None:
    with spool_in(tmp_path) as spool:
        every = columns(1)
        spool.append_many([SpoolPart(source="pulses", columns=every, once=True)])
        spool._db.execute(
            "UPDATE sqlite_sequence SET seq = ? WHERE name = 'seen'", (SEEN_KEPT + 1,)
        )
        later = columns(1, at=START + timedelta(minutes=15))
        spool.append_many([SpoolPart(source="pulses", columns=later, once=True)])
        spool.seal()
        assert spool._db.execute("SELECT count(*) FROM seen").fetchone() == (1,)


def test_the_safe_slot_is_stored_with_its_readings(tmp_path: Path) -> None:
    slot = START + timedelta(minutes=15)
    with spool_in(tmp_path) as spool:
        assert spool.safe_slot() is None
        spool.append_many([SpoolPart(source="bus", columns=columns(1))], safe_slot=slot)
    with spool_in(tmp_path) as spool:
        assert spool.safe_slot() == slot
        assert spool.backlog().open_readings == 1


def test_refused_messages_are_kept_once_with_their_number(tmp_path: Path) -> None:
    message = RefusedMessage(
        source="pulses", topic="m/x", reason="not_json", detail="no JSON", body=b"a" * 9999
    )
    with spool_in(tmp_path) as spool:
        for _ in range(3):
            spool.append_many([], refused=[message])
        (kept,) = spool.quarantined()
        assert (kept.reason, kept.times, kept.body) == ("not_json", 3, b"a" * 4096)
        assert spool.backlog().quarantined == 1


def test_the_quarantine_is_bounded_and_counts_what_it_drops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.spool_quarantine.QUARANTINE_KEPT", 5)
    with spool_in(tmp_path) as spool:
        for number in range(8):
            message = RefusedMessage(
                source="p", topic=f"m/{number}", reason="r", detail="d", body=b""
            )
            spool.append_many([], refused=[message])
        assert [m.topic for m in spool.quarantined()] == [f"m/{n}" for n in (7, 6, 5, 4, 3)]
        assert spool.backlog().quarantine_dropped == 3


def test_a_second_collector_is_told_that_the_spool_is_in_use(tmp_path: Path) -> None:
    with spool_in(tmp_path), pytest.raises(SpoolError, match="in use by another collector"):
        Spool(tmp_path / "spool.sqlite", CLOCK)


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, MAX_READINGS)), max_size=12),
    st.integers(1, MAX_READINGS),
)
def test_no_batch_is_too_long_and_no_row_is_lost_or_reordered(
    sizes: list[tuple[str, int]], least: int
) -> None:
    rows = [(place, source, size) for place, (source, size) in enumerate(sizes)]
    size_of = {place: size for place, _, size in rows}
    for source in "ab":
        places = [place for s, group in groups_of(rows, least) if s == source for place in group]
        own = [place for place, s, _ in rows if s == source]
        assert places == own[: len(places)]
        assert sum(size_of[place] for place in own[len(places) :]) < least
    assert all(
        sum(size_of[p] for p in group) <= MAX_READINGS for _, group in groups_of(rows, least)
    )


def test_a_new_source_epoch_begins_at_one_with_everything_not_yet_accepted(
    tmp_path: Path,
) -> None:
    with spool_in(tmp_path) as spool:
        for number in range(4):
            spool.append(("bus", "pulses")[number % 2], columns(3, first=10 * number))
            spool.seal()
        old, sealed = spool.stream, spool.pending()
        spool.accepted(sealed[:1])
        spool.append("bus", columns(1, first=99))
        assert spool.begin_epoch() == 3
        assert spool.stream != old
        spool.seal()
        batches = spool.pending()
        assert [batch.payload for batch in batches[:3]] == [b.payload for b in sealed[1:]]
        assert [b.source for b in batches] == ["pulses", "bus", "pulses", "bus"]
        assert [(b.stream, b.sequence) for b in batches] == [
            (spool.stream, number) for number in (1, 2, 3, 4)
        ]
        assert_chained(batches)
    with spool_in(tmp_path) as spool:
        assert spool.stream == batches[0].stream
        assert spool.pending() == batches
