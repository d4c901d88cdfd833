"""Nothing in the SQL stands in the way of schema-based sharding: a site's schema is an island."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from energy.store.migrate import schema_files

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("energy", "billing", "dashboards", "processes", "scripts")
SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|ALTER TABLE|CREATE|LOCK TABLE)\b")
QUALIFIED = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|REFERENCES|TABLE|ON|USING)\s+(\w+)\.\w+")
OWN = {"pg_catalog", "information_schema"}
SHADOWS = ("energy/store/shadow", "energy/views/rebuild", "energy/views/replay_check")
"""A shadow schema stands beside its site's on one node for the time of a rebuild."""


def statements(text: str) -> Iterator[str]:
    """Yield the statements of a schema file, without comments."""
    bare = re.sub(r"--[^\n]*", "", text)
    yield from (part.strip() for part in bare.split(";") if part.strip())


def breaches(scope: str, text: str) -> list[str]:
    """Return what in a schema file ties its schema to another or needs more than tables."""
    found = []
    for statement in statements(text):
        if re.search(r"\bCREATE\s+(CONSTRAINT\s+)?TRIGGER\b", statement, re.IGNORECASE):
            found.append(f"trigger: {statement[:60]}")
        if re.search(r"\bCREATE\s+(MATERIALIZED\s+)?VIEW\b", statement, re.IGNORECASE):
            found.append(f"SQL view: {statement[:60]}")
        targets = re.findall(r"\bREFERENCES\s+(\S+)", statement)
        found += [f"foreign key to {t}" for t in targets if not t.startswith("{schema}.")]
        named = set(QUALIFIED.findall(statement.replace("{schema}", "own_schema")))
        other = named - OWN - {"own_schema"}
        if other & {"directory", "public"} or any(n.startswith("site_") for n in other):
            found.append(f"{scope} names {sorted(other)}: {statement[:60]}")
    return found


@pytest.mark.parametrize("scope", ["site", "directory"])
def test_no_schema_file_names_another_schema(scope: str) -> None:
    files = schema_files(scope)
    assert files
    assert [found for file in files for found in breaches(scope, file.text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE {schema}.a (k text REFERENCES directory.site (key))",
        "CREATE TRIGGER t AFTER INSERT ON {schema}.a EXECUTE FUNCTION f()",
        "CREATE VIEW {schema}.v AS SELECT * FROM {schema}.a",
        "CREATE FUNCTION {schema}.f() RETURNS int LANGUAGE sql AS 'SELECT 1 FROM directory.site'",
    ],
)
def test_a_breach_in_a_schema_file_is_found(text: str) -> None:
    assert breaches("site", text)


def placeholders(node: ast.JoinedStr) -> set[str]:
    """Return the expressions of an f-string that stand for a schema."""
    values = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    named = {
        name.attr if isinstance(name, ast.Attribute) else name.id
        for value in values
        for name in ast.walk(value)
        if isinstance(name, ast.Attribute | ast.Name)
    }
    return {name for name in named if re.fullmatch(r"_?\w*schema|DIRECTORY", name)}


def crossings(path: str, text: str) -> Iterator[str]:
    """Yield statements of a module that name two schemas."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.JoinedStr):
            continue
        fixed = "".join(str(p.value) for p in node.values if isinstance(p, ast.Constant))
        if SQL.search(fixed) and len(placeholders(node)) > 1:
            yield f"{path}:{node.lineno}: {sorted(placeholders(node))}"


def test_no_statement_names_two_schemas() -> None:
    found = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(SHADOWS):
                found += crossings(name, path.read_text(encoding="utf-8"))
    assert found == []


def test_a_statement_that_names_two_schemas_is_found() -> None:
    text = 'f"SELECT * FROM {schema}.meter JOIN {DIRECTORY}.person USING (person)"'
    assert list(crossings("m.py", text)) == ["m.py:1: ['DIRECTORY', 'schema']"]
