"""The rules of the guide are right; a wrong file tells every problem with its path."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from billing.receivables.dunning_file import read_rules
from billing.receivables.dunning_rules import RatePer, rules_of
from billing.receivables.errors import PaymentError

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "money-in.md"
LEVEL = '[[level]]\ndays = 7\npay_within = 10\ntext = { en = "Pay." }\n'


def test_the_rules_of_the_guide_are_right_and_kept() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    (told,) = [block for block in blocks if "[[level]]" in block]
    rules = read_rules(told.encode())
    assert [level.fee for level in rules.levels] == [0, 5, 0]
    assert rules.levels[2].disconnection
    assert rules.late_fee is not None
    assert (rules.late_fee.per, rules.late_fee.cap) == (RatePer.DAY, Decimal("0.20"))
    assert rules.late_fee.since == date(2026, 10, 1)
    assert rules_of(rules.document()) == rules


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "level"),
        ("[[level", "file:"),
        (LEVEL + LEVEL, "level[2].days"),
        (LEVEL.replace("7", '"7"'), "level[1].days"),
        (LEVEL + "colour = 1\n", "level[1].colour"),
        (LEVEL.replace("en", "fr"), "level[1].text.en"),
        (LEVEL + '[late_fee]\nrate = "0.1"\nper = "day"\n', "late_fee.since"),
        (LEVEL + '[late_fee]\nrate = "9"\nper = "day"\nsince = "2026-01-01"\n', "late_fee.rate"),
        (LEVEL + '[late_fee]\nrate = 0.1\nper = "day"\nsince = "2026-01-01"\n', "late_fee.rate"),
        (LEVEL + '[late_fee]\nrate = "0.1"\nper = "year"\nsince = "2026-01-01"\n', "day_count"),
    ],
)
def test_a_wrong_file_names_the_place(text: str, cause: str) -> None:
    with pytest.raises(PaymentError) as error:
        read_rules(text.encode())
    assert cause in str(error.value)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(PaymentError, match="file"):
        read_rules(b"\xff\xfe\x00")
