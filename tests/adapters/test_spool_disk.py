from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from adapters.errors import SpoolFullError
from adapters.spool import Spool
from adapters.spool_disk import RESERVE_BYTES
from adapters.spool_rows import SpoolPart
from energy.metering.codec import MAX_READINGS
from tests.adapters.test_spool import CLOCK, START, assert_chained, columns, readings, spool_in

ROOT = Path(__file__).parents[2]


def fill(spool: Spool) -> tuple[int, SpoolFullError]:
    """Store polls until the disk is full; return how many were acknowledged, and the refusal."""
    rng = np.random.default_rng(7)
    for stored in range(100_000):
        noise = columns(MAX_READINGS)
        noise.count[:] = rng.integers(0, 2**60, MAX_READINGS)
        try:
            spool.append("bus", noise)
        except SpoolFullError as error:
            return stored, error
    raise AssertionError("the disk never became full")


def drained(spool: Spool) -> int:
    """Drain everything; return how many readings came."""
    total = 0
    while True:
        spool.seal()
        batches = spool.pending()
        if not batches:
            return total
        total += sum(batch.count for batch in batches)
        spool.accepted(batches)


def test_a_full_disk_refuses_whole_polls_and_everything_acknowledged_stays(
    tmp_path: Path,
) -> None:
    with spool_in(tmp_path) as spool:
        spool._db.execute("PRAGMA max_page_count = 200")
        stored, error = fill(spool)
        assert error.code == "spool.full"
        assert "nothing was half-written" in str(error)
        assert "Free space on its disk" in str(error)
        assert spool.backlog().open_readings == stored * MAX_READINGS > 0
        assert fill(spool)[0] == 0
        spool._db.execute("PRAGMA max_page_count = 100000")
        spool.append("bus", columns(7))
        assert drained(spool) == stored * MAX_READINGS + 7


