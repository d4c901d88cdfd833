"""In: a question and its judge. Out: the field of a good answer, or a named fault. I/O: a link.

The strict checker of each framing is pure (judge); this is the one place that sends a question,
waits until the judge has seen enough, and drains the link after every answer that is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adapters.link_fault import (
    KEEPS_LINK,
    NOT_ASKED,
    AskFailedError,
    LinkFault,
    Verdict,
    final,
)
from adapters.octets import AnswerLostError, LinkDownError, LinkHeldError, OctetLink

Judge = Callable[[bytes], bytes | Verdict]
"""Gives the field of the answer in the bytes so far, or what they are worth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is sent, and how its answer is told."""

    protocol: str
    """"dlt645", "cjt188" or "mbus"."""
    whom: str
    """Meter and identifier, for messages."""
    octets: bytes
    judge: Judge


async def ask(link: OctetLink, question: Question, timeout_s: float) -> bytes:
    """Return the field of a good answer.

    Args:
        link: The bus.
        question: What is asked.
        timeout_s: Longest wait for the whole answer. [s]

    Raises:
        AskFailedError: Names the fault; nothing of the answer may be used.
    """

    def complete(received: bytes) -> bool:
        verdict = question.judge(received)
        return isinstance(verdict, bytes) or verdict.final

    try:
        verdict = question.judge(await link.exchange(question.octets, complete, timeout_s))
    except LinkHeldError as error:
        verdict = final(LinkFault.BUS_HELD, str(error))
    except LinkDownError as error:
        verdict = final(LinkFault.NO_CONNECTION, str(error))
    except AnswerLostError as error:
        verdict = _of_lost(error, question.judge)
    if isinstance(verdict, bytes):
        return verdict
    if verdict.fault not in KEEPS_LINK | NOT_ASKED:
        link.drain()
    where = f"{link.where} {question.whom}"
    raise AskFailedError(question.protocol, verdict.fault, where, verdict.what)


def _of_lost(error: AnswerLostError, judge: Judge) -> Verdict:
    if error.closed:
        return final(LinkFault.CLOSED, "the link was closed before the answer")
    verdict = judge(error.received)
    assert not isinstance(verdict, bytes), "a whole answer ends the wait"
    return verdict
