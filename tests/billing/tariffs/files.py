"""In: nothing. Out: texts of tariff files that tests edit. Reads the guide's example."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from billing.errors import TariffFileError
from billing.tariffs.tariff import TariffVersion
from billing.tariffs.tariff_file import parse_tariff

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "tariff-file.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
WHOLE: str = BLOCKS[0]
"""The whole example of docs/tariff-file.md."""
PLAIN = """
tariff: plain
utility: electricity
currency: EUR
zone: Europe/Berlin
valid: {from: 2025-01-01}
tax: {mode: exclusive, rate: "0.19"}
charges:
  - {id: E, kind: energy, price: "0.30"}
"""
"""The shortest file that is right."""


def yaml(text: str) -> TariffVersion:
    """Return the tariff of a YAML text."""
    return parse_tariff(text, ".yaml")


def with_charge(*rows: str, more: str = "") -> str:
    """Return the plain file with further charges (flow tables) and top keys."""
    return PLAIN + "".join(f"  - {row}\n" for row in rows) + more


def edited(old: str, new: str, text: str) -> str:
    """Return a text with one place replaced that must be there."""
    assert old in text, old
    return text.replace(old, new, 1)


def problems_of(text: str, ending: str = ".yaml") -> list[str]:
    """Return the problems of a file that must be refused."""
    with pytest.raises(TariffFileError) as caught:
        parse_tariff(text, ending)
    return caught.value.problems
