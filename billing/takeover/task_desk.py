"""In: a person's wish: a workbook, a signature, a comparison. Out: a task. I/O: PostgreSQL.

What can be refused at once is: a file that nobody should open, a signature of the person who
loaded, a comparison without a parallel run. Everything that takes time is done by task_work.py.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from billing.books import Books
from billing.takeover.errors import TakeOverError, TakeOverPersonError
from billing.takeover.packed import require_readable
from billing.takeover.sealed import keep_sealed
from billing.takeover.site_take_over import Load, LoadState
from billing.takeover.state import take_over_of
from billing.takeover.tasks import TakeOverTasks, Task, TaskFile, TaskKind, task_id, tasks_id
from energy.base.errors import ConflictError
from energy.base.ids import id_of
from energy.base.secrets import PersonVault

MOST_FILE = 10_000_000
"""Largest file that is handed in; sealed, it fits an attachment. [octet]"""
MOST_OPEN = 3
"""Tasks of a site that may wait. [1]"""
MOST_NAME = 120
"""Longest name of a file that is kept. [octet]"""
ATTEMPTS = 5
_BETWEEN = re.compile(r"[/\\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """A file as a person hands it in."""

    name: str
    content: bytes


def tasks_of(books: Books) -> TakeOverTasks | None:
    """Return the tasks of a site; None where there never was one."""
    found = books.find(tasks_id(books.site.key))
    assert found is None or isinstance(found, TakeOverTasks), "its stream is of tasks"
    return found


@dataclass(frozen=True, slots=True)
class TaskDesk:
    """Takes the wishes of people."""

    books: Books
    vault: PersonVault

    def ask_load(self, file: HandedIn, *, by: UUID) -> UUID:
        """Ask for a workbook to be checked and loaded; return the task.

        Raises:
            TakeOverError: Nobody should open the file, or too much waits already.
        """
        _require(file, (".xlsx",))
        return self._ask(TaskKind.LOAD, "", [file], by)

    def ask_sign(self, sha256: str, *, by: UUID) -> UUID:
        """Ask for a loaded workbook to be signed and written; return the task.

        Raises:
            TakeOverError: None waits under that hash.
            TakeOverPersonError: The same person loaded it.
        """
        held = take_over_of(self.books)
        if held is None:
            raise TakeOverError.of("takeover.no_load", sha256=sha256)
        load: Load = held.named(sha256)
        if load.state not in {LoadState.LOADED, LoadState.SIGNED}:
            raise TakeOverError.of("takeover.not_waiting", sha256=sha256[:12])
        if by == load.by:
            raise TakeOverPersonError.of("takeover.second_person")
        return self._ask(TaskKind.SIGN, load.sha256, [], by)

    def ask_compare(self, run: UUID, files: Sequence[HandedIn], *, by: UUID) -> UUID:
        """Ask for a run's drafts to be put beside the old system's bills; return the task.

        Args:
            run: A rated run.
            files: The old system's bills (XLSX or CSV) and, where they are apart, its charges.
            by: Who asks.

        Raises:
            UnknownBillingObjectError: There is no such run.
            TakeOverError: Nothing runs in parallel, the run has no drafts, or nobody should open
                a file.
        """
        held = take_over_of(self.books)
        if held is None or not held.parallel:
            raise TakeOverError.of("takeover.no_parallel_run")
        opened = self.books.run(run)
        if not opened.drafts:
            raise TakeOverError.of("takeover.no_drafts", run=opened.key)
        for file, kinds in zip(files, ((".xlsx", ".csv"), (".csv",)), strict=False):
            _require(file, kinds)
        return self._ask(TaskKind.COMPARE, str(run), files, by)

    def _ask(self, kind: TaskKind, about: str, files: Sequence[HandedIn], by: UUID) -> UUID:
        """Keep the files and state the wish; the same one while it is open is one."""
        hashes = [hashlib.sha256(file.content).hexdigest() for file in files]
        names = [shown_name(file.name) for file in files]
        kept: list[TaskFile] = []
        for attempt in range(1, ATTEMPTS + 1):
            held = tasks_of(self.books) or TakeOverTasks(
                site=self.books.site.key,
                command_id=id_of("takeover", self.books.site.key, "tasks"),
            )
            ended = len(held.tasks) - len(held.waiting)
            said = repr(sorted(zip(names, hashes, strict=True)))
            task = task_id(self.books.site.key, kind, about, by, ended=ended, said=said)
            if task in held.tasks:
                return task
            if len(held.waiting) >= MOST_OPEN:
                raise TakeOverError.of("takeover.tasks_wait", number=MOST_OPEN)
            kept = kept or [
                TaskFile(name=name, sha256=sha256, kept=self._keep(sha256, file.content))
                for name, sha256, file in zip(names, hashes, files, strict=True)
            ]
            held.ask(
                Task(task=task, kind=kind, about=about, files=tuple(kept), by=by,
                     at=self.books.clock.now())
            )  # fmt: skip
            try:
                self.books.store(held)
            except ConflictError:
                if attempt == ATTEMPTS:
                    raise
                continue
            return task
        raise AssertionError

    def _keep(self, sha256: str, content: bytes) -> str:
        text = base64.b64encode(content).decode()
        return keep_sealed(self.books, self.vault, sha256, text)


def shown_name(name: str) -> str:
    """Return a file's name as it may stand anywhere: no folder, no sign that nobody sees."""
    last = _BETWEEN.split(name)[-1]
    seen = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C").strip(" .")
    stem, dot, kind = seen.rpartition(".")
    if not stem:
        return _shortened(seen, MOST_NAME)
    return f"{_shortened(stem, MOST_NAME - 6)}{dot}{_shortened(kind, 5)}"


def _shortened(text: str, most: int) -> str:
    """Return the beginning of a text that is no longer. [octet]."""
    return text.encode()[:most].decode(errors="ignore")


def _require(file: HandedIn, kinds: Sequence[str]) -> None:
    """Refuse a file that nobody should open.

    Raises:
        TakeOverError: It is empty, too large, of another kind, or asks for too much.
    """
    name = shown_name(file.name)
    kind = next((each for each in kinds if name.lower().endswith(each)), "")
    if not kind or len(name) <= len(kind):
        raise TakeOverError.of("takeover.other_kind", file=name or "?", kinds=", ".join(kinds))
    if not file.content:
        raise TakeOverError.of("takeover.empty_file", file=name)
    if len(file.content) > MOST_FILE:
        raise TakeOverError.of("takeover.large_file", file=name, most=MOST_FILE // 1_000_000)
    if kind == ".xlsx":
        require_readable(name, io.BytesIO(file.content))
    elif b"\x00" in file.content:
        raise TakeOverError.of("takeover.no_utf8", file=name)
