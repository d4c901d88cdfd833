"""What an exception is about is told in words of the reader."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from billing.runs.exceptions import RunException
from energy.base.text import t
from scripts.commands.bill_decide import told_of
from scripts.commands.frame import Opened


def told(language: str, cause: str, proof: Mapping[str, Any]) -> str:
    at = SimpleNamespace(
        site=SimpleNamespace(zone=ZoneInfo("Asia/Shanghai")),
        say=lambda key: t(language, key),
        text=lambda key, **values: t(language, f"cli.{key}", **values),
    )
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
    return told_of(cast("Opened", at), exception)


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
        ("loss", {}, "loss over limit", "损耗超限"),
    ],
)
def test_an_exception_is_told_in_words(
    cause: str, proof: Mapping[str, Any], english: str, chinese: str
) -> None:
    assert told("en", cause, proof) == english
    assert chinese in told("zh", cause, proof)
