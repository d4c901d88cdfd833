"""Every check is documented, with its severity, and has its words in both languages."""

from __future__ import annotations

import re
from pathlib import Path

from energy.base.text import catalogue
from energy.metering.checks.catalogue import CHECKS

DOCUMENT = Path(__file__).parents[4] / "docs" / "validation.md"


def test_every_check_stands_once_in_the_document_with_its_severity() -> None:
    rows = re.findall(
        r"^\| `([a-z_.]+)` \|[^|]+\| ([a-z ]+) \|", DOCUMENT.read_text(), re.MULTILINE
    )
    said = [(code, severity.strip().replace(" ", "_")) for code, severity in rows]
    codes = [code for code, _ in said]
    assert sorted(set(codes)) == sorted(codes), "a code stands once"
    checks = {(check.code, str(check.severity)) for check in CHECKS}
    named = {code for code, _ in checks}
    assert {row for row in said if row[0] in named} == checks
    # Bill runs, collectors and spools tell findings, too: each has words of its own.
    assert {code for code in codes if f"finding.{code}" not in catalogue()} == set()


def test_every_check_has_words_in_both_languages() -> None:
    texts = catalogue()
    for check in CHECKS:
        assert {"en", "zh"} <= set(texts[f"finding.{check.code}"]), check.code
