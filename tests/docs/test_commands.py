"""Every row of `scripts/meterline` that a document tells is one that the program understands."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
import typer

from scripts.commands.tree import GLOBAL
from scripts.main import app
from tests.docs.test_documents import DOCUMENTS, text_of

TOLD = [name for name in DOCUMENTS if not name.startswith(("docs/decisions/", "CHANGELOG"))]
"""A decision tells how it was then."""
TOP = typer.main.get_command(app)
CONTEXT = click.Context(TOP)
ROW = re.compile(r"scripts/meterline ([^\n`|#]+)")
IN_TEXT = re.compile(r"`([a-z]+ [a-z-]+[^`\n]*)`")
ANY = re.compile(r"VERB|FILE|.*[|.:].*")
"""Stands for several verbs, or is no verb at all."""


def rows_in(name: str) -> Iterator[str]:
    """Yield the rows of the program that a document tells, without the program's name."""
    assert isinstance(TOP, click.Group)
    text = re.sub(r"\\\n\s*", " ", text_of(name))
    yield from ROW.findall(text)
    groups = {each for each in TOP.list_commands(CONTEXT) if len(each) > 2}
    told = (row for row in IN_TEXT.findall(text) if ": " not in row)  # else the program speaks
    yield from (row for row in told if row.split()[0] in groups)


def misunderstood(row: str) -> str | None:
    """Return what the program does not know of a row."""
    words = row.split()
    for option in GLOBAL:
        if option in words:
            del words[words.index(option) : words.index(option) + 2]
    found = TOP
    for word in words:
        if not isinstance(found, click.Group) or word.startswith("-"):
            break
        deeper = found.get_command(CONTEXT, word)
        if deeper is None:
            return None if ANY.fullmatch(word) else word
        found = deeper
    if found.context_settings.get("ignore_unknown_options"):
        return None
    known = {option for each in found.params for option in (*each.opts, *each.secondary_opts)}
    given = [word.partition("=")[0] for word in words if re.match(r"--[a-z]", word)]
    return next((each for each in given if each not in known | {*GLOBAL, "--help"}), None)


@pytest.mark.parametrize("name", TOLD)
def test_every_row_told_has_verbs_and_options_that_there_are(name: str) -> None:
    assert [(row, wrong) for row in rows_in(name) if (wrong := misunderstood(row))] == []


def test_a_verb_or_an_option_that_is_gone_is_found() -> None:
    assert misunderstood("bill print 2019-01") == "print"
    assert misunderstood("bill show 2019-01 --colour red") == "--colour"
    assert misunderstood("--site lhr bill show 2019-01 --json") is None
    assert misunderstood("place add|move|rename") is None
