"""A mapping for a card system is right as a whole or lists every problem."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.files.card_mapping import CardKind, is_card_mapping, load_card_mapping
from adapters.files.mapping_file import SAMPLES, FileMappingError

SAMPLE = SAMPLES / "card_purchases.toml"


def test_the_sample_is_right() -> None:
    mapping = load_card_mapping(SAMPLE)
    assert mapping.kinds["退电"] is CardKind.REFUND
    assert mapping.columns["energy"] == "购电量(kWh)"
    assert is_card_mapping(SAMPLE)
    assert not is_card_mapping(SAMPLES / "weather.toml")


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ('kind = "ic_card"', 'kind = "registers"', 'kind must be "ic_card"'),
        ('currency = "CNY"', 'currency = "yuan"', "no ISO 4217"),
        ('unit = "kWh"', 'unit = "度"', "is none of"),
        ('card = "卡号"', "", "`card` is missing"),
        ('kind = "类型"', "", "`kind` and the words"),
        ('number = "1,234.5"', 'number = "1"', "number '1'"),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, right: str, wrong: str, problem: str) -> None:
    text = SAMPLE.read_text("utf-8")
    assert right in text
    path = tmp_path / SAMPLE.name
    path.write_text(text.replace(right, wrong), "utf-8")
    with pytest.raises(FileMappingError) as error:
        load_card_mapping(path)
    assert problem in str(error.value)
