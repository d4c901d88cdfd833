"""A command is begun again when somebody else was faster, and a refusal is asked for twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from energy.base.errors import ConflictError, RefusedError
from energy.journal.retrying import retried


def told(*answers: Exception | str) -> Callable[[], str]:
    left = list(answers)

    def once() -> str:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return once


def refused() -> RefusedError:
    return RefusedError.of("known.changed")


def faster() -> ConflictError:
    return ConflictError.of("known.changed")


@pytest.mark.parametrize(
    "answers",
    [
        ["done"],
        [faster(), faster(), "done"],
        [refused(), "done"],
        [faster(), refused(), faster(), "done"],
    ],
)
def test_a_command_comes_to_its_result_in_spite_of_others(
    answers: list[Exception | str],
) -> None:
    assert retried(told(*answers)) == "done"


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([refused(), refused(), "never"], RefusedError),
        ([faster(), faster(), faster(), "never"], ConflictError),
        ([refused(), faster(), refused(), "never"], RefusedError),
        ([ValueError(), "never"], ValueError),
    ],
)
def test_what_stays_is_raised(answers: list[Exception | str], error: type[Exception]) -> None:
    with pytest.raises(error):
        retried(told(*answers))
