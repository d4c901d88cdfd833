"""The tables are read through one function, which says whose eyes it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import dashboards.queries

FOLDER = Path(dashboards.queries.__file__).parent
OPENS = frozenset({"connection", "transaction", "direct"})
"""Methods of a database that give a connection, whatever the database is called."""
HEALTH = ("sql_energy.py", "health")
"""Asks for positions and the age of the newest reading, for a probe that nobody signs in for."""
TOLD = ("sql_enquiries.py", "_requests_told")
"""How far a request is, of enquiries that the wall let the caller see."""
BY_CODE = ("sql_cases.py", "case_by_code")
"""Looks a case up by its number, and shows that case alone to who told its code."""


def callers(names: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield file and function of each call of some names in the queries, but in SqlSite itself."""
    for path in sorted(FOLDER.rglob("*.py")):
        if path.name == "sql_site.py":
            continue
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                for each in ast.walk(function):
                    if isinstance(each, ast.Call) and called(each) in names:
                        yield path.name, function.name


def called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def test_no_query_opens_a_connection_past_the_wall() -> None:
    found = list(callers(OPENS))
    assert found == [HEALTH], "read through SqlSite.read, or the wall is past"


def test_what_reads_the_whole_site_for_whoever_asks_is_known_by_name() -> None:
    found = set(callers(frozenset({"read_whole"})))
    assert found == {TOLD, BY_CODE}, "SqlSite.read sees what a scope may see"
    assert not set(callers(frozenset({"see_all", "see_own"}))), "SqlSite says whose eyes it is"
