"""What a permit holds, on a real database: its node, what lies below, and in the same instant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from energy.base.aggregate import JournalAggregate
from energy.journal.application import JournalApplication
from energy.service.switching.errors import SwitchingError
from tests.energy.service.switching.board import GUARDIAN, HOLDER, OPERATOR, Board, permit
from tests.fixtures.postgres import command

pytestmark = pytest.mark.servers


def test_nothing_is_told_at_a_node_where_people_work_by_another_order(board: Board) -> None:
    first, second = board.write(), board.write("second")
    for each in (first, second):
        board.release(each)
    board.do(first, 1, 2, 3)
    board.tell(second, 1)
    board.fold()

    def give() -> None:
        made = command("permit", board.at.clock.now())
        board.desk.give_permit(first, permit(), by=GUARDIAN, command_id=made)

    with pytest.raises(SwitchingError, match="Step 1 of S-2019-00002 was told"):
        give()
    board.act(second, "read_back", OPERATOR, 1)
    give()
    give()  # the same word again
    with pytest.raises(SwitchingError, match="Permit 1 of S-2019-00001 is out"):
        board.tell(second, 2)
    board.act(first, "return_permit", HOLDER)
    board.tell(second, 2)


def test_a_permit_holds_what_lies_below_its_node_and_nothing_else(board: Board) -> None:
    names = ("f1", "m1", "bus-a", "f2")
    about = {name: f"node:electricity/{name}" for name in names}
    orders = {name: board.write(name, about=about[name]) for name in names}
    for each in orders.values():
        board.release(each)
    board.do(orders["f1"], 1, 2, 3)
    board.tell(orders["m1"], 1)

    def give() -> None:
        made = command("permit", board.at.clock.now())
        board.desk.give_permit(orders["f1"], permit(), by=GUARDIAN, command_id=made)

    with pytest.raises(SwitchingError, match="Step 1 of S-2019-00002 was told"):
        give()
    board.act(orders["m1"], "read_back", OPERATOR, 1)
    give()
    with pytest.raises(SwitchingError, match="Permit 1 of S-2019-00001 is out"):
        board.tell(orders["m1"], 2)
    for free in ("bus-a", "f2"):
        board.tell(orders[free], 1)
    board.act(orders["f1"], "return_permit", HOLDER)
    board.tell(orders["m1"], 2)


def test_a_permit_holds_although_no_table_follows(board: Board) -> None:
    first, second = board.write(), board.write("second", about="node:electricity/m1")
    for each in (first, second):
        board.release(each)
    board.do(first, 1, 2, 3)
    board.desk.give_permit(first, permit(), by=GUARDIAN, command_id=command("permit"))
    with pytest.raises(SwitchingError, match="Permit 1 of S-2019-00001 is out"):
        board.tell(second, 1)


@pytest.mark.parametrize("below", ["f1", "m1"])
def test_of_a_step_and_a_permit_in_the_same_instant_one_is_refused(
    board: Board, below: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    works, switches = board.write(), board.write("other", about=f"node:electricity/{below}")
    for each in (works, switches):
        board.release(each)
    board.do(works, 1, 2, 3)
    loaded = threading.Barrier(2, timeout=60)
    stored, waited = JournalApplication.store, threading.local()

    def store(self: JournalApplication, *aggregates: JournalAggregate) -> int:
        if not getattr(waited, "once", False):
            waited.once = True
            loaded.wait()  # both have seen that neither holds the other
        return stored(self, *aggregates)

    monkeypatch.setattr(JournalApplication, "store", store)
    desks = [board.desk, board.desk]
    acts: list[Callable[[], int]] = [
        lambda: desks[0].give_permit(works, permit(), by=GUARDIAN, command_id=command("permit")),
        lambda: desks[1].tell(switches, 1, by=GUARDIAN, command_id=command("step")),
    ]
    with ThreadPoolExecutor(2) as pool:
        begun = [pool.submit(act) for act in acts]
        ended = [each.exception() for each in begun]
    assert sum(isinstance(each, SwitchingError) for each in ended) == 1
    assert sum(each is None for each in ended) == 1
    out = board.desk.order(works).permits.holder is not None
    assert out != (board.desk.order(switches).told is not None)
