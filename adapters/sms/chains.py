"""In: what became of segments. Out: what became of their message. Pure.

A long text goes in segments, each with a receipt of its own. It has arrived when the last of them
has, and has failed when the first of them failed. After a restart nothing is known of segments:
the message bears the name of its last segment, whose own receipt then speaks for all.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from energy.alerting.notices.gateway import ReceiptState

MOST_KEPT = 10_000
"""Chains that wait for receipts; beyond, the oldest is forgotten."""


@dataclass(slots=True)
class _Chain:
    reference: str
    missing: set[str] = field(default_factory=set)


class Chains:
    """Remembers which segments are one message."""

    def __init__(self) -> None:
        """Begin empty."""
        self._chains: OrderedDict[str, _Chain] = OrderedDict()

    def handed(self, segments: Sequence[str]) -> str:
        """Note the segments of a message; return the name of the message."""
        reference = segments[-1]
        if len(segments) > 1:
            chain = _Chain(reference, set(segments))
            for segment in segments:
                self._chains[segment] = chain
            while len(self._chains) > MOST_KEPT:
                self._chains.popitem(last=False)
        return reference

    def told(self, segment: str, state: ReceiptState) -> tuple[str, ReceiptState] | None:
        """Return message and state of a segment's receipt; None while others are missing."""
        chain = self._chains.get(segment)
        if chain is None:
            return segment, state
        if state is ReceiptState.DELIVERED:
            chain.missing.discard(segment)
            return None if chain.missing else (chain.reference, state)
        return (chain.reference, state) if state is ReceiptState.FAILED else None
