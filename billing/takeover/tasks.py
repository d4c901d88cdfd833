"""In: what people want done of a take-over. Out: events: asked, begun, went on, ended. Pure.

Checking, writing and comparing take minutes: a screen only states the wish, and the process of
jobs does it. One stream a site. An end is said once; a task that a killed process began is begun
again, and what it does is the same however often (office.py, parallel.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

LEAST_STEP = 20
"""A progress smaller than this part of the whole is not told. [1/1]"""


class TaskKind(StrEnum):
    """What is wanted."""

    LOAD = "load"
    """Check a workbook and load it for its second signature."""
    SIGN = "sign"
    """Sign a loaded workbook as a second person, and write it."""
    COMPARE = "compare"
    """Put a run's drafts beside the old system's bills."""


class TaskState(StrEnum):
    """How far a task has come."""

    WAITS = "waits"
    RUNS = "runs"
    DONE = "done"
    REFUSED = "refused"


class Stage(StrEnum):
    """What a task is at."""

    READING = "reading"
    METERING = "metering"
    BOOKS = "books"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFile:
    """A file that was handed in."""

    name: str
    sha256: str
    """Of its content."""
    kept: str
    """SHA-256 of the attachment that holds it sealed, in hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A wish and what became of it."""

    task: UUID
    kind: TaskKind
    about: str
    """Hash of the workbook to sign, id of the run to compare; "" for a workbook to load."""
    files: tuple[TaskFile, ...]
    by: UUID
    at: datetime
    state: TaskState = TaskState.WAITS
    begun: int = 0
    """How often it was begun."""
    stage: str = ""
    done: int = 0
    of: int = 0
    """Things of the stage that are done, of how many; 0 of 0 where nobody counts. [1]"""
    result: str = ""
    """Hash of what was loaded, signed or compared."""
    problems: int = 0
    """How many the files have. [1]"""
    findings: str = ""
    """SHA-256 of the attachment that holds them sealed, in hex; "" where there are none."""
    why: tuple[tuple[str, str], ...] = ()
    """Language and words of the refusal."""

    @property
    def open(self) -> bool:
        """Return whether it is still to be done."""
        return self.state in {TaskState.WAITS, TaskState.RUNS}


def task_id(site: str, kind: TaskKind, about: str, by: UUID, *, ended: int, said: str) -> UUID:
    """Return the id of a wish: the same one stated twice while it is open is one.

    Args:
        site: Key of the site.
        kind: What is wanted.
        about: Of what.
        by: Who wants it.
        ended: How many tasks have ended before. [1]
        said: Names and hashes of the files.
    """
    return id_of("takeover", "task", site, str(kind), about, str(by), str(ended), said)


def tasks_id(site: str) -> UUID:
    """Return the id of the tasks of a site."""
    return id_of("takeover", "tasks", site)


class TakeOverTasks(JournalAggregate):
    """What was wanted of the take-over of a site."""

    TOPIC = "takeover_tasks"

    class Created(JournalAggregate.Created):
        """A first wish is about to be stated."""

        TOPIC = "takeover_tasks.opened"
        site: str

    class Asked(JournalAggregate.Event):
        """A person wants something done."""

        TOPIC = "takeover_tasks.asked"
        task: UUID
        kind: str
        about: str
        files: list[dict[str, str]]
        by: UUID
        at: datetime

    class Begun(JournalAggregate.Event):
        """A process has begun with it, perhaps again."""

        TOPIC = "takeover_tasks.begun"
        task: UUID

    class WentOn(JournalAggregate.Event):
        """It has come to another stage, or a good part further."""

        TOPIC = "takeover_tasks.went_on"
        task: UUID
        stage: str
        done: int
        of: int

    class Ended(JournalAggregate.Event):
        """It is done, or refused."""

        TOPIC = "takeover_tasks.ended"
        task: UUID
        result: str
        problems: int
        findings: str
        why: dict[str, str]
        """Words of the refusal by language; empty where it is done."""

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return tasks_id(site)

    @event(Created)
    def __init__(self, *, site: str, command_id: UUID) -> None:
        """Begin without any."""
        self.site = site
        self.tasks: dict[UUID, Task] = {}

    @property
    def waiting(self) -> list[Task]:
        """Return what is still to be done, the oldest first."""
        return [each for each in self.tasks.values() if each.open]

    @property
    def newest(self) -> Task | None:
        """Return the last wish; None where there never was one."""
        return next(reversed(self.tasks.values()), None)

    def ask(self, task: Task) -> None:
        """Note a wish; stated already, nothing changes."""
        if task.task in self.tasks:
            return
        self._ask(
            task=task.task,
            kind=str(task.kind),
            about=task.about,
            files=[
                {"name": each.name, "sha256": each.sha256, "kept": each.kept} for each in task.files
            ],
            by=task.by,
            at=task.at,
            command_id=task.task,
        )

    def begin(self, task: UUID) -> None:
        """Note that a process begins with a task."""
        times = self.tasks[task].begun
        if self.tasks[task].open:
            self._begin(task=task, command_id=id_of("takeover", "begin", str(task), str(times)))

    def go_on(self, task: UUID, stage: Stage, done: int, of: int) -> None:
        """Note how far an open task has come, where it is worth a note."""
        held = self.tasks[task]
        if not held.open or not _is_news(held, stage, done, of):
            return
        command = id_of("takeover", "on", str(task), str(held.begun), str(stage), str(done))
        self._go_on(task=task, stage=str(stage), done=done, of=of, command_id=command)

    def end(
        self,
        task: UUID,
        *,
        result: str = "",
        problems: int = 0,
        findings: str = "",
        why: dict[str, str] | None = None,
    ) -> None:
        """Note the end of a task; ended already, nothing changes."""
        if self.tasks[task].open:
            command = id_of("takeover", "end", str(task))
            self._end(task=task, result=result, problems=problems, findings=findings,
                      why=why or {}, command_id=command)  # fmt: skip

    @event(Asked)
    def _ask(
        self,
        *,
        task: UUID,
        kind: str,
        about: str,
        files: list[dict[str, str]],
        by: UUID,
        at: datetime,
        command_id: UUID,
    ) -> None:
        kept = tuple(TaskFile(**each) for each in files)
        self.tasks[task] = Task(
            task=task, kind=TaskKind(kind), about=about, files=kept, by=by, at=at
        )

    @event(Begun)
    def _begin(self, *, task: UUID, command_id: UUID) -> None:
        known = self.tasks[task]
        self.tasks[task] = replace(known, state=TaskState.RUNS, begun=known.begun + 1)

    @event(WentOn)
    def _go_on(self, *, task: UUID, stage: str, done: int, of: int, command_id: UUID) -> None:
        self.tasks[task] = replace(self.tasks[task], stage=stage, done=done, of=of)

    @event(Ended)
    def _end(
        self,
        *,
        task: UUID,
        result: str,
        problems: int,
        findings: str,
        why: dict[str, Any],
        command_id: UUID,
    ) -> None:
        refused = bool(problems or why)
        self.tasks[task] = replace(
            self.tasks[task],
            state=TaskState.REFUSED if refused else TaskState.DONE,
            result=result,
            problems=problems,
            findings=findings,
            why=tuple(sorted(why.items())),
        )


def _is_news(held: Task, stage: Stage, done: int, of: int) -> bool:
    """Return whether a progress is told: another stage, or a part of the whole further."""
    if held.stage != stage or held.of != of:
        return True
    return done > held.done and (done - held.done) * LEAST_STEP >= of
