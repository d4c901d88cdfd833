"""In: bytes that came back for a question. Out: their frames, or a verdict on them. Pure.

Shared by the adapters that frame bytes themselves (DL/T 645, CJ/T 188, M-Bus); what a frame means
is their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from adapters.link_fault import LinkFault, Verdict, final, passed_over

F = TypeVar("F")
END = 0x16


def nothing_in(received: bytes, idle: bytes = b"\xfe") -> Verdict:
    """Return what bytes without any frame are worth.

    Args:
        received: Bytes of the wire.
        idle: Bytes that a silent wire may show.
    """
    noise = received.strip(idle)
    if noise:
        return passed_over(LinkFault.NOISE, f"no frame but {noise[:16].hex(' ')}")
    return passed_over(LinkFault.NO_ANSWER, "no answer in time")


def unfinished(rest: bytes) -> Verdict:
    """Return what the beginning of a frame is worth."""
    return passed_over(LinkFault.UNFINISHED, f"{len(rest)} byte(s) of an answer, then none")


def summed_frame(rest: bytes, *, head: int, most: int) -> tuple[bytes, bytes] | Verdict:
    """Return a frame up to its sum and the bytes behind it, or what the bytes are worth.

    The frame is a head that ends with the length of the field, the field, a sum and 16H.

    Args:
        rest: Bytes from the frame's first on.
        head: Length of the head. [byte]
        most: Longest field. [byte]
    """
    if len(rest) < head:
        return unfinished(rest)
    length = rest[head - 1]
    if length > most:
        return final(LinkFault.WRONG_LENGTH, f"an answer that says it is {length} bytes long")
    if len(rest) < head + length + 2:
        return unfinished(rest)
    body, tail = rest[: head + length], rest[head + length :]
    if tail[0] != sum(body) & 0xFF or tail[1] != END:
        return final(LinkFault.WRONG_SUM, f"a damaged answer {rest[: head + length + 2].hex(' ')}")
    return body, tail[2:]


def best_answer(
    received: bytes,
    next_frame: Callable[[bytes], tuple[F, bytes] | Verdict],
    answer: Callable[[F, bytes], bytes | Verdict],
) -> bytes | Verdict:
    """Return the answer in the bytes received so far, or what they are worth.

    Frames of other meters, other questions and our own echo are passed over, for the answer may
    still be on its way; they are named when nothing better comes.

    Args:
        received: Everything since the question was sent.
        next_frame: Returns the first frame in bytes and those behind it.
        answer: Returns what a frame answers, by it and the bytes behind it.
    """
    passed: Verdict | None = None
    rest = received
    while True:
        found = next_frame(rest)
        if isinstance(found, Verdict):
            better = found.final or found.fault is LinkFault.UNFINISHED
            return found if better or passed is None else passed
        frame, rest = found
        verdict = answer(frame, rest)
        if isinstance(verdict, bytes) or verdict.final:
            return verdict
        passed = verdict
