"""In: wishes about a take-over. Out: each done, its findings kept, its end told. I/O: PostgreSQL.

A killed process leaves its task open and does it again: what was loaded, written or compared is
then found as it is. What a person can mend is told as the end of the task; what only time can mend
(another writer was first, the database is away) is raised, and the task stays open.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from billing.books import Books
from billing.takeover.errors import TakeOverError
from billing.takeover.office import TakeOverOffice
from billing.takeover.parallel import ParallelDesk
from billing.takeover.problems import MOST_TOLD, Problem
from billing.takeover.sealed import keep_sealed, open_sealed
from billing.takeover.task_desk import tasks_of
from billing.takeover.tasks import Stage, TakeOverTasks, Task, TaskKind
from energy.base.errors import ConflictError, RefusedError
from energy.base.secrets import PersonVault
from energy.base.text import LANGUAGES

MOST_TRIES = 5
"""How often a task is begun; then a person is asked. [1]"""
ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is wrong with the files of a task."""

    file: str
    totals: tuple[dict[str, Any], ...]
    """Control totals, as ControlTotal.document; none of bills."""
    problems: tuple[Problem, ...]
    count: int
    """How many there are; the first are told. [1]"""


def findings_of(books: Books, vault: PersonVault, task: Task) -> Findings | None:
    """Return what was found wrong by a task; None where nothing was, or it can be read no more."""
    if not task.findings:
        return None
    try:
        text = open_sealed(books, vault, task.files[0].sha256, task.findings)
    except TakeOverError:
        return None
    told: dict[str, Any] = json.loads(text)
    return Findings(
        file=told["file"],
        totals=tuple(told["totals"]),
        problems=tuple(Problem(**each) for each in told["problems"]),
        count=told["count"],
    )


@dataclass(frozen=True, slots=True)
class TaskWork:
    """Does what people wished."""

    office: TakeOverOffice
    settle: Callable[[], None]
    """Lets the views come up to the journals."""

    def step(self) -> bool:
        """Do the oldest task; return whether another one waits.

        Raises:
            ConflictError: Others kept changing the same things; the task stays open.
        """
        held = tasks_of(self._books)
        if held is None or not held.waiting:
            return False
        self._do(held.waiting[0])
        after = tasks_of(self._books)
        return after is not None and bool(after.waiting)

    @property
    def _books(self) -> Books:
        return self.office.books

    def _do(self, task: Task) -> None:
        if task.begun >= MOST_TRIES:
            refusal = TakeOverError.of("takeover.gave_up", number=MOST_TRIES)
            self._note(lambda held: held.end(task.task, why=_words(refusal)))
            return
        self._note(lambda held: held.begin(task.task))
        self.settle()
        try:
            match task.kind:
                case TaskKind.LOAD:
                    self._load(task)
                case TaskKind.SIGN:
                    self._sign(task)
                case TaskKind.COMPARE:
                    self._compare(task)
        except RefusedError as error:
            words = _words(error)
            self._note(lambda held: held.end(task.task, why=words))
        self.settle()

    def _load(self, task: Task) -> None:
        with TemporaryDirectory(prefix="takeover-") as folder:
            (path,) = self._laid_out(task, folder)
            checked = self.office.check(path)
        if checked.parcel is None:
            totals = [total.document() for total in checked.totals]
            self._found(task, totals, checked.problems, checked.problem_count)
            return
        load = self.office.load(checked, by=task.by)
        self._note(lambda held: held.end(task.task, result=load.sha256))

    def _sign(self, task: Task) -> None:
        def told(stage: Stage, done: int, of: int) -> None:
            self._note(lambda held: held.go_on(task.task, stage, done, of))

        load = self.office.sign(task.about, by=task.by, progress=told)
        self._note(lambda held: held.end(task.task, result=load.sha256))

    def _compare(self, task: Task) -> None:
        with TemporaryDirectory(prefix="takeover-") as folder:
            file, *lines = self._laid_out(task, folder)
            outcome = ParallelDesk(self._books).compare(
                UUID(task.about), file, lines[0] if lines else None, by=task.by
            )
        found = outcome.comparison
        if found is None:
            self._found(task, [], outcome.problems, len(outcome.problems))
        else:
            self._note(lambda held: held.end(task.task, result=found.sha256))

    def _laid_out(self, task: Task, folder: str) -> list[Path]:
        """Return the files of a task in a folder that is gone behind it, each under its name."""
        self._note(lambda held: held.go_on(task.task, Stage.READING, 0, 0))
        paths = []
        for number, file in enumerate(task.files):
            text = open_sealed(self._books, self.office.vault, file.sha256, file.kept)
            path = Path(folder) / str(number) / file.name
            path.parent.mkdir()
            path.write_bytes(base64.b64decode(text))
            paths.append(path)
        return paths

    def _found(
        self, task: Task, totals: Sequence[object], problems: Sequence[Problem], count: int
    ) -> None:
        first = task.files[0]
        told = {
            "file": first.name,
            "totals": list(totals),
            "problems": [each.kept() for each in problems[:MOST_TOLD]],
            "count": count,
        }
        kept = keep_sealed(self._books, self.office.vault, first.sha256, json.dumps(told))
        self._note(lambda held: held.end(task.task, problems=count, findings=kept))

    def _note(self, act: Callable[[TakeOverTasks], None]) -> None:
        """Note something of a task, though others state wishes meanwhile."""
        for attempt in range(1, ATTEMPTS + 1):
            held = tasks_of(self._books)
            assert held is not None, "the task stands in it"
            act(held)
            try:
                self._books.store(held)
            except ConflictError:
                if attempt == ATTEMPTS:
                    raise
            else:
                return


def _words(error: RefusedError) -> dict[str, str]:
    return {language: error.told(language) for language in LANGUAGES}
