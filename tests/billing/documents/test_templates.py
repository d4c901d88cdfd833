"""Templates of a site: checked when loaded, used where they are good, never in the way."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest
from structlog.testing import capture_logs

from billing.documents.papers import PaperKind, paper
from billing.documents.samples import sample
from billing.documents.templates import load_templates
from billing.documents.typesetting import SHIPPED, Extra

OWN = """#let page-of = json(bytes(sys.inputs.page))
#set text(font: "Noto Sans SC")
Our own receipt #page-of.number
"""


def text_of(pdf: bytes) -> str:
    return pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_a_site_without_templates_uses_the_shipped_ones(tmp_path: Path) -> None:
    assert load_templates(None) == load_templates(tmp_path / "none") == load_templates(tmp_path)


def test_an_own_template_sets_its_paper_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "receipt.typ").write_text(OWN)
    found = load_templates(tmp_path)
    assert found.problems == ()
    kind = PaperKind.RECEIPT
    own = paper(kind, sample(kind), language="en", templates=found.usable)
    assert "Our own receipt R-2026-004711" in text_of(own)
    roll = paper(kind, sample(kind), language="en", size="80mm", templates=found.usable)
    assert "Our own" not in text_of(roll)


def test_own_parts_hold_for_every_paper(tmp_path: Path) -> None:
    parts = (SHIPPED / "parts.typ").read_text()
    (tmp_path / "parts.typ").write_text(parts.replace('rgb("#17202e")', 'rgb("#000000")'))
    found = load_templates(tmp_path)
    assert [each.name for each in found.usable] == ["parts.typ"]
    plain = paper(PaperKind.STATEMENT, sample(PaperKind.STATEMENT), language="en")
    own = paper(
        PaperKind.STATEMENT,
        sample(PaperKind.STATEMENT),
        language="en",
        templates=found.usable,
    )
    assert own != plain
    assert text_of(own) == text_of(plain)


@pytest.mark.parametrize(
    ("name", "content", "row", "what"),
    [
        ("receipt.typ", OWN + "#no-such-thing", 4, "unknown variable"),
        ("receipt.typ", OWN + "#page-of.no_such_key", 4, "no_such_key"),
        ("statement_80mm.typ", "#let a = (\n", 1, "unclosed delimiter"),
        ("recipt.typ", OWN, None, "No paper has this name"),
    ],
)
def test_a_broken_template_is_told_with_its_row_and_left_out(
    tmp_path: Path, name: str, content: str, row: int | None, what: str
) -> None:
    (tmp_path / name).write_text(content)
    found = load_templates(tmp_path)
    assert found.usable == ()
    (problem,) = found.problems
    assert (problem.file, problem.row) == (name, row)
    assert what in problem.what


def test_a_template_that_fails_on_one_paper_does_not_stop_it() -> None:
    broken = Extra("receipt.typ", b"#panic(1)")
    kind = PaperKind.RECEIPT
    with capture_logs() as logs:
        pdf = paper(kind, sample(kind), language="en", templates=(broken,))
    assert pdf == paper(kind, sample(kind), language="en")
    assert [entry["event"] for entry in logs] == ["papers.own_template_fails"]
