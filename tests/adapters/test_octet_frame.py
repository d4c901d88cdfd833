"""What every protocol on a byte link makes of bytes that are no answer, or not yet."""

from __future__ import annotations

import pytest

from adapters.link_fault import LinkFault, Verdict, final, passed_over
from adapters.octet_frame import best_answer, nothing_in, summed_frame, unfinished

HEAD = 3
WHOLE = bytes((0x68, 0x01, 2, 0xAA, 0xBB))
FRAME = WHOLE + bytes((sum(WHOLE) & 0xFF, 0x16))


def test_a_frame_is_cut_where_its_length_says_and_what_follows_is_kept() -> None:
    assert summed_frame(FRAME + b"next", head=HEAD, most=8) == (WHOLE, b"next")


@pytest.mark.parametrize(
    ("octets", "fault", "is_final"),
    [
        (FRAME[:2], LinkFault.UNFINISHED, False),
        (FRAME[:-1], LinkFault.UNFINISHED, False),
        (FRAME[:-1] + b"\x17", LinkFault.WRONG_SUM, True),
        (FRAME[:3] + b"\xab" + FRAME[4:], LinkFault.WRONG_SUM, True),
        (bytes((0x68, 0x01, 9)), LinkFault.WRONG_LENGTH, True),
    ],
)
def test_a_damaged_frame_is_named(octets: bytes, fault: LinkFault, is_final: bool) -> None:
    found = summed_frame(octets, head=HEAD, most=8)
    assert isinstance(found, Verdict)
    assert (found.fault, found.final) == (fault, is_final)


def test_silence_is_no_noise() -> None:
    assert nothing_in(b"").fault is nothing_in(b"\xfe\xfe").fault is LinkFault.NO_ANSWER
    assert nothing_in(b"\xfe\x00").fault is LinkFault.NOISE
    assert nothing_in(b"\xfe\x00", idle=b"\xfe\x00").fault is LinkFault.NO_ANSWER


OTHER = passed_over(LinkFault.WRONG_METER, "an answer of meter 2")


@pytest.mark.parametrize(
    ("received", "answer"),
    [
        (b"o!", b"!"),
        (b"oo", OTHER),
        (b"o?", unfinished(b"?")),
        (b"x!", final(LinkFault.REFUSED, "no")),
        (b"", nothing_in(b"")),
    ],
)
def test_what_others_say_is_passed_over_until_something_better_comes(
    received: bytes, answer: bytes | Verdict
) -> None:
    def next_frame(rest: bytes) -> tuple[bytes, bytes] | Verdict:
        if not rest:
            return nothing_in(rest)
        return unfinished(rest) if rest[:1] == b"?" else (rest[:1], rest[1:])

    def judged(frame: bytes, _: bytes) -> bytes | Verdict:
        if frame == b"x":
            return final(LinkFault.REFUSED, "no")
        return OTHER if frame == b"o" else frame

    assert best_answer(received, next_frame, judged) == answer
