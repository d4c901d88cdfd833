"""A letterhead by file: kept in the books with its pictures, refused with every problem."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from billing.documents.letterhead_file import load_letterhead
from billing.einvoice.model import TaxCategory
from billing.errors import DocumentError
from processes.papers.letterheads import name_letterhead, stationery_of, templates_of
from tests.billing.town import Town

pytestmark = pytest.mark.servers
FILE = """name = "Airport Energy"
address = "Road 8\\nCologne"
country = "DE"
tax_number = "DE123456789"
logo = "logo.svg"
[[bank]]
number = "DE02120300000000202051"
[einvoice]
zero_rated = "E"
reason = "Exempt by law"
"""


def written(folder: Path, text: str = FILE) -> Path:
    (folder / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    file = folder / "letterhead.toml"
    file.write_text(text)
    return file


def test_without_a_letterhead_papers_bear_the_issuers_name(town: Town) -> None:
    found = stationery_of(town.database, town.office.books)
    assert (found.letterhead.name, found.named) == ("Town", False)


def test_a_letterhead_is_kept_with_its_pictures_and_once(town: Town, tmp_path: Path) -> None:
    head, terms = load_letterhead(written(tmp_path))
    books = town.office.books
    position = name_letterhead(town.database, books, head, terms, command_id=uuid4())
    assert name_letterhead(town.database, books, head, terms, command_id=uuid4()) == position
    found = stationery_of(town.database, books)
    assert found.letterhead == head
    assert (found.terms.zero_rated, found.terms.reason) == (TaxCategory.EXEMPT, "Exempt by law")


def test_every_problem_of_a_file_is_told(tmp_path: Path) -> None:
    text = FILE.replace("name", "nmae").replace('"DE"', '"Germany"') + "zero = 1\n"
    with pytest.raises(DocumentError, match=r"(?s)nmae: unknown.*einvoice.zero.*name: missing"):
        load_letterhead(written(tmp_path, text))
    with pytest.raises(DocumentError, match="is no TOML"):
        load_letterhead(written(tmp_path, "name ="))


def test_templates_lie_in_the_sites_folder(town: Town, tmp_path: Path) -> None:
    folder = tmp_path / "templates" / town.site.key
    folder.mkdir(parents=True)
    (folder / "nothing.typ").write_text("x")
    (problem,) = templates_of(tmp_path, town.site).problems
    assert problem.file == "nothing.typ"
