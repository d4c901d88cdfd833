"""In: entries, seal rows and signed heads of one application. Out: the first broken position. Pure.

The same audit for a database (energy/journal/verify.py) and an export file
(energy/journal/export_check.py): give each seal row before the entries it covers, the entries in
position order, then ask for the result. The chain is computed anew from link 0 (or from the link
before the first entry of a part) and compared with every stored link and every signed head.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from energy.journal.audit_streams import StreamAudit
from energy.journal.chain import FIRST_LINK, LINK_BYTES, SealRow, SignedHead, entry_bytes, next_link
from energy.journal.entry import Entry
from energy.journal.seal_keys import signature_holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a verification found."""

    application: str
    entries: int
    readings: int
    position: int
    """Head of the journal."""
    broken_at: int | None
    """First broken position, or None when everything fits."""
    reason: str = ""
    sealed: int = 0
    """Last position that the seal covers."""
    signed: int = 0
    """Last position that a signed head proves."""
    signed_at: datetime | None = None

    @property
    def chain_ok(self) -> bool:
        """Return whether everything fits."""
        return self.broken_at is None


class Audit:
    """Walks one application from its first entry, or from the first of a part."""

    def __init__(
        self,
        application: str,
        *,
        heads: Sequence[SignedHead] = (),
        keys: Mapping[str, bytes] | None = None,
        after: int = 0,
        link: bytes = FIRST_LINK,
    ) -> None:
        """Begin.

        Args:
            application: One of the journal's applications.
            heads: Signed heads known of it, from wherever they come.
            keys: Public keys by id to check them with; None takes them unchecked.
            after: Position before the first entry.
            link: Link of that position.
        """
        self.application = application
        self._broken_at: int | None = None
        self._reason = ""
        self._after = after
        self._position = after
        self._link: bytes | None = link
        self._sealed = after
        self._rows: deque[SealRow] = deque()
        self._heads: dict[int, list[SignedHead]] = {}
        self._furthest = after
        self._proved = after
        self._signed_at: datetime | None = None
        self._entries = 0
        self._streams = StreamAudit(self.note) if after == 0 else None
        self._take_heads(heads, keys)

    @property
    def position(self) -> int:
        """Return the position of the last entry taken."""
        return self._position

    @property
    def link(self) -> bytes | None:
        """Return the link of the last entry, None behind a break."""
        return self._link

    @property
    def reading_span_us(self) -> tuple[int, int] | None:
        """Return the instants of the first and last reading. [us]."""
        streams = self._streams
        if streams is None or streams.first_us is None or streams.last_us is None:
            return None
        return streams.first_us, streams.last_us

    def note(self, position: int, reason: str) -> None:
        """Keep the lowest broken position; of several reasons there the first."""
        if self._broken_at is None or position < self._broken_at:
            self._broken_at, self._reason = position, reason

    def seal(self, row: SealRow) -> None:
        """Take a row of the seal, in order of positions and before its entries."""
        if row.first != self._sealed + 1:
            what = "is missing" if row.first > self._sealed else "stands twice"
            self.note(min(row.first, self._sealed + 1), f"the seal from here to {row.last} {what}")
        if len(row.links) != LINK_BYTES * (row.last - row.first + 1):
            self.note(row.first, "a row of the seal does not hold one link a position")
        self._sealed = max(self._sealed, row.last)
        self._rows.append(row)

    def entry(self, entry: Entry) -> None:
        """Take the next entry."""
        self._entries += 1
        if entry.position != self._position + 1:
            self.note(
                min(entry.position, self._position + 1), "the entry at this position is missing"
            )
            self._link = None
        self._position = entry.position
        if self._streams is not None:
            self._streams.entry(entry)
        if self._link is not None:
            self._link = next_link(self._link, entry_bytes(entry))
            self._compare()

    def absent(self, position: int, reason: str) -> None:
        """Take note that the entry at a position cannot be had; the chain ends before it."""
        self.note(position, reason)
        self._position, self._link = position, None

    def result(self, head: int) -> Verified:
        """Return what was found.

        Args:
            head: Last position that the journal has handed out.
        """
        if self._streams is not None:
            self._streams.finish()
        for what, position in (
            (f"its head {head}", head),
            (f"position {self._sealed}, up to which it was sealed", self._sealed),
            (f"position {self._furthest}, up to which it was signed", self._furthest),
        ):
            if self._position < position:
                self.note(self._position + 1, f"the journal ends before {what}: it was cut off")
        if self._position > head:
            self.note(head + 1, f"an entry stands behind the head {head} of the journal")
        if self._sealed < self._furthest <= self._position:
            self.note(
                self._sealed + 1,
                f"the seal ends before position {self._furthest}, up to which it was signed",
            )
        return Verified(
            application=self.application,
            entries=self._entries,
            readings=self._streams.readings if self._streams is not None else 0,
            position=head,
            broken_at=self._broken_at,
            reason=self._reason,
            sealed=self._sealed,
            signed=self._proved,
            signed_at=self._signed_at,
        )

    def _take_heads(self, heads: Sequence[SignedHead], keys: Mapping[str, bytes] | None) -> None:
        for head in sorted(heads, key=lambda head: head.position):
            if head.application != self.application or head.position <= self._after:
                continue
            holds = True
            if keys is not None:
                held = signature_holds(keys, head.key_id, head.message, head.signature)
                if held is None:
                    self.note(
                        head.position,
                        f"the head signed here names key {head.key_id}, which is not known: put "
                        f"{head.key_id}.pem into seals/keys of the data folder, or name it",
                    )
                elif not held:
                    self.note(head.position, "the signed head of this position was altered")
                holds = held is True
            if holds:
                self._heads.setdefault(head.position, []).append(head)
                self._furthest = max(self._furthest, head.position)

    def _compare(self) -> None:
        """Compare the link at this position with the stored one and with signed heads."""
        position = self._position
        while self._rows and self._rows[0].last < position:
            self._rows.popleft()
        row = self._rows[0] if self._rows else None
        if row is not None and row.first <= position and row.link(position) != self._link:
            self.note(position, "the entry or its seal was altered")
            self._link = None
            return
        for head in self._heads.get(position, ()):
            if head.link == self._link:
                self._proved, self._signed_at = position, head.signed_at
                continue
            self.note(
                self._proved + 1,
                f"between here and {position} something was altered: what was signed on "
                f"{head.signed_at.date()} does not follow from the entries",
            )
            self._link = None
            return
