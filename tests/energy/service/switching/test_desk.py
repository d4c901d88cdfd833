"""Switching orders on a real database: numbered, taken back, asked for by billing, folded anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from energy.base.quality import Quality
from energy.metering.channel import ChannelFacts, Kind
from energy.metering.plant import ChannelRegister
from energy.service.switching.errors import SwitchingError
from energy.service.switching.kinds import Confirmation, RequestKind, StepState, SwitchingState
from energy.service.switching.reads import read_templates
from energy.service.switching.request import Asked
from energy.service.switching.views import SWITCHING_TABLES
from energy.store.pool import Database
from energy.system import OWNER
from processes.view_rebuild import rebuild_views
from tests.energy.service.switching.board import (
    CENTRE,
    CHIEF,
    END,
    GUARDIAN,
    HOLDER,
    OPERATOR,
    Board,
    a_plan,
    permit,
    planned,
)
from tests.fixtures import meters
from tests.fixtures.batches import reading
from tests.fixtures.meters import counter_facts
from tests.fixtures.postgres import command

pytestmark = pytest.mark.servers
ASKED = Asked(kind=RequestKind.DISCONNECT, reference="A-1/1", points=("m1",), ready=True)


def aborted(board: Board) -> UUID:
    order = board.write()
    board.release(order)
    board.do(order, 1, 2, 3)
    board.act(order, "abort", OPERATOR, "rain")
    return order


def test_an_order_is_told_from_its_template_to_its_end(board: Board) -> None:
    order = board.write()
    assert board.write() == order  # the row typed again
    board.release(order)
    board.do(order, 1, 2, 3)
    board.act(order, "give_permit", GUARDIAN, permit(), now=board.at.clock.now())
    out = board.story(order)
    assert [(each.what, each.holder, each.returned_at) for each in out.permits] == [
        ("exchange the breaker", HOLDER, None)
    ]
    assert not out.permits[0].overdue(END)
    assert out.permits[0].overdue(END + timedelta(seconds=1))
    board.act(order, "return_permit", HOLDER)
    board.act(order, "skip", CHIEF, 4, "earth stays for the next order")
    board.act(order, "complete", OPERATOR)
    story = board.story(order)
    assert (story.order.number, story.order.state) == ("S-2019-00001", SwitchingState.COMPLETED)
    assert (story.order.approved_by, story.order.released_by) == (CHIEF, CENTRE)
    assert [each.state for each in story.steps] == [*[StepState.DONE] * 3, StepState.SKIPPED]
    told = [each.told_at for each in story.steps[:3] if each.told_at is not None]
    assert told == sorted(set(told))
    assert [(each.act, each.step) for each in story.facts][-3:] == [
        ("permit_returned", None),
        ("step_skipped", 4),
        ("completed", None),
    ]
    assert story.confirmation is None
    assert not story.permits[0].overdue(END + timedelta(seconds=1))


def test_templates_nodes_and_orders_that_are_not_there(board: Board) -> None:
    with pytest.raises(SwitchingError, match="no node"):
        board.write("other", about="node:electricity/f9")
    with pytest.raises(SwitchingError, match="no node"):
        board.write("other", about="electricity/f1")
    with pytest.raises(SwitchingError, match="no such switching order"):
        board.act(command("none"), "approve", CHIEF)
    with pytest.raises(SwitchingError, match="no template 'other'"):
        board.desk.review("other", 1, by=CHIEF, command_id=command("other"))
    with pytest.raises(SwitchingError, match="no template 'other'"):
        board.desk.write("other", planned(), by=OPERATOR, command_id=command("other"))
    assert board.write("first") != board.write("second")
    board.fold()
    numbers = "SELECT number FROM {s}.switching_order ORDER BY 1"
    assert board.at.rows(numbers) == [("S-2019-00001",), ("S-2019-00002",)]


def test_an_order_keeps_the_version_that_it_was_written_from(board: Board) -> None:
    order = board.write()
    board.desk.draft(a_plan(permit_after=0), by=CHIEF, command_id=command("next"))
    assert board.story(board.write("second")).order.version == 1  # the draft is not reviewed
    board.desk.review("feeder-off", 2, by=OPERATOR, command_id=command("reviewed"))
    assert board.story(board.write("third")).order.version == 2
    row = board.story(order).order
    assert (row.version, row.permit_after) == (1, 3)
    with board.at.writer.connection() as connection:
        rows = read_templates(connection, board.at.schema)
    assert [(e.version, e.author, e.reviewed_by) for e in rows] == [
        (2, CHIEF, OPERATOR),
        (1, OPERATOR, CHIEF),
    ]


def test_what_an_aborted_order_did_is_taken_back_by_another_once(board: Board) -> None:
    order = aborted(board)
    desk = board.desk

    def back(name: str) -> UUID:
        return desk.write_back(order, planned(), by=OPERATOR, command_id=command(name))

    first = back("back")
    assert back("back") == first
    with pytest.raises(SwitchingError, match="S-2019-00002 takes the steps back already"):
        back("again")
    board.act(first, "withdraw", OPERATOR, "rain")
    second = back("again")
    story = board.story(second)
    assert [each.step.do["en"] for each in story.steps] == [
        "Open earthing switch E1.",
        "Close Q1.",
    ]
    assert (story.order.undoes, story.order.state) == (order, SwitchingState.WRITTEN)
    whole = board.story(order)
    assert (whole.order.undo, whole.order.back) == ([3, 1], second)
    with pytest.raises(SwitchingError, match="is not approved"):
        desk.write_back(second, planned(), by=OPERATOR, command_id=command("third"))
    board.release(second)
    board.do(second, 1, 2)
    board.act(second, "complete", OPERATOR)


def test_no_version_is_missing_in_the_journal_whatever_version_a_template_has(
    board: Board,
) -> None:
    plan = replace(a_plan(), name={"en": "Feeder off, again", "zh": "馈线再停电"})
    board.desk.draft(plan, by=OPERATOR, command_id=command("second draft"))
    board.desk.review("feeder-off", 2, by=CHIEF, command_id=command("second review"))
    order = aborted(board)
    back = board.desk.write_back(order, planned(), by=OPERATOR, command_id=command("back"))
    board.release(back)
    for each in (order, back):
        rows = board.at.rows(
            "SELECT originator_version FROM {s}.operations_events "
            "WHERE originator_id = %s ORDER BY notification_id",
            each,
        )
        assert [version for (version,) in rows] == list(range(1, len(rows) + 1))
    assert board.story(back).order.version == board.story(order).order.version == 2


def test_an_aborted_order_back_is_not_taken_back_itself(board: Board) -> None:
    order = aborted(board)
    back = board.desk.write_back(order, planned(), by=OPERATOR, command_id=command("back"))
    board.release(back)
    board.do(back, 1)
    board.act(back, "abort", OPERATOR, "rain")
    assert board.story(back).order.undo == []
    with pytest.raises(SwitchingError, match="Nothing that S-2019-00002 did must be taken back"):
        board.desk.write_back(back, planned(), by=OPERATOR, command_id=command("forth"))
    with pytest.raises(SwitchingError, match="S-2019-00002 takes the steps back already"):
        board.desk.write_back(order, planned(), by=OPERATOR, command_id=command("again"))


def test_a_step_told_and_not_read_back_stands_as_it_was_said_to_be(board: Board) -> None:
    order = board.write()
    board.release(order)
    board.do(order, 1)
    board.tell(order, 2)
    board.act(order, "abort", OPERATOR, "rain", told_done=False)
    states = [each.state for each in board.story(order).steps]
    assert states == [StepState.DONE, *[StepState.WAITING] * 3]
    with pytest.raises(SwitchingError, match="aborted"):
        board.tell(order, 3)


def test_a_request_of_billing_is_carried_out_by_one_order_and_proved_by_readings(
    board: Board,
) -> None:
    channel = board.at.counter("m1")
    with pytest.raises(SwitchingError, match="no approved request"):
        board.write("early", "A-1/1")
    board.asked["A-1/1"] = ASKED
    order = board.write("asked", "A-1/1")
    with pytest.raises(SwitchingError, match="carries that request out"):
        board.write("twice", "A-1/1")
    board.release(order)
    board.do(order, 1, 2, 3)
    board.act(order, "give_permit", GUARDIAN, permit(), now=board.at.clock.now())
    board.act(order, "return_permit", HOLDER)
    board.do(order, 4)
    assert board.story(order).confirmation is None  # nobody said that it is carried out
    board.act(order, "complete", OPERATOR)
    done = [each.read_back_at for each in board.story(order).steps]
    minutes = [60 + 15 * n for n in range(4)]
    assert done[-1] is not None
    assert board.story(order, intervals=3).confirmation is Confirmation.NOT_YET
    day = 12 * 60
    board.at.accept(reading(channel, day - 15, 90), reading(channel, day, 100))
    board.at.accept(*(reading(channel, day + minute, 100) for minute in minutes[:-1]))
    board.at.accept(reading(channel, day + minutes[-1], 100, Quality.ESTIMATED))
    board.at.project()
    assert board.story(order, intervals=3).confirmation is Confirmation.NOT_YET
    board.at.accept(reading(channel, day + minutes[-1], 100))
    board.at.project()
    assert board.story(order, intervals=3).confirmation is Confirmation.CONFIRMED
    assert board.story(order, intervals=4).confirmation is Confirmation.NOT_YET
    board.at.accept(reading(channel, day + 120, 101))
    board.at.project()
    assert board.story(order, intervals=3).confirmation is Confirmation.CONFIRMED
    assert board.story(order, intervals=4).confirmation is Confirmation.CONTRADICTED


def registers(board: Board, *facts: ChannelFacts) -> int:
    """Commission m1 with some registers; return the number of the first."""
    site, metering = board.at.site.key, board.at.application("metering")
    register = ChannelRegister(site=site, command_id=command("registers"))
    first = register.take(point="m1", count=len(facts), command_id=command("registers"))
    meter = meters.planned(site, "m1", first, *facts)
    meters.commission(meter)
    metering.store(register, meter)
    board.at.project()
    return first


def cut_off(board: Board) -> UUID:
    board.asked["A-1/1"] = ASKED
    order = board.write("asked", "A-1/1")
    board.release(order)
    board.do(order, 1, 2, 3)
    board.act(order, "give_permit", GUARDIAN, permit(), now=board.at.clock.now())
    board.act(order, "return_permit", HOLDER)
    board.do(order, 4)
    board.act(order, "complete", OPERATOR)
    return order


def test_each_register_of_a_point_stands_still_by_itself(board: Board) -> None:
    first = registers(board, counter_facts(), counter_facts(quantity="active_energy_export"))
    order = cut_off(board)
    later = [13 * 60 + 15 * n for n in range(5)]
    for minute in later:
        board.at.accept(reading(first, minute, 100))
    board.at.project()
    assert board.story(order).confirmation is Confirmation.NOT_YET  # the other one says nothing
    for minute in later:
        board.at.accept(reading(first + 1, minute, 7))
    board.at.project()
    assert board.story(order).confirmation is Confirmation.CONFIRMED


def test_the_same_use_in_every_interval_is_no_standstill(board: Board) -> None:
    first = registers(board, replace(counter_facts(), kind=Kind.INTERVAL, modulus=None))
    order = cut_off(board)
    for n in range(5):
        board.at.accept(reading(first, 13 * 60 + 15 * n, 8))
    board.at.project()
    assert board.story(order).confirmation is Confirmation.CONTRADICTED


def test_what_billing_recalls_is_not_cut_and_may_be_asked_again(board: Board) -> None:
    board.asked["A-1/1"] = replace(ASKED, ready=False)
    order = board.write("asked", "A-1/1")
    board.release(order)
    with pytest.raises(SwitchingError, match="nobody is cut off now"):
        board.tell(order, 1)
    board.asked["A-1/1"] = ASKED
    board.do(order, 1)
    del board.asked["A-1/1"]
    with pytest.raises(SwitchingError, match="nobody is cut off now"):
        board.tell(order, 2)
    board.tell(order, 1)  # the same word again was heard
    board.act(order, "abort", OPERATOR, "recalled")
    board.asked["A-1/1"] = ASKED
    assert board.write("again", "A-1/1") != order


def test_a_step_told_again_is_not_carried_out_where_billing_recalled_it(board: Board) -> None:
    board.asked["A-1/1"] = ASKED
    order = board.write("asked", "A-1/1")
    board.release(order)
    board.tell(order, 1)
    board.tell(order, 1)
    del board.asked["A-1/1"]
    with pytest.raises(SwitchingError, match="nobody is cut off now"):
        board.tell(order, 1)


def test_an_order_is_not_begun_after_its_span_but_ended(board: Board) -> None:
    late, begun = board.write(), board.write("begun")
    for each in (late, begun):
        board.release(each)
    board.do(begun, 1)
    board.at.tick((END - board.at.clock.now()).total_seconds())
    with pytest.raises(SwitchingError, match="span of S-2019-00001 is over"):
        board.tell(late, 1)
    board.act(late, "skip", GUARDIAN, 1, "open already")
    with pytest.raises(SwitchingError, match="span of S-2019-00001 is over"):
        board.tell(late, 2)
    board.tell(begun, 2)


def test_a_reconnection_waits_for_nobody(board: Board) -> None:
    board.asked["A-1/2"] = replace(ASKED, kind=RequestKind.RECONNECT, ready=False)
    order = board.write("asked", "A-1/2")
    board.release(order)
    board.do(order, 1)


def test_tables_folded_anew_are_the_tables_as_they_were(board: Board) -> None:
    order = aborted(board)
    board.desk.write_back(order, planned(), by=OPERATOR, command_id=command("back"))
    other = board.write("other")
    board.release(other)
    board.do(other, 1, 2, 3)
    board.act(other, "stop", HOLDER, "smoke")
    board.act(other, "resume", GUARDIAN)
    board.act(other, "resume", CENTRE)
    board.act(other, "give_permit", GUARDIAN, permit(), now=board.at.clock.now())
    board.fold()

    def tables() -> dict[str, object]:
        return {
            name: board.at.rows(f"SELECT * FROM {{s}}.{name} ORDER BY 1, 2")
            for name in SWITCHING_TABLES
        }

    before = tables()
    assert all(before.values())
    board.at.tick(9 * 86_400)
    owner = Database(board.at.server.dsn(OWNER), max_size=2)
    rebuild_views(owner, board.at.site, "switching", board.at.clock, wait_s=5, tell=lambda *_: None)
    owner.close()
    assert tables() == before
