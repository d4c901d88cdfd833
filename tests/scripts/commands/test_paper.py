"""Papers by the command row: letterhead, samples, templates; what is missing is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers


def test_a_letterhead_is_named_samples_are_set_and_templates_checked(
    row: Row, tmp_path: Path
) -> None:
    assert "Nobody named a letterhead" in row("paper letterhead").stdout
    file = tmp_path / "letterhead.toml"
    file.write_text('name = "Yard Energy"\ncountry = "GB"\n')
    row("paper letterhead", str(file), "--by", "clerk")
    assert row.json("paper letterhead")["letterhead"]["name"] == "Yard Energy"
    pdf = tmp_path / "receipt.pdf"
    row("paper sample receipt --size 80mm --document-lang both --pdf", str(pdf))
    assert pdf.read_bytes().startswith(b"%PDF")
    assert "payment_notice" in row("paper sample recipt --pdf", str(pdf), code=2).output
    assert "the shipped ones are used" in row("paper templates").stdout
    folder = tmp_path / "templates" / row.site.site.key
    folder.mkdir(parents=True)
    (folder / "receipt.typ").write_text("\n#no-such-thing\n")
    told = row("paper templates", code=1).stdout
    assert told.startswith("receipt.typ, row 2: unknown variable")


def test_what_is_not_there_is_refused_with_the_next_step(row: Row, tmp_path: Path) -> None:
    pdf = str(tmp_path / "x.pdf")
    assert "issued document CAM-1" in row("paper make CAM-1 --pdf", pdf, code=2).output
    assert "mail_server" in row("print send --by clerk", code=2).output
    assert "no batch jan" in row("print run jan --to x --by clerk", code=2).output
    assert "Name a run, or --number" in row("print queue --by clerk", code=2).output
    assert "nothing to queue" in row("print queue --number X-1 --by clerk", code=2).output
    assert "issued bill X-1" in row("fapiao ask X-1 --by clerk", code=2).output
    assert "no request F1" in row("fapiao withdraw F1 --reason x --by clerk", code=2).output
    assert row.json("print show") == row.json("print mails") == row.json("fapiao list") == []
    assert "No requests." in row("fapiao list").stdout
