"""Documents keep their promises: links lead somewhere, commands exist, notes have their parts."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {".venv", "node_modules", "var", ".pytest_cache"}
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in ROOT.rglob("*.md")
    if not SKIPPED & set(path.relative_to(ROOT).parts)
)
NOTES = [name for name in DOCUMENTS if re.match(r"docs/decisions/\d{4}-", name)]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
ADAPTERS = {path.name for path in (ROOT / "adapters").iterdir() if path.is_dir()}
COMMAND = re.compile(r"(?<![\w/.-])scripts/([a-z_]+)(?![\w./])")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows_of(name: str) -> list[list[str]]:
    """Return the cells of a document's table rows, heads and rules apart."""
    rows = [row for row in text_of(name).splitlines() if row.startswith("|")]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return [row for row in cells if not set(row[0]) <= set("-: ") and row[0] != "word"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_relative_link_leads_somewhere(name: str) -> None:
    folder = (ROOT / name).parent
    targets = [link.split("#")[0] for link in LINK.findall(text_of(name)) if "://" not in link]
    assert [target for target in targets if target and not (folder / target).exists()] == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached: set[str] = set()
    waiting = ["README.md"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += linked_pages(name)
    assert [name for name in DOCUMENTS if name.startswith("docs/") and name not in reached] == []


def linked_pages(name: str) -> list[str]:
    """Return the documents that a document leads to: those of a folder too, where it names one."""
    folder = (ROOT / name).parent
    found = [folder / link.split("#")[0] for link in LINK.findall(text_of(name)) if ":" not in link]
    pages = [page for each in found for page in ([each] if each.is_file() else each.glob("*.md"))]
    return [page.resolve().relative_to(ROOT).as_posix() for page in pages if page.suffix == ".md"]


def test_every_place_the_readme_names_is_there() -> None:
    named = re.findall(r"`(\w+/[\w/.]*)`", text_of("README.md"))
    assert len(named) > 20
    assert [place for place in named if not (ROOT / place).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_named_is_there(name: str) -> None:
    named = set(COMMAND.findall(text_of(name)))
    missing = {word for word in named if not list((ROOT / "scripts").glob(f"{word}*"))}
    assert missing == set()


@pytest.mark.parametrize("name", NOTES)
def test_a_decision_note_has_context_options_choice_and_cost(name: str) -> None:
    text = text_of(name)
    number = Path(name).name[:4]
    assert text.startswith(f"# {number} ")
    parts = ("Context", "Option", "Choice|Decision", "Cost")
    assert [part for part in parts if not re.search(part, text)] == []


def test_decision_notes_have_numbers_of_their_own() -> None:
    numbers = [Path(name).name[:4] for name in NOTES]
    assert len(numbers) == len(set(numbers))
    assert "0002" in numbers


def test_the_glossary_gives_each_word_one_meaning_in_two_languages() -> None:
    rows = rows_of("docs/GLOSSARY.md")
    assert len(rows) > 60
    assert [row for row in rows if len(row) != 3 or not all(row)] == []
    words = [row[0] for row in rows]
    assert sorted(words) == sorted(set(words))
    chinese = [row[1] for row in rows]
    assert [word for word in set(chinese) if chinese.count(word) > 1] == []


@pytest.mark.parametrize(
    "word",
    [
        "reading",
        "count",
        "channel",
        "meter",
        "usage",
        "journal",
        "position",
        "tariff",
        "charge line",
        "account",
        "bill run",
        "invoice",
        "credit note",
        "finding",
        "alert",
        "acknowledgement",
        "mark",
        "segment",
        "point",
        "source epoch",
        "slot",
        "spool",
        "place tree",
        "supply graph",
    ],
)
def test_the_glossary_has_the_words_of_the_trade(word: str) -> None:
    assert word in {row[0] for row in rows_of("docs/GLOSSARY.md")}


def test_every_code_that_is_no_refusal_of_an_adapter_stands_in_the_list_of_findings() -> None:
    codes = {key for key in finding_codes() if key.split(".")[0] not in ADAPTERS}
    told = {cells[0].strip("`") for cells in rows_of("docs/validation.md")}
    assert sorted(codes - told) == []


def finding_codes() -> list[str]:
    """Return the codes of findings that the catalogues have a text for."""
    folder = ROOT / "energy/base/text/catalogue"
    parts = [tomllib.loads(file.read_text(encoding="utf-8")) for file in folder.glob("*.toml")]
    found = [part["finding"] for part in parts if "finding" in part]
    return [f"{kind}.{name}" for each in found for kind, names in each.items() for name in names]


def test_the_changelog_names_the_version_of_the_project() -> None:
    found = re.search(r'^version = "([^"]+)"', text_of("pyproject.toml"), re.MULTILINE)
    assert found is not None
    assert f"## [{found[1]}]" in text_of("CHANGELOG.md")
