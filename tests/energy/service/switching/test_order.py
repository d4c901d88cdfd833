"""A switching order from being written to its end, and everything that is refused on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.service.switching.errors import SwitchingError
from energy.service.switching.kinds import SwitchingState
from energy.service.switching.order import SwitchingOrder
from tests.energy.service.switching.board import (
    BEGIN,
    CENTRE,
    CHIEF,
    END,
    GUARDIAN,
    HOLDER,
    OPERATOR,
    Hand,
    a_plan,
    permit,
    written,
)
from tests.fixtures.postgres import NOON

Do = Callable[[], Any]


def refused(do: Do, key: str) -> None:
    with pytest.raises(SwitchingError) as error:
        do()
    assert error.value.message is not None
    assert error.value.message.key == f"why.switching.{key}"


def begun() -> Hand:
    """Return an order whose isolation is done: a permit may be given."""
    return written().release().do(1, 2, 3)


def test_it_is_carried_out_in_order_with_a_permit_in_between() -> None:
    hand = begun().work().do(4)
    hand("complete", OPERATOR)
    assert hand.order.state is SwitchingState.COMPLETED
    assert hand.order.done == [1, 2, 3, 4]


def test_operator_and_guardian_are_two_and_the_span_is_to_come() -> None:
    refused(lambda: written(guardian=OPERATOR), "same")
    refused(lambda: written(ends_at=BEGIN), "span")
    refused(lambda: written(begins_at=NOON - timedelta(hours=2), ends_at=NOON), "span")
    refused(lambda: written(ends_at=BEGIN + timedelta(days=32)), "span")
    refused(lambda: written(reason=" "), "words")


def test_two_others_approve_it_one_behind_the_other() -> None:
    hand = written()
    refused(lambda: hand("release", CENTRE, now=NOON), "state_written")
    refused(lambda: hand("tell", GUARDIAN, 1), "state_written")
    refused(lambda: hand("approve", OPERATOR), "own_order")
    hand("approve", CHIEF)
    refused(lambda: hand("approve", CENTRE), "state_approved")
    refused(lambda: hand("release", CHIEF, now=NOON), "both_levels")
    refused(lambda: hand("release", OPERATOR, now=NOON), "own_order")
    refused(lambda: hand("release", CENTRE, now=END), "over")
    refused(lambda: hand("tell", GUARDIAN, 1), "state_approved")
    hand("release", CENTRE, now=NOON)
    assert hand.order.approvers == [CHIEF, CENTRE]


def test_the_operator_approves_nothing_even_where_another_wrote_it() -> None:
    hand = written(operator=CHIEF)
    refused(lambda: hand("approve", CHIEF), "own_order")


def test_each_step_is_told_by_one_and_read_back_by_the_other() -> None:
    hand = written().release()
    refused(lambda: hand("tell", OPERATOR, 1), "not_guardian")
    refused(lambda: hand("tell", GUARDIAN, 2), "not_next")
    hand("tell", GUARDIAN, 1)
    refused(lambda: hand("tell", GUARDIAN, 2), "open_step")
    refused(lambda: hand("read_back", GUARDIAN, 1), "not_operator")
    refused(lambda: hand("read_back", OPERATOR, 2), "not_told")
    hand("read_back", OPERATOR, 1)
    refused(lambda: hand("read_back", OPERATOR, 1), "not_told")
    refused(lambda: hand("tell", GUARDIAN, 1), "not_next")


def test_a_step_is_left_out_for_a_second_persons_reason_alone() -> None:
    hand = written().release()
    refused(lambda: hand("skip", OPERATOR, 1, "open already"), "not_second")
    refused(lambda: hand("skip", HOLDER, 1, "open already"), "not_second")
    refused(lambda: hand("skip", GUARDIAN, 2, "open already"), "not_next")
    refused(lambda: hand("skip", GUARDIAN, 1, " "), "words")
    hand("skip", GUARDIAN, 1, "open already")
    hand("tell", GUARDIAN, 2)
    hand("skip", CHIEF, 2, "no tester")
    assert (hand.order.skipped, hand.order.told, hand.order.next_step) == ([1, 2], None, 3)


def test_stopped_nothing_is_told_until_guardian_and_approver_say_so() -> None:
    hand = written().release()
    hand("tell", GUARDIAN, 1)
    refused(lambda: hand("stop", HOLDER, "x" * 501), "words")
    hand("stop", HOLDER, "")  # smoke leaves no time to type
    refused(lambda: hand("stop", HOLDER, "smoke"), "state_stopped")
    refused(lambda: hand("read_back", OPERATOR, 1), "state_stopped")
    refused(lambda: hand("resume", OPERATOR), "not_second")
    hand("resume", GUARDIAN)
    refused(lambda: hand("resume", GUARDIAN), "vouched")
    refused(lambda: hand("skip", GUARDIAN, 1, "smoke"), "state_stopped")
    hand("resume", CENTRE)
    hand("read_back", OPERATOR, 1)
    hand("stop", GUARDIAN, "again")
    hand("resume", CHIEF)
    refused(lambda: hand("resume", CENTRE), "vouched")
    assert hand.order.state is SwitchingState.STOPPED


def test_a_guardian_who_approved_it_gives_one_word_not_both() -> None:
    hand = written(guardian=CHIEF).release()
    hand("stop", CHIEF, "smoke")
    hand("resume", CHIEF)
    refused(lambda: hand("resume", CHIEF), "vouched")
    hand("resume", CENTRE)
    assert hand.order.state is SwitchingState.UNDER_WAY


def test_with_a_permit_out_nothing_is_switched() -> None:
    hand = begun()
    refused(lambda: hand("tell", GUARDIAN, 4), "permit_due")
    refused(lambda: hand("skip", GUARDIAN, 4, "late"), "permit_due")
    refused(lambda: hand("return_permit", HOLDER), "no_permit_out")
    refused(lambda: hand("give_permit", CHIEF, permit(), now=NOON), "not_theirs")
    refused(lambda: hand("give_permit", GUARDIAN, permit(holder=GUARDIAN), now=NOON), "own_permit")
    refused(lambda: hand("give_permit", GUARDIAN, permit(), now=END), "permit_past")
    refused(lambda: hand("give_permit", GUARDIAN, permit(where=" "), now=NOON), "words")
    hand("give_permit", GUARDIAN, permit(), now=NOON)
    for verb, by, said in (
        ("tell", GUARDIAN, (4,)),
        ("skip", GUARDIAN, (4, "late")),
        ("abort", OPERATOR, ("rain",)),
    ):
        refused(lambda verb=verb, by=by, said=said: hand(verb, by, *said), "permit_out")
    refused(lambda: hand("give_permit", GUARDIAN, permit(), now=NOON), "permit_out")
    refused(lambda: hand("return_permit", OPERATOR), "not_holder")
    refused(lambda: hand("return_permit", CHIEF), "words")
    hand("stop", CENTRE, "storm")
    hand("return_permit", CHIEF, "holder was taken ill")
    hand("resume", GUARDIAN)
    hand("resume", CHIEF)
    hand("give_permit", OPERATOR, permit(), now=NOON)  # a second shift of the same work
    hand("return_permit", HOLDER)
    hand.do(4)
    refused(lambda: hand("give_permit", GUARDIAN, permit(), now=NOON), "permit_time")
    hand("complete", GUARDIAN)


def test_a_permit_is_given_between_its_two_steps_and_only_where_demanded() -> None:
    early = written().release().do(1)
    refused(lambda: early("give_permit", GUARDIAN, permit(), now=NOON), "permit_time")
    none = written(a_plan(permit_after=0)).release().do(1)
    refused(lambda: none("give_permit", GUARDIAN, permit(), now=NOON), "no_permit")


def test_a_permit_behind_the_last_step_is_demanded_before_its_end() -> None:
    hand = written(a_plan(permit_after=4)).release().do(1, 2, 3, 4)
    refused(lambda: hand("complete", OPERATOR), "permit_due")
    hand.work()
    hand("complete", OPERATOR)


def test_it_ends_only_behind_its_last_step() -> None:
    hand = written(a_plan(permit_after=0)).release().do(1, 2, 3)
    refused(lambda: hand("complete", OPERATOR), "steps_left")
    hand.do(4)
    refused(lambda: hand("complete", CHIEF), "not_theirs")
    refused(lambda: hand("tell", GUARDIAN, 5), "no_step_left")
    refused(lambda: hand("tell", GUARDIAN, 1), "no_step_left")
    hand("complete", OPERATOR)
    for verb, by, said in (("stop", OPERATOR, ("x",)), ("abort", OPERATOR, ("x",))):
        refused(lambda verb=verb, by=by, said=said: hand(verb, by, *said), "state_completed")


def test_aborted_it_names_what_was_done_and_must_be_taken_back() -> None:
    hand = begun()
    hand("abort", OPERATOR, "rain")
    assert (hand.order.done, hand.order.undo) == ([1, 2, 3], [3, 1])  # a check stays done
    refused(lambda: hand("tell", GUARDIAN, 4), "state_aborted")


@pytest.mark.parametrize(("done", "undo"), [(True, [3, 1]), (False, [1])])
def test_a_step_told_but_not_read_back_is_not_left_open(done: bool, undo: list[int]) -> None:
    hand = written().release().do(1, 2)
    hand("tell", GUARDIAN, 3)
    hand("stop", GUARDIAN, "smoke")
    refused(lambda: hand("abort", OPERATOR, "smoke"), "told_or_not")
    hand("abort", OPERATOR, "smoke", told_done=done)
    assert hand.order.undo == undo


def test_before_its_first_step_it_is_withdrawn_behind_it_aborted() -> None:
    hand = written()
    refused(lambda: hand("abort", OPERATOR, "rain"), "state_written")
    hand.release()
    refused(lambda: hand("abort", OPERATOR, "rain"), "state_released")
    hand("tell", GUARDIAN, 1)
    refused(lambda: hand("withdraw", OPERATOR, "rain"), "state_under_way")
    other = written()
    other("withdraw", OPERATOR, "rain")
    refused(lambda: other("approve", CHIEF), "state_withdrawn")


ACTS: list[tuple[str, Any, tuple[Any, ...], dict[str, Any]]] = [
    *(("tell", GUARDIAN, (n,), {}) for n in range(1, 5)),
    *(("read_back", OPERATOR, (n,), {}) for n in range(1, 5)),
    *(("skip", GUARDIAN, (n, "broken"), {}) for n in range(1, 5)),
    ("stop", HOLDER, ("smoke",), {}),
    ("resume", GUARDIAN, (), {}),
    ("resume", CHIEF, (), {}),
    ("give_permit", GUARDIAN, (permit(),), {"now": NOON}),
    ("return_permit", HOLDER, (), {}),
    ("complete", OPERATOR, (), {}),
]


@given(st.lists(st.sampled_from(ACTS), max_size=60))
def test_whatever_is_said_steps_go_in_order_and_none_while_people_work_there(
    acts: list[tuple[str, Any, tuple[Any, ...], dict[str, Any]]],
) -> None:
    hand = written().release()
    for verb, by, said, more in acts:
        try:
            hand(verb, by, *said, **more)
        except SwitchingError:
            continue
    passed: list[int] = []
    told, out, stopped, given = None, False, False, False
    for event in hand.order.pending_events:
        match event:
            case SwitchingOrder.StepTold():
                assert (told, out, stopped) == (None, False, False)
                assert event.step == len(passed) + 1
                assert event.step <= 3 or given
                told = event.step
            case SwitchingOrder.StepReadBack() | SwitchingOrder.StepSkipped():
                assert not out
                assert not stopped
                assert (
                    told
                    in ({event.step}, {None, event.step})[
                        isinstance(event, SwitchingOrder.StepSkipped)
                    ]
                )
                passed.append(event.step)
                told = None
            case SwitchingOrder.PermitGiven():
                assert passed == [1, 2, 3]
                out, given = True, True
            case SwitchingOrder.PermitReturned():
                out = False
            case SwitchingOrder.Stopped():
                stopped = True
            case SwitchingOrder.Vouched():
                stopped = not event.resumes
            case SwitchingOrder.Completed():
                assert passed == [1, 2, 3, 4]
                assert not out
    assert passed == sorted(passed)