@pytest.mark.servers
@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("mount") is None,
    reason="a small disk can be mounted by root only",
)
def test_a_really_full_disk_is_drained_and_collecting_goes_on(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    size = 4 * RESERVE_BYTES
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a disk in memory")
    try:
        with spool_in(disk) as spool:
            assert (disk / "spool.sqlite.reserve").stat().st_size == RESERVE_BYTES
            stored, _ = fill(spool)
            ballast = disk / "ballast"
            with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(bytes(4096))
            assert stored > 0
            assert drained(spool) == stored * MAX_READINGS
            ballast.unlink()
            spool.append("bus", columns(7))
            assert drained(spool) == 7
            assert (disk / "spool.sqlite.reserve").stat().st_size == RESERVE_BYTES
    finally:
        subprocess.run(["umount", str(disk)], check=True)


WRITER = """
import sys
from pathlib import Path
from tests.adapters.test_spool import CLOCK, START, columns
from adapters.spool import Spool
from adapters.spool_rows import SpoolPart
spool = Spool(Path(sys.argv[1]), CLOCK)
number = 0
while True:
    number += 1
    part = SpoolPart(source="bus", columns=columns(20, first=number * 100))
    spool.append_many([part], safe_slot=START.replace(microsecond=number))
    if number % 7 == 0:
        spool.seal()
    print(number, flush=True)
"""


@pytest.mark.servers
@pytest.mark.parametrize("acknowledged", [1, 25, 60])
def test_a_writer_killed_in_mid_append_keeps_all_it_has_acknowledged(
    tmp_path: Path, acknowledged: int
) -> None:
    path = tmp_path / "spool.sqlite"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    last = 0
    while last < acknowledged:
        last = int(writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    rest = writer.stdout.read().split()
    writer.stdout.close()
    writer.wait(60)
    last = int(rest[-1]) if rest else last
    with spool_in(tmp_path) as spool:
        safe = spool.safe_slot()
        assert safe is not None
        assert safe.microsecond in {last, last + 1}
        spool.seal()
        batches = spool.pending(limit=10_000)
        # A kill between two writes over an older round of the log looks like a damaged page: then
        # the file is set aside and what was read of it goes on under a second source epoch.
        for _, epoch in groupby(batches, key=lambda batch: batch.stream):
            own = list(epoch)
            assert_chained(own)
            assert [b.sequence for b in own] == list(range(1, len(own) + 1))
        expected = [n * 100 + k for n in range(1, safe.microsecond + 1) for k in range(20)]
        assert [r.count for r in readings(batches)] == expected


def test_a_log_that_a_kill_has_cut_inside_its_last_page_is_whole_up_to_there(
    tmp_path: Path,
) -> None:
    spool = Spool(tmp_path / "spool.sqlite", CLOCK)
    log_file = tmp_path / "spool.sqlite-wal"
    ends = []
    for number in range(1, 40):
        spool.append("bus", columns(20, first=number * 100))
        ends.append(log_file.stat().st_size)
    main = (tmp_path / "spool.sqlite").read_bytes()
    log = log_file.read_bytes()
    spool.close()
    cuts = range(ends[0] // 4096 * 4096 + 4096, len(log), 4096)
    assert len(cuts) > 30
    for cut in cuts:
        folder = tmp_path / str(cut)
        folder.mkdir()
        (folder / "spool.sqlite").write_bytes(main)
        (folder / "spool.sqlite-wal").write_bytes(log[:cut])
        with spool_in(folder) as again:
            assert again.stream == spool.stream
            assert again.lost == ()
            again.seal()
            kept = sum(end <= cut for end in ends)
            assert [r.count for r in readings(again.pending(100))] == [
                n * 100 + k for n in range(1, kept + 1) for k in range(20)
            ]
        assert {file.name for file in folder.iterdir()} <= {"spool.sqlite", "spool.sqlite.reserve"}


def test_a_damaged_file_is_set_aside_and_its_readable_batches_are_sent_again(
    tmp_path: Path,
) -> None:
    path = tmp_path / "spool.sqlite"
    with spool_in(tmp_path) as spool:
        old = spool.stream
        for number in range(200):
            spool.append("bus", columns(500, first=number * 1000))
        spool.seal()
        before = spool.pending(limit=1000)
        spool.append_many([SpoolPart(source="bus", columns=columns(9))], safe_slot=START)
    with sqlite3.connect(path) as db:
        (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name='seen'").fetchone()
    db.close()
    raw = bytearray(path.read_bytes())
    raw[(root - 1) * 4096 : (root - 1) * 4096 + 200] = b"\xa5" * 200
    path.write_bytes(raw)
    with spool_in(tmp_path) as spool:
        assert spool.set_aside is not None
        assert spool.set_aside.read_bytes() == bytes(raw)
        assert spool.set_aside.name.startswith("spool.sqlite.damaged-20190101T000000Z")
        assert spool.stream != old
        assert spool.recovered == 200 * 500 + 9
        assert spool.safe_slot() == START
        assert [b.own_hash for b in spool.pending(limit=1000)] == [b.own_hash for b in before]
        spool.append("bus", columns(1))
        spool.seal()
        fresh = spool.pending(limit=1000)[len(before) :]
        assert sum(b.count for b in fresh) == 10
        assert_chained(fresh)
        assert {b.stream for b in fresh} == {spool.stream}


@pytest.mark.parametrize("rubbish", [b"no database at all" * 500, b"\0" * 8192])
def test_a_file_that_is_no_spool_is_set_aside_and_a_new_epoch_begins(
    tmp_path: Path, rubbish: bytes
) -> None:
    (tmp_path / "spool.sqlite").write_bytes(rubbish)
    with spool_in(tmp_path) as spool:
        assert spool.set_aside is not None
        assert spool.set_aside.read_bytes() == rubbish
        assert spool.recovered == 0
        spool.append("bus", columns(1))
        assert drained(spool) == 1


def test_a_batch_changed_on_the_disk_is_not_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    with spool_in(tmp_path) as spool:
        spool.append("bus", columns(400))
        spool.seal()
        spool.append("bus", columns(300))
        (batch,) = spool.pending()
    raw = path.read_bytes()
    forged = batch.payload[:-9] + bytes(9)
    assert raw.count(batch.payload) == 1
    path.write_bytes(raw.replace(batch.payload, forged) + b"")
    raw = bytearray(path.read_bytes())
    with sqlite3.connect(path) as db:
        (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name='seen'").fetchone()
    db.close()
    raw[(root - 1) * 4096 : (root - 1) * 4096 + 200] = b"\xa5" * 200
    path.write_bytes(raw)
    with spool_in(tmp_path) as spool:
        assert spool.recovered == 300
