from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np

from adapters.errors import SpoolFullError
from adapters.spool_rows import SpoolPart
from energy.metering.reading import ReadingColumns
from processes.collect_commit import Committer
from processes.collector_sources import Sources


class Disk:
    """A spool that counts its commits, and may be full or slow."""

    def __init__(self) -> None:
        self.spool = self
        self.commits: list[list[str]] = []
        self.is_full = False
        self.go = threading.Event()
        self.go.set()

    def commit(self, parts: Sequence[SpoolPart], _: Any) -> int:
        self.go.wait(60)
        if self.is_full:
            raise SpoolFullError(Path("spool"), "no room")
        self.commits.append([part.source for part in parts])
        return len(parts)


def part(source: str) -> SpoolPart:
    number = np.zeros(1, dtype=np.int64)
    columns = ReadingColumns(
        channel=number.astype(np.int32),
        at_us=number,
        count=number,
        quality=number.astype(np.uint8),
    )
    return SpoolPart(source=source, columns=columns)


def committer(disk: Disk) -> Committer:
    return Committer(cast("Sources", disk))


async def store(work: Committer, some: SpoolPart) -> None:
    """Bring a part and return when it is safe."""
    safe = asyncio.Event()
    work.bring(some, safe.set)
    await safe.wait()


def test_what_comes_while_a_commit_waits_for_the_disk_goes_into_the_next_one() -> None:
    async def story() -> None:
        disk = Disk()
        work = committer(disk)
        running = asyncio.ensure_future(work.run())
        disk.go.clear()
        first = asyncio.ensure_future(store(work, part("m0")))
        await asyncio.sleep(0.01)
        others = [asyncio.ensure_future(store(work, part(f"m{n}"))) for n in range(1, 100)]
        await asyncio.sleep(0.01)
        assert not any(other.done() for other in others), "not safe yet"
        disk.go.set()
        await asyncio.gather(first, *others)
        assert disk.commits == [["m0"], [f"m{n}" for n in range(1, 100)]]
        running.cancel()
        await asyncio.wait({running})

    asyncio.run(story())


def test_a_full_disk_holds_the_readings_and_stores_them_first_when_there_is_room() -> None:
    async def story() -> None:
        disk = Disk()
        disk.is_full = True
        work = committer(disk)
        running = asyncio.ensure_future(work.run())
        await store(work, part("m1"))
        disk.is_full = False
        await store(work, part("m2"))
        assert disk.commits == [["m1", "m2"]]
        running.cancel()
        await asyncio.wait({running})

    asyncio.run(story())


def test_polls_that_end_in_the_moment_of_the_stop_lose_nothing_and_hang_nowhere() -> None:
    async def story() -> None:
        disk = Disk()
        work = committer(disk)
        running = asyncio.ensure_future(work.run())
        await asyncio.sleep(0)
        waiting = asyncio.ensure_future(store(work, part("m1")))
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait({running, waiting}, timeout=60)
        assert running.done()
        assert waiting.done()
        await asyncio.wait_for(store(work, part("m2")), 60)
        assert sorted(source for commit in disk.commits for source in commit) == ["m1", "m2"]

    asyncio.run(story())


def test_settled_waits_for_everything_that_was_brought_before() -> None:
    async def story() -> None:
        disk, safe = Disk(), list[int]()
        work = committer(disk)
        running = asyncio.ensure_future(work.run())
        disk.go.clear()
        for number in range(3):
            work.bring(part(f"m{number}"), partial(safe.append, number))
            await asyncio.sleep(0.01)
        settled = asyncio.ensure_future(work.settled())
        await asyncio.sleep(0.01)
        assert not settled.done()
        disk.go.set()
        await settled
        assert safe == [0, 1, 2]
        running.cancel()
        await asyncio.wait({running})

    asyncio.run(story())
