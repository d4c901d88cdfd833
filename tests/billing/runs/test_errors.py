"""Refusals of bill runs and corrections are told in the reader's language."""

from __future__ import annotations

import pytest

from billing import errors
from billing.corrections import errors as of_corrections
from billing.runs import errors as of_runs
from energy.base.errors import RefusedError

REFUSALS = [
    errors.InvoiceIssuedError("CAM-1"),
    errors.SecondPersonError(),
    errors.HeldRunError(["A-1", "A-2"]),
    errors.UnknownHoldError(["A-1"]),
    errors.ParkedBooksError("R-1", [(7, "DataError: x"), (9, "DataError: y")]),
    errors.UnsettledDaysError("R-1", 3),
    errors.AlreadyBilledError("A-1", "m1", "2019-01-01", "2019-01-31"),
    of_runs.UndecidedRunError("R-1", 4),
    of_runs.OwnDecisionError("R-1", ["A-1", ""]),
    of_runs.ChangedDraftsError("R-1"),
    of_runs.NoExceptionError("R-1", "gap", []),
    of_runs.NoExplanationError("CAM-1", "energy/1"),
    of_runs.NothingDueError("2019-01-31"),
    of_corrections.UnknownCorrectionError("CAM-1/1"),
    of_corrections.DecidedCorrectionError("CAM-1/1", "accepted"),
    of_corrections.OwnCorrectionError("CAM-1/1"),
    of_corrections.NotCreditableError("CAM-1"),
    of_corrections.BarredCorrectionError("CAM-1", ["reading.gap"]),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: type(each).__name__)
def test_a_refusal_is_told_in_both_languages(refusal: RefusedError) -> None:
    english, chinese = refusal.told("en"), refusal.told("zh")
    assert english == str(refusal)
    assert any("一" <= sign <= "鿿" for sign in chinese)
    assert not {"{", "}"} & {*english, *chinese}


def test_each_parked_entry_has_a_row_of_its_own() -> None:
    told = errors.ParkedBooksError("R-1", [(7, "DataError: x"), (9, "DataError: y")]).told("zh")
    assert "  - 位置 7：DataError: x\n  - 位置 9：DataError: y" in told
