"""A mapping for a bank's statements is right as a whole or lists every problem."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.files.bank_mapping import load_bank_mapping
from adapters.files.mapping_file import SAMPLES, FileMappingError

SAMPLE = SAMPLES / "bank_statement.toml"


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ('kind = "bank"', 'kind = "ic_card"', 'kind must be "bank"'),
        ('currency = "GBP"', 'currency = "pound"', "no ISO 4217"),
        ('account = "GB33BUKB20201555555555"', "", "`account_column`"),
        ('amount = "Amount"', "", "either `amount`"),
        ('format = "local"', 'format = "epoch_s"', "the day of an entry"),
        ('payer = "Name"', 'payer = "Name"\nout = ["x"]', "`direction` and the words"),
    ],
)
def test_a_wrong_mapping_names_its_problem(
    tmp_path: Path, right: str, wrong: str, problem: str
) -> None:
    text = SAMPLE.read_text("utf-8")
    assert right in text
    path = tmp_path / SAMPLE.name
    path.write_text(text.replace(right, wrong), "utf-8")
    with pytest.raises(FileMappingError) as error:
        load_bank_mapping(path)
    assert problem in str(error.value)
