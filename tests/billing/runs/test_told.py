"""What an exception is about is told in words of the reader."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from billing.runs.exceptions import RunException
from billing.runs.told import cause_told, exception_told


def told(language: str, cause: str, proof: Mapping[str, Any]) -> str:
    exception = RunException(
        key="k",
        cause=cause,
        account="A",
        point="p",
        money=Decimal(1),
        barred=False,
        asked=True,
        proof=proof,
    )
    return exception_told(language, exception, ZoneInfo("Asia/Shanghai"))


FOUND = {
    "codes": ["bill.usage_missing"],
    "findings": 1,
    "from": "2026-09-30T16:00:00+00:00",
    "to": "2026-10-31T16:00:00+00:00",
}


@pytest.mark.parametrize(
    ("cause", "proof", "english", "chinese"),
    [
        (
            "missing",
            FOUND,
            "Usage is missing, 2026-10-01 00:00 to 2026-11-01 00:00",
            "，2026-10-01 00:00 至 2026-11-01 00:00",
        ),
        ("zero", {"before": True}, "nothing was used, but before", "此前有用量"),
        ("zero", {"before": False}, "nothing was used, nor before", "均无用量"),
        ("replaced", {"serials": ["S-1", "S-2"]}, "meters S-1 S-2", "表计 S-1 S-2"),
        ("outside_band", {"last_year": "-61"}, "-61 % against last year", "较去年同期 -61 %"),
        ("negative", {"total": "-3.20"}, "the whole bill: -3.20", "账单合计 -3.20"),
        (
            "loss",
            {
                "percent": "12.0",
                "lost": "3.000",
                "supplied": "25.000",
                "unit": "kWh",
                "utility": "gas",
            },
            "12.0 % of 25.000 kWh is neither billed nor own use",
            "25.000 kWh 中有 12.0 % 既未计费也非自用",
        ),
    ],
)
def test_an_exception_is_told_in_words(
    cause: str, proof: Mapping[str, Any], english: str, chinese: str
) -> None:
    assert told("en", cause, proof) == english
    assert chinese in told("zh", cause, proof)


def test_a_cause_without_a_name_is_told_by_its_finding_or_stands_as_it_is() -> None:
    assert cause_told("zh", "zero") == "零用量"
    assert cause_told("en", "bill.usage_missing") == "Usage is missing"
    assert cause_told("en", "strange") == "strange"
