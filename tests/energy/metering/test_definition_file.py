"""A file of definitions is loaded in one way, and refused with all its problems at once."""

from __future__ import annotations

import pytest

from energy.base.text import tell
from energy.metering.definition_file import DefinitionFileError, read_definitions
from energy.metering.shares.file import ShareFileError
from processes.formula_desk import FormulaFileError
from processes.plant_acts import SupplyFileError, UnbalancedSupplyError

KINDS = [FormulaFileError, ShareFileError, SupplyFileError]


@pytest.mark.parametrize("wrong", KINDS)
@pytest.mark.parametrize("text", ["[[share", "x = " + "9" * 5000, "x = " + "[" * 9000])
def test_what_is_no_toml_is_refused_by_every_reader_in_both_languages(
    wrong: type[DefinitionFileError], text: str
) -> None:
    with pytest.raises(wrong, match="no TOML: ") as met:
        read_definitions(text, {"share"}, wrong)
    assert "不是 TOML" in met.value.told("zh")


def test_tables_that_nobody_reads_are_a_problem_among_others() -> None:
    checker = read_definitions("share = 1\nshape = 2", {"share"}, ShareFileError)
    assert checker.tables("share") == []
    assert checker.problems == ["file: unknown key `shape`", "share: write it as [[share]] tables"]


@pytest.mark.parametrize("wrong", [*KINDS, UnbalancedSupplyError])
def test_every_problem_is_a_row_and_told_in_the_readers_language(
    wrong: type[DefinitionFileError],
) -> None:
    edge = tell("why.supply.edge", first="a", second="b", key="b")
    met = wrong(["first", edge])
    assert met.problems == ["first", "edge a -> b: b is no node"]
    assert "\n  - first\n  - edge a -> b" in str(met)
    assert "\n  - first\n  - 边 a -> b" in met.told("zh")
