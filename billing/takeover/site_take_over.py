"""In: acts on the take-over of a site. Out: events: loaded, signed, written, compared. Pure.

One stream a site. A workbook is loaded by one person and signed by another; only then it is
written. From there the site bills beside the old system: what both say is compared, and a second
person's release over the last comparison lets invoices be issued.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.takeover.errors import TakeOverError, TakeOverPersonError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


class LoadState(StrEnum):
    """How far a workbook has come."""

    LOADED = "loaded"
    SIGNED = "signed"
    """By both; being written."""
    WRITTEN = "written"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A workbook that was loaded."""

    sha256: str
    file: str
    kept: str
    """SHA-256 of the attachment that holds the sealed parcel, in hex."""
    totals: tuple[dict[str, Any], ...]
    by: UUID
    state: LoadState = LoadState.LOADED
    signed_by: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRun:
    """A comparison of our drafts with the old system's bills."""

    sha256: str
    run: str
    file: str
    by: UUID
    difference: str
    """[currency]"""
    causes: dict[str, str]
    """Sum by cause. [currency]"""


def take_over_id(site: str) -> UUID:
    """Return the id of the take-over of a site."""
    return id_of("takeover", site)


class SiteTakeOver(JournalAggregate):
    """How a site came from the system before."""

    TOPIC = "takeover"

    class Created(JournalAggregate.Created):
        """A first workbook is about to be loaded."""

        TOPIC = "takeover.opened"
        site: str

    class Loaded(JournalAggregate.Event):
        """A workbook was checked and waits for its second signature."""

        TOPIC = "takeover.loaded"
        sha256: str
        file: str
        kept: str
        totals: list[dict[str, Any]]
        by: UUID

    class Dropped(JournalAggregate.Event):
        """A workbook is not taken."""

        TOPIC = "takeover.dropped"
        sha256: str
        reason: str
        by: UUID

    class Signed(JournalAggregate.Event):
        """A second person signed it: it is written from now on."""

        TOPIC = "takeover.signed"
        sha256: str
        by: UUID

    class Written(JournalAggregate.Event):
        """All of it is in the books, with this event in one transaction."""

        TOPIC = "takeover.written"
        sha256: str
        counts: dict[str, int]
        """Rows by sheet."""
        metering_position: int
        """Position at which its readings and meter ages are in the metering journal."""

    class Compared(JournalAggregate.Event):
        """Drafts of a run were put beside the old system's bills."""

        TOPIC = "takeover.compared"
        sha256: str
        run: str
        file: str
        kept: str
        """SHA-256 of the attachment with the comparison, in hex."""
        difference: str
        causes: dict[str, str]
        by: UUID

    class Released(JournalAggregate.Event):
        """The parallel run is over: invoices may be issued."""

        TOPIC = "takeover.released"
        sha256: str
        """Of the comparison it rests on."""
        reason: str
        by: UUID

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return take_over_id(site)

    @event(Created)
    def __init__(self, *, site: str, command_id: UUID) -> None:
        """Begin with nothing loaded."""
        self.site = site
        self.loads: dict[str, Load] = {}
        self.comparison: ComparedRun | None = None
        self.parallel = False
        """Whether the old system still bills."""

    @property
    def open_loads(self) -> list[Load]:
        """Return the workbooks that are loaded or being written."""
        return [
            each
            for each in self.loads.values()
            if each.state in {LoadState.LOADED, LoadState.SIGNED}
        ]

    def named(self, beginning: str) -> Load:
        """Return the workbook whose hash begins so.

        Raises:
            TakeOverError: None begins so, or more than one.
        """
        wanted = beginning.strip().lower()
        meant = [each for each in self.loads.values() if wanted and each.sha256.startswith(wanted)]
        if len(meant) != 1:
            raise TakeOverError.of("takeover.no_load", sha256=beginning)
        return meant[0]

    def load(
        self,
        sha256: str,
        *,
        file: str,
        kept: str,
        totals: list[dict[str, Any]],
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Note a workbook that was checked; one that waits already stays as it is.

        Raises:
            TakeOverError: It is written already, or another one waits.
        """
        known = self.loads.get(sha256)
        if known is not None and known.state is LoadState.WRITTEN:
            raise TakeOverError.of("takeover.written_already", sha256=sha256[:12])
        if known is not None and known.state is not LoadState.DROPPED:
            return
        if self.open_loads:
            raise TakeOverError.of("takeover.other_waits", sha256=self.open_loads[0].sha256[:12])
        self._load(sha256=sha256, file=file, kept=kept, totals=totals, by=by, command_id=command_id)

    def drop(self, sha256: str, *, reason: str, by: UUID, command_id: UUID) -> None:
        """Give a workbook up that is not signed yet.

        Raises:
            TakeOverError: It is signed already, or dropped.
        """
        if self.named(sha256).state is not LoadState.LOADED:
            raise TakeOverError.of("takeover.not_waiting", sha256=sha256[:12])
        self._drop(sha256=sha256, reason=reason, by=by, command_id=command_id)

    def sign(self, sha256: str, *, by: UUID, command_id: UUID) -> None:
        """Sign a workbook as a second person; signed or written already, nothing changes.

        Raises:
            TakeOverError: It was dropped.
            TakeOverPersonError: The same person loaded it.
        """
        known = self.named(sha256)
        if known.state is LoadState.DROPPED:
            raise TakeOverError.of("takeover.not_waiting", sha256=sha256[:12])
        if known.state is not LoadState.LOADED:
            return
        if by == known.by:
            raise TakeOverPersonError.of("takeover.second_person")
        self._sign(sha256=sha256, by=by, command_id=command_id)

    def write(
        self, sha256: str, *, counts: dict[str, int], metering_position: int, command_id: UUID
    ) -> None:
        """Note that all of a workbook is in the books; to be stored with it."""
        assert self.loads[sha256].state is LoadState.SIGNED, "two people signed it"
        self._write(
            sha256=sha256, counts=counts, metering_position=metering_position,
            command_id=command_id,
        )  # fmt: skip

    def compare(
        self,
        sha256: str,
        *,
        run: str,
        file: str,
        kept: str,
        difference: str,
        causes: dict[str, str],
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Note a comparison; the same one again changes nothing.

        Raises:
            TakeOverError: There is no parallel run.
        """
        if self.comparison is not None and self.comparison.sha256 == sha256:
            return
        if not self.parallel:
            raise TakeOverError.of("takeover.no_parallel_run")
        self._compare(
            sha256=sha256, run=run, file=file, kept=kept, difference=difference, causes=causes,
            by=by, command_id=command_id,
        )  # fmt: skip

    def release(self, sha256: str, *, reason: str, by: UUID, command_id: UUID) -> None:
        """End the parallel run over the last comparison, as a second person.

        Raises:
            TakeOverError: There is no parallel run, nothing was compared, or the hash is of
                another comparison than the last.
            TakeOverPersonError: The same person compared.
        """
        last = self.comparison
        wanted = sha256.strip().lower()
        if not self.parallel:
            raise TakeOverError.of("takeover.no_parallel_run")
        if last is None:
            raise TakeOverError.of("takeover.nothing_compared")
        if not wanted or not last.sha256.startswith(wanted):
            raise TakeOverError.of("takeover.other_comparison", last=last.sha256[:12])
        if by == last.by:
            raise TakeOverPersonError.of("takeover.second_person")
        if not reason.strip():
            raise TakeOverError.of("takeover.no_reason")
        self._release(sha256=last.sha256, reason=reason.strip(), by=by, command_id=command_id)

    @event(Loaded)
    def _load(
        self,
        *,
        sha256: str,
        file: str,
        kept: str,
        totals: list[dict[str, Any]],
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.loads[sha256] = Load(sha256=sha256, file=file, kept=kept, totals=tuple(totals), by=by)

    @event(Dropped)
    def _drop(self, *, sha256: str, reason: str, by: UUID, command_id: UUID) -> None:
        self.loads[sha256] = replace(self.loads[sha256], state=LoadState.DROPPED)

    @event(Signed)
    def _sign(self, *, sha256: str, by: UUID, command_id: UUID) -> None:
        known = self.loads[sha256]
        self.loads[sha256] = replace(known, state=LoadState.SIGNED, signed_by=by)

    @event(Written)
    def _write(
        self, *, sha256: str, counts: dict[str, int], metering_position: int, command_id: UUID
    ) -> None:
        self.loads[sha256] = replace(self.loads[sha256], state=LoadState.WRITTEN)
        self.parallel = True
        self.comparison = None

    @event(Compared)
    def _compare(
        self,
        *,
        sha256: str,
        run: str,
        file: str,
        kept: str,
        difference: str,
        causes: dict[str, str],
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.comparison = ComparedRun(
            sha256=sha256, run=run, file=file, by=by, difference=difference, causes=causes
        )

    @event(Released)
    def _release(self, *, sha256: str, reason: str, by: UUID, command_id: UUID) -> None:
        self.parallel = False
