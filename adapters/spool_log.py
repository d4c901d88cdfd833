"""In: the bytes of SQLite's write-ahead log. Out: its frames, each judged on its own. Pure.

SQLite reads the log up to the first frame that does not check and takes the rest for never
written. A checksum goes on from the one stored in the frame before, so each frame can be judged
by itself, and damage in the middle be told from an end.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_PAGE = 4096
_HEADER, _FRAME_HEADER = 32, 24
_FRAME = _FRAME_HEADER + _PAGE
_MAGIC_LITTLE = 0x377F0682


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One page as a transaction wrote it."""

    number: int
    """Place in the log, from 1."""
    page: int
    image: bytes
    sound: bool
    """Whether its checksum fits."""
    until: int
    """Number of the frame that ends its transaction."""

    @property
    def where(self) -> str:
        """Return where its page begins."""
        return f"log {_HEADER + (self.number - 1) * _FRAME + _FRAME_HEADER}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFrames:
    """The frames of the log's present round."""

    frames: tuple[Frame, ...]
    stale: tuple[Frame, ...]
    """What is left of a round before; all of it has been moved into the file since."""
    committed: int
    """Number of the last sound frame that ends a transaction; 0 when there is none."""
    damaged: bool
    """Whether SQLite would leave out something that was written."""


def frames_of(log: bytes) -> LogFrames:
    """Return the frames of a log, those of a round before apart."""
    rest = max(0, len(log) - _HEADER) % _FRAME
    # A kill ends the log behind a frame's header, or where a page of the kernel's cache ends; a
    # tear ends it anywhere.
    killed = rest == _FRAME_HEADER or (rest > 0 and len(log) % _PAGE == 0)
    if rest > _FRAME_HEADER:
        log = log.ljust(len(log) + _FRAME - rest, b"\0")
    many = (len(log) - _HEADER) // _FRAME
    if many < 1:
        return LogFrames(frames=(), stale=(), committed=0, damaged=False)
    rows = np.frombuffer(log, dtype=np.uint8, count=many * _FRAME, offset=_HEADER)
    rows = rows.reshape(many, _FRAME)
    heads = np.ascontiguousarray(rows[:, :_FRAME_HEADER]).view(">u4")
    order = ">u4" if log[3] & 1 else "<u4"
    header_sound = _header_sound(log, order)
    salts = log[16:24] if header_sound else rows[0, 8:16].tobytes()
    own_round = (rows[:, 8:16] == np.frombuffer(salts, dtype=np.uint8)).all(axis=1)
    stored = heads[:, 4:6].astype(np.uint32)
    before = np.vstack([np.frombuffer(log, ">u4", 2, 24).astype(np.uint32), stored[:-1]])
    sound = own_round & (_checksums(rows, before, order) == stored).all(axis=1)
    last = int(np.flatnonzero(own_round)[-1]) + 1 if own_round.any() else 0
    cut = last == many and rest > 0
    whole = last - 1 if cut and rest > _FRAME_HEADER else last
    commits = np.flatnonzero(sound & (heads[:, 1] != 0))
    ends = np.union1d(commits, [many - 1])
    frames = tuple(
        Frame(
            number=n + 1,
            page=int(heads[n, 0]),
            image=rows[n, _FRAME_HEADER:].tobytes(),
            sound=bool(sound[n]),
            until=int(ends[ends >= n][0]) + 1,
        )
        for n in range(many)
    )
    return LogFrames(
        frames=frames[:last],
        stale=frames[last:],
        committed=int(commits[-1]) + 1 if len(commits) else 0,
        damaged=not header_sound or not bool(sound[:whole].all()) or (cut and not killed),
    )


def _header_sound(log: bytes, order: str) -> bool:
    magic, version, size = struct.unpack_from(">III", log)
    words = np.frombuffer(log, dtype=order, count=6).astype(np.uint32)
    own = _sums(words.reshape(1, 6), np.zeros((1, 2), dtype=np.uint32))[0]
    stored = np.frombuffer(log, ">u4", 2, 24)
    return (
        magic | 1 == _MAGIC_LITTLE | 1
        and version == 3_007_000
        and size == _PAGE
        and bool((own == stored).all())
    )


def _checksums(
    rows: NDArray[np.uint8], before: NDArray[np.uint32], order: str
) -> NDArray[np.uint32]:
    """Return the checksum of each frame, going on from the one before it."""
    covered = np.concatenate([rows[:, :8], rows[:, _FRAME_HEADER:]], axis=1)
    return _sums(np.ascontiguousarray(covered).view(order).astype(np.uint32), before)


def _sums(words: NDArray[np.uint32], before: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return SQLite's running sum of pairs of words for many rows at once.

    A step is linear, s0 += a + s1 then s1 += b + s0, so a row is a weighted sum modulo 2**32 and
    the weights are every second Fibonacci number.
    """
    steps = words.shape[1] // 2
    fibonacci = [0, 1]
    while len(fibonacci) < 2 * steps + 2:
        fibonacci.append((fibonacci[-1] + fibonacci[-2]) & 0xFFFFFFFF)
    of = np.array(fibonacci, dtype=np.uint32)
    back = 2 * np.arange(steps - 1, -1, -1)
    even, odd = words[:, 0::2], words[:, 1::2]
    with np.errstate(over="ignore"):
        first = (even * of[back + 1] + odd * of[back]).sum(axis=1, dtype=np.uint32)
        second = (even * of[back + 2] + odd * of[back + 1]).sum(axis=1, dtype=np.uint32)
        f0, f1, f2 = of[2 * steps - 1], of[2 * steps], of[2 * steps + 1]
        first = first + before[:, 0] * f0 + before[:, 1] * f1
        second = second + before[:, 0] * f1 + before[:, 1] * f2
    return np.stack([first, second], axis=1)
