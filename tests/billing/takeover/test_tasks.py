"""What people wish of a take-over at a screen: stated once, done by jobs, killed and gone on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from billing.takeover.errors import TakeOverError, TakeOverPersonError
from billing.takeover.metering_side import MeteringSide
from billing.takeover.office import TakeOverOffice
from billing.takeover.site_take_over import LoadState
from billing.takeover.state import take_over_of
from billing.takeover.task_desk import MOST_OPEN, HandedIn, TaskDesk, shown_name, tasks_of
from billing.takeover.task_work import MOST_TRIES, TaskWork, findings_of
from billing.takeover.tasks import Stage, Task, TaskKind, TaskState
from energy.base.errors import ConflictError
from tests.billing.takeover.test_office import bare, books_of
from tests.billing.takeover.workbooks import desk, filled, saved
from tests.billing.town import APPROVER, CLERK, Town

__all__ = ["bare"]
pytestmark = pytest.mark.servers
OLD = "account,from,to,utility,quantity,unit,net,tax,total\n"
ROW = "001,2019-01-01,2019-01-02,electricity,1,kWh,1.00,0.20,1.20\n"


def screen(town: Town) -> TaskDesk:
    return TaskDesk(town.office.books, town.vault)


def work(town: Town) -> TaskWork:
    return TaskWork(office=desk(town), settle=town.catch_up)


def workbook(folder: Path, **wrong: object) -> HandedIn:
    rows = filled()
    for sheet, cells in rows.items():
        for column, value in wrong.items():
            if cells and column in cells[0]:
                rows[sheet][0] = {**cells[0], column: value}
    content = saved(rows, folder / "w.xlsx").read_bytes()
    return HandedIn(name="C:\\Mira\\take over.xlsx", content=content)


def newest(town: Town) -> Task:
    held = tasks_of(town.office.books)
    assert held is not None and held.newest is not None
    return held.newest


def handed_in(town: Town, folder: Path) -> str:
    """Hand in a right workbook and let it be checked; return its hash."""
    screen(town).ask_load(workbook(folder), by=CLERK)
    assert not work(town).step()
    return newest(town).result


def test_a_workbook_is_checked_loaded_signed_and_written_by_jobs(
    bare: Town, tmp_path: Path
) -> None:
    file = workbook(tmp_path)
    asked = {screen(bare).ask_load(file, by=CLERK) for _ in range(2)}  # pressed twice
    assert len(asked) == 1
    assert newest(bare).state is TaskState.WAITS
    assert newest(bare).files[0].name == "take over.xlsx"
    assert take_over_of(bare.office.books) is None
    assert work(bare).step() is False
    assert (newest(bare).state, newest(bare).problems) == (TaskState.DONE, 0)
    held = take_over_of(bare.office.books)
    assert held is not None
    (load,) = held.loads.values()
    assert (load.by, load.state, newest(bare).result) == (CLERK, LoadState.LOADED, load.sha256)
    screen(bare).ask_sign(load.sha256, by=APPROVER)
    assert work(bare).step() is False
    last = newest(bare)
    assert (last.state, last.stage, last.result) == (TaskState.DONE, Stage.BOOKS, load.sha256)
    written = take_over_of(bare.office.books)
    assert written is not None and written.parallel
    assert written.loads[load.sha256].signed_by == APPROVER
    assert bare.one(f"SELECT count(*) FROM {bare.site.schema}.account") == 2
    assert bare.one(f"SELECT count(*) FROM {bare.site.schema}.parked") == 0
    kept = bare.rows(f"SELECT convert_from(content, 'UTF8') FROM {bare.site.schema}.attachment")
    assert [str(row[0])[:3] for row in kept] == ["s1:", "s1:"], "what was handed in stands sealed"


def test_four_eyes_hold_before_a_wish_is_stated_and_when_it_is_done(
    bare: Town, tmp_path: Path
) -> None:
    sha256 = handed_in(bare, tmp_path)
    with pytest.raises(TakeOverPersonError):
        screen(bare).ask_sign(sha256, by=CLERK)
    for unknown in ("", "f" * 64):
        with pytest.raises(TakeOverError):
            screen(bare).ask_sign(unknown, by=APPROVER)
    held = tasks_of(bare.office.books)
    assert held is not None
    forged = replace(newest(bare), task=UUID(int=9), kind=TaskKind.SIGN, about=sha256,
                     by=CLERK, files=(), state=TaskState.WAITS)  # fmt: skip
    held.ask(forged)
    bare.office.books.store(held)
    work(bare).step()
    assert newest(bare).state is TaskState.REFUSED
    assert "Another person" in dict(newest(bare).why)["en"]
    after = take_over_of(bare.office.books)
    assert after is not None and not after.parallel


def test_findings_are_kept_by_sheet_row_and_column_and_told_in_both_languages(
    bare: Town, tmp_path: Path
) -> None:
    screen(bare).ask_load(workbook(tmp_path, tariff="nothing", opened_on="soon"), by=CLERK)
    work(bare).step()
    task = newest(bare)
    assert task.state is TaskState.REFUSED and task.problems > 0
    found = findings_of(bare.office.books, bare.vault, task)
    assert found is not None
    assert found.count == task.problems == len(found.problems)
    by_code = {(each.sheet, each.column): each for each in found.problems}
    wrong = by_code["contracts", "tariff"]
    assert wrong.row == 2
    assert "No tariff nothing" in wrong.cause("en") and "nothing" in wrong.cause("zh")
    assert ("accounts", "opened_on") in by_code
    assert {total["sheet"] for total in found.totals} >= {"accounts", "deposits"}
    assert take_over_of(bare.office.books) is None, "nothing was loaded"


def test_a_right_one_follows_a_wrong_one_and_the_same_wrong_one_may_come_again(
    bare: Town, tmp_path: Path
) -> None:
    wrong = workbook(tmp_path, tariff="nothing")
    for _ in range(2):
        screen(bare).ask_load(wrong, by=CLERK)
        work(bare).step()
    assert handed_in(bare, tmp_path)
    held = tasks_of(bare.office.books)
    assert held is not None
    states = [each.state for each in held.tasks.values()]
    assert states == [TaskState.REFUSED, TaskState.REFUSED, TaskState.DONE]


@pytest.mark.parametrize("cut", ["begun", "reading", "metering", "books", "end"])
def test_killed_at_any_step_it_goes_on_and_writes_nothing_twice(
    bare: Town, tmp_path: Path, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = handed_in(bare, tmp_path)
    screen(bare).ask_sign(sha256, by=APPROVER)
    with monkeypatch.context() as patch:
        if cut == "begun":
            patch.setattr(TaskWork, "_sign", killed)
        elif cut == "reading":
            patch.setattr(TakeOverOffice, "sign", killed)
        elif cut == "metering":
            patch.setattr(MeteringSide, "_ages", killed)
        elif cut == "books":
            patch.setattr(TakeOverOffice, "_write_books", killed)
        else:
            real = TakeOverOffice.sign
            patch.setattr(TakeOverOffice, "sign", dies_behind(real))
        with pytest.raises(KeyboardInterrupt):
            work(bare).step()
    assert newest(bare).state is TaskState.RUNS
    assert work(bare).step() is False
    assert (newest(bare).state, newest(bare).begun) == (TaskState.DONE, 2)
    s = bare.site.schema
    once = books_of(bare)
    assert bare.one(f"SELECT count(*) FROM {s}.metering_events WHERE topic LIKE 'readings.%'") == 2
    assert work(bare).step() is False
    assert books_of(bare) == once


def killed(*_told: object, **_more: object) -> None:
    raise KeyboardInterrupt


def dies_behind(real: Callable[..., object]) -> Callable[..., object]:
    def sign(*told: object, **more: object) -> object:
        real(*told, **more)
        raise KeyboardInterrupt

    return sign


def test_a_task_that_never_ends_is_given_up_and_what_others_were_first_at_is_done_again(
    bare: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen(bare).ask_load(workbook(tmp_path), by=CLERK)

    def conflict(*_told: object, **_more: object) -> None:
        raise ConflictError.of("known.changed")

    with monkeypatch.context() as patch:
        patch.setattr(TakeOverOffice, "check", conflict)
        for _ in range(MOST_TRIES):
            with pytest.raises(ConflictError):
                work(bare).step()
    assert newest(bare).state is TaskState.RUNS
    work(bare).step()
    assert newest(bare).state is TaskState.REFUSED
    assert "never came to an end" in dict(newest(bare).why)["en"]
    assert handed_in(bare, tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.xls", b"PK", "another kind"),
        (".xlsx", b"PK", "another kind"),
        ("", b"PK", "another kind"),
        ("../..", b"PK", "another kind"),
        ("a.xlsx", b"", "empty"),
        ("a.xlsx", b"PK" * 5_000_001, "10 MB"),
        ("a.xlsx", b"<html>", "no workbook"),
    ],
)
def test_what_nobody_should_open_is_refused_before_it_is_kept(
    bare: Town, name: str, content: bytes, told: str
) -> None:
    with pytest.raises(TakeOverError, match=told):
        screen(bare).ask_load(HandedIn(name=name, content=content), by=CLERK)
    assert tasks_of(bare.office.books) is None
    assert bare.one(f"SELECT count(*) FROM {bare.site.schema}.attachment") == 0


def test_only_a_few_wishes_wait(bare: Town, tmp_path: Path) -> None:
    content = workbook(tmp_path).content
    for number in range(MOST_OPEN):
        screen(bare).ask_load(HandedIn(name=f"{number}.xlsx", content=content), by=CLERK)
    with pytest.raises(TakeOverError, match="wait already"):
        screen(bare).ask_load(HandedIn(name="one-more.xlsx", content=content), by=CLERK)


def test_bills_are_compared_or_their_rows_named(bare: Town, tmp_path: Path) -> None:
    with pytest.raises(TakeOverError, match="parallel"):
        screen(bare).ask_compare(UUID(int=3), [HandedIn(name="o.csv", content=b"x")], by=CLERK)
    sha256 = handed_in(bare, tmp_path)
    screen(bare).ask_sign(sha256, by=APPROVER)
    work(bare).step()
    bare.read()
    run = bare.open_and_rate()
    wrong = HandedIn(name="old.csv", content=(OLD + ROW.replace("2019-01-02", "soon")).encode())
    screen(bare).ask_compare(run, [wrong], by=CLERK)
    work(bare).step()
    found = findings_of(bare.office.books, bare.vault, newest(bare))
    assert found is not None
    assert [(each.sheet, each.row, each.column) for each in found.problems] == [("bills", 2, "to")]
    right = HandedIn(name="old.csv", content=(OLD + ROW).encode())
    screen(bare).ask_compare(run, [right], by=CLERK)
    work(bare).step()
    assert newest(bare).state is TaskState.DONE, newest(bare).why
    held = take_over_of(bare.office.books)
    assert held is not None and held.comparison is not None
    assert (held.comparison.sha256, held.comparison.by) == (newest(bare).result, CLERK)
    for content, told in ((b"\x00\x01", "UTF-8"), (b"", "empty")):
        with pytest.raises(TakeOverError, match=told):
            screen(bare).ask_compare(run, [HandedIn(name="o.csv", content=content)], by=CLERK)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a.xlsx", "a.xlsx"),
        ("C:\\x\\a.xlsx", "a.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("\u202ea\x00b.xlsx", "ab.xlsx"),
        ("名" * 300 + ".xlsx", "名" * 38 + ".xlsx"),
    ],
)
def test_a_name_is_shown_without_folders_and_hidden_signs(name: str, shown: str) -> None:
    assert shown_name(name) == shown
