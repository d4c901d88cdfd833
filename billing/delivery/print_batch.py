"""In: commands on a batch of papers. Out: what was queued, printed and handed out. Pure.

A batch is printed round by round: each round is a file and an event of its own, so that printing
that was cut off goes on with the next round. A paper is handed out once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from billing.delivery.errors import DeliveryError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


class PaperState(StrEnum):
    """How far a paper is."""

    QUEUED = "queued"
    PRINTED = "printed"
    HANDED_OUT = "handed_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedPaper:
    """One document on its way."""

    number: str
    invoice: UUID
    account: str
    building: str
    round: str
    stop: int


Round = tuple[str, str]
"""Building and round."""


def batch_id(site: str, key: str) -> UUID:
    """Return the id of a batch."""
    return id_of("print_batch", site, key)


class PrintBatch(JournalAggregate):
    """Papers that are printed together."""

    TOPIC = "print_batch"

    class Created(JournalAggregate.Created):
        """Papers wait to be printed."""

        TOPIC = "print_batch.queued"
        site: str
        key: str
        papers: list[dict[str, object]]
        by: UUID

    class RoundPrinted(JournalAggregate.Event):
        """The file of a round was made."""

        TOPIC = "print_batch.round_printed"
        key: str
        building: str
        carrier: str
        """The round."""
        pages: int
        sha256: str
        """Of the file."""
        by: UUID

    class HandedOut(JournalAggregate.Event):
        """Papers were left with who they are for."""

        TOPIC = "print_batch.handed_out"
        key: str
        numbers: list[str]
        note: str
        by: UUID

    @staticmethod
    def create_id(*, site: str, key: str, **_: object) -> UUID:
        """Return the id from site and key."""
        return batch_id(site, key)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        key: str,
        papers: list[dict[str, object]],
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Queue papers."""
        self.key = key
        self.papers = [_paper(row) for row in papers]
        self.printed: dict[Round, str] = {}
        self.handed_out: set[str] = set()

    def rounds(self) -> Iterator[tuple[Round, list[QueuedPaper]]]:
        """Return each round with its papers in walking order."""
        found: dict[Round, list[QueuedPaper]] = {}
        for paper in sorted(self.papers, key=_walked):
            found.setdefault((paper.building, paper.round), []).append(paper)
        yield from found.items()

    def state_of(self, paper: QueuedPaper) -> PaperState:
        """Return how far a paper is."""
        if paper.number in self.handed_out:
            return PaperState.HANDED_OUT
        done = (paper.building, paper.round) in self.printed
        return PaperState.PRINTED if done else PaperState.QUEUED

    def print_round(
        self, round_: Round, *, pages: int, sha256: str, by: UUID, command_id: UUID
    ) -> None:
        """Note that the file of a round was made; the same file again changes nothing.

        Raises:
            DeliveryError: The batch has no such round.
        """
        if round_ not in {(paper.building, paper.round) for paper in self.papers}:
            raise DeliveryError.of("no_round", building=round_[0], round=round_[1], key=self.key)
        if self.printed.get(round_) == sha256:
            return
        building, name = round_
        self._print(
            key=self.key,
            building=building,
            carrier=name,
            pages=pages,
            sha256=sha256,
            by=by,
            command_id=command_id,
        )

    def hand_out(
        self, numbers: Sequence[str], *, note: str, by: UUID, command_id: UUID
    ) -> list[str]:
        """Note that papers were left; those that were before stay as they are.

        Returns:
            The numbers that are new.

        Raises:
            DeliveryError: A number is not in the batch, or is not printed yet.
        """
        known = {paper.number: paper for paper in self.papers}
        for number in numbers:
            if number not in known:
                raise DeliveryError.of("not_in_batch", number=number, key=self.key)
            if self.state_of(known[number]) is PaperState.QUEUED:
                raise DeliveryError.of("not_printed", number=number, key=self.key)
        new = [number for number in dict.fromkeys(numbers) if number not in self.handed_out]
        if new:
            self._hand_out(key=self.key, numbers=new, note=note, by=by, command_id=command_id)
        return new

    @event(RoundPrinted)
    def _print(
        self,
        *,
        key: str,
        building: str,
        carrier: str,
        pages: int,
        sha256: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.printed[building, carrier] = sha256

    @event(HandedOut)
    def _hand_out(
        self, *, key: str, numbers: list[str], note: str, by: UUID, command_id: UUID
    ) -> None:
        self.handed_out.update(numbers)


def stored(papers: Sequence[QueuedPaper]) -> list[dict[str, object]]:
    """Return papers as an event holds them, in walking order."""
    rows = sorted(papers, key=_walked)
    return [asdict(paper) | {"invoice": str(paper.invoice)} for paper in rows]


def _walked(paper: QueuedPaper) -> tuple[str, str, int, str, str]:
    return paper.building, paper.round, paper.stop, paper.account, paper.number


def _paper(row: dict[str, object]) -> QueuedPaper:
    return QueuedPaper(
        number=str(row["number"]),
        invoice=UUID(str(row["invoice"])),
        account=str(row["account"]),
        building=str(row["building"]),
        round=str(row["round"]),
        stop=int(str(row["stop"])),
    )
