"""The words of a clause on the proof of a charge line, in both forms of the tariff file."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dashboards.queries.bill_document import DocumentLine, wording_of

FIRST: dict[str, Any] = {
    "charge": [{"id": "E", "kind": "energy", "period": "day", "price": "1"}],
    "period": [{"id": "day", "when": [{"seasons": ["w"], "at": ["07:00-12:00", "13:00-24:00"]}]}],
    "tax": {"rate": "0.20", "mode": "exclusive"},
}
SECOND: dict[str, Any] = {
    "charges": [{"id": "E", "kind": "energy", "period": "day", "price": "1"}],
    "periods": [
        {"id": "day", "season": "w", "at": ["07:00-12:00", "13:00-24:00"]},
        {"id": "day", "days": "holiday"},
    ],
    "tax": {"rate": "0.20", "mode": "exclusive"},
}


@pytest.mark.parametrize(
    ("document", "more"),
    [(FIRST, []), (SECOND, [("at", "00:00-24:00 (holiday)")])],
    ids=["first", "second"],
)
def test_a_clause_says_when_it_holds(document: dict[str, Any], more: list[Any]) -> None:
    row: Any = SimpleNamespace(clause="E")
    line = DocumentLine(row=row, charge={"quality": None}, supply={}, tariff={})
    assert wording_of(line, document) == (
        ("kind", "energy"),
        ("period", "day"),
        ("at", "07:00-12:00, 13:00-24:00 (w)"),
        *more,
        ("tax_rate", "0.20"),
        ("tax_mode", "exclusive"),
    )
