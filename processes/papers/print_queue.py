"""In: issued documents and where they go. Out: batches printed round by round. I/O: books, files.

A round's file is written under another name, moved in place, then noted: printing that was cut off
between the two writes the same bytes again. What was printed before is not printed again unasked.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from billing.books import Books
from billing.delivery.errors import DeliveryError
from billing.delivery.plan import DeliveryPlan, Stop, Way, plan_id
from billing.delivery.print_batch import PrintBatch, QueuedPaper, Round, batch_id, stored
from billing.delivery.rendering import Made, PaperJob, Renderers
from billing.delivery.round_file import round_file, separator_sheet
from billing.documents.letterhead import Letterhead
from billing.views.documents import issued_documents, read_papers
from energy.base.ids import id_of
from energy.store.pool import Database
from processes.papers.issued import job_of

COLUMNS = ("account", "building", "round", "stop", "way")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedRound:
    """The file of a round."""

    file: Path
    papers: int
    pages: int
    without_xml: dict[str, str]
    """Why a document has no XML, by its number."""


def read_route(file: Path) -> list[Stop]:
    """Return the stops of a CSV.

    Raises:
        DeliveryError: A column is missing or a value cannot be used; names the row.
        OSError: It cannot be read.
    """
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = csv.DictReader(text)
        missing = [name for name in COLUMNS[:3] if name not in (rows.fieldnames or ())]
        if missing:
            raise DeliveryError.of("route_columns", file=file.name, columns=", ".join(missing))
        return [_stop(file, n, row) for n, row in enumerate(rows, 2)]


def _stop(file: Path, n: int, row: dict[str, Any]) -> Stop:
    told = {name: (row.get(name) or "").strip() for name in COLUMNS}
    stop, way = told["stop"] or "0", told["way"] or Way.PRINT.value
    if not stop.isdecimal():
        raise DeliveryError.of("route_row", file=file.name, row=n, value=stop, column="stop")
    if way not in set(Way):
        raise DeliveryError.of("route_row", file=file.name, row=n, value=way, column="way")
    if not told["account"]:
        raise DeliveryError.of("route_row", file=file.name, row=n, value="–", column="account")
    return Stop(
        account=told["account"],
        building=told["building"],
        round=told["round"],
        stop=int(stop),
        way=Way(way),
    )


def plan_of(books: Books) -> DeliveryPlan | None:
    """Return where papers go; None where nobody said it."""
    found: DeliveryPlan | None = books.find(plan_id(books.site.key))
    return found


def set_route(books: Books, stops: Sequence[Stop], *, by: UUID, command_id: UUID) -> int:
    """Set the stops of some accounts; return how many changed.

    Raises:
        ConflictError: Somebody else changed the plan meanwhile.
    """
    plan = plan_of(books) or DeliveryPlan(site=books.site.key, command_id=command_id)
    changed = plan.set_stops(stops, by=by, command_id=command_id)
    books.store(plan)
    return changed


def queue_papers(
    database: Database,
    books: Books,
    *,
    run: UUID | None,
    numbers: Sequence[str] | None,
    key: str,
    by: UUID,
    command_id: UUID,
) -> PrintBatch:
    """Queue the papers of a run, or of some numbers, that go out printed and are in no batch yet.

    Raises:
        DeliveryError: There is none.
    """
    known: PrintBatch | None = books.find(batch_id(books.site.key, key))
    if known is not None:
        return known
    plan = plan_of(books)
    with database.connection() as connection:
        wanted = None if numbers is None else list(numbers)
        found = issued_documents(connection, books.site.schema, run=run, numbers=wanted)
        queued = {row.number for row in read_papers(connection, books.site.schema)}
    papers = [
        _queued(stop, number, invoice, account)
        for invoice, number, account, _ in found
        if number not in queued
        and (stop := plan.stop_of(account) if plan else Stop(account=account)).way is not Way.MAIL
    ]
    if not papers:
        raise DeliveryError.of("no_papers")
    batch = PrintBatch(
        site=books.site.key, key=key, papers=stored(papers), by=by, command_id=command_id
    )
    books.store(batch)
    return batch


def _queued(stop: Stop, number: str, invoice: UUID, account: str) -> QueuedPaper:
    return QueuedPaper(
        number=number,
        invoice=invoice,
        account=account,
        building=stop.building,
        round=stop.round,
        stop=stop.stop,
    )


def batch_of(books: Books, key: str) -> PrintBatch:
    """Return a batch.

    Raises:
        DeliveryError: There is none.
    """
    found = books.find(batch_id(books.site.key, key))
    if not isinstance(found, PrintBatch):
        raise DeliveryError.of("no_batch", key=key)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What a batch is printed with."""

    database: Database
    books: Books
    renderers: Renderers
    letterhead: Letterhead
    language: str
    """Of the separator sheets; a document has its account's own."""
    tenant_url: str = ""
    duplex: bool = True

    def print_batch(
        self,
        key: str,
        folder: Path,
        *,
        by: UUID,
        again: bool = False,
        done: Callable[[], None] = lambda: None,
    ) -> Iterator[PrintedRound]:
        """Print the rounds of a batch that are not printed yet.

        Args:
            key: Of the batch.
            folder: Where the files go.
            by: Who prints.
            again: Whether all rounds are printed anew.
            done: Called after each paper.

        Raises:
            DeliveryError: There is no such batch.
            DocumentError: A paper cannot be set.
        """
        batch = batch_of(self.books, key)
        folder.mkdir(parents=True, exist_ok=True)
        for round_, papers in batch.rounds():
            if again or round_ not in batch.printed:
                yield self._print(batch, round_, papers, folder, by, done)

    def _print(
        self,
        batch: PrintBatch,
        round_: Round,
        papers: Sequence[QueuedPaper],
        folder: Path,
        by: UUID,
        done: Callable[[], None],
    ) -> PrintedRound:
        dated = batch.created_on.astimezone(self.books.site.zone).date().isoformat()
        sheet = separator_sheet(
            batch.key, papers, dated=dated, language=self.language, letterhead=self.letterhead
        )
        made: list[Made] = []
        for each in self.renderers.papers(self._jobs(papers)):
            made.append(each)
            done()
        content, pages = round_file([sheet, *(m.pdf for m in made)], duplex=self.duplex)
        file = folder / f"{_safe(batch.key)}_{_safe(round_[0])}_{_safe(round_[1])}.pdf"
        beside = file.with_suffix(".part")
        beside.write_bytes(content)
        beside.replace(file)
        sha256 = hashlib.sha256(content).hexdigest()
        command = id_of("print", str(batch.id), *round_, sha256)
        batch.print_round(round_, pages=pages, sha256=sha256, by=by, command_id=command)
        self.books.store(batch)
        why = {each.key: each.without_xml for each in made if each.without_xml}
        return PrintedRound(file=file, papers=len(papers), pages=pages, without_xml=why)

    def _jobs(self, papers: Iterable[QueuedPaper]) -> list[PaperJob]:
        wanted = [paper.number for paper in papers]
        with self.database.connection() as connection:
            found = issued_documents(connection, self.books.site.schema, numbers=wanted)
            jobs = {
                number: job_of(
                    connection, self.books.site, invoice, text, tenant_url=self.tenant_url
                )
                for invoice, number, _, text in found
            }
        return [jobs[number] for number in wanted]


def _safe(text: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-." else "-" for sign in text) or "none"
