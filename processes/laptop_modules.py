"""In: the program's own files. Out: the modules of the laptop's part and what they import. I/O.

The laptop's part is everything that its program can reach by imports, those inside of functions
too, but for the doors: modules of the server, behind which a laptop refuses before it imports them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROGRAM = "scripts.laptop"
OURS = frozenset({"adapters", "billing", "dashboards", "energy", "processes", "scripts"})
DOORS = frozenset(
    {
        "adapters.files.round_result",
        "adapters.files.workbook",
        "billing.books",
        "dashboards.queries.sql",
        "dashboards.queries.sql_site",
        "dashboards.security.scope",
        "energy.store.attachment",
        "processes.collector_servers",
        "processes.field_round_result",
        "processes.gap_report",
        "processes.installation",
        "processes.laptop_pack_make",
        "processes.laptop_review",
        "processes.laptop_sign_in",
        "processes.laptop_sync",
        "processes.laptop_zip",
        "processes.meter_import",
        "processes.settling",
        "processes.technician_site",
        "processes.vitals_reads",
    }
)
"""Modules of the server that a verb imports only once it knows that this is no laptop."""


@cache
def laptop_modules() -> tuple[str, ...]:
    """Return the modules of the laptop's part, sorted."""
    return tuple(sorted(_reached()))


@cache
def laptop_imports() -> dict[str, frozenset[str]]:
    """Return which modules of the laptop's part import each foreign module, by its full name."""
    found: dict[str, set[str]] = {}
    for module in laptop_modules():
        for name in imports_of(module):
            if name.partition(".")[0] not in OURS:
                found.setdefault(name, set()).add(module)
    return {name: frozenset(modules) for name, modules in found.items()}


def module_file(module: str) -> Path:
    """Return the file of one of our modules."""
    path = _file(module)
    assert path is not None, f"{module} is ours"
    return path


@cache
def imports_of(module: str) -> frozenset[str]:
    """Return what a module imports, at its top or inside of functions; types alone do not count."""
    tree = ast.parse(module_file(module).read_text("utf-8"))
    return frozenset(_names(tree))


def _reached() -> set[str]:
    reached: set[str] = set()
    waiting = [PROGRAM]
    while waiting:
        module = waiting.pop()
        if module in reached or module in DOORS or _file(module) is None:
            continue
        reached.add(module)
        waiting += [each for each in imports_of(module) if each.partition(".")[0] in OURS]
        parent = module.rpartition(".")[0]
        if parent:
            waiting.append(parent)
    return reached


def _names(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                for each in child.orelse:
                    yield from _names(each)
            case ast.Import():
                yield from (alias.name for alias in child.names)
            case ast.ImportFrom(module=str(name)):
                assert child.level == 0, "imports are absolute"
                below = [f"{name}.{alias.name}" for alias in child.names]
                own = [each for each in below if _file(each) is not None]
                yield from own or [name]
                if len(own) < len(below):
                    yield name
            case _:
                yield from _names(child)


def _file(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    if module.partition(".")[0] not in OURS:
        return None
    for each in (path / "__init__.py", path.with_suffix(".py")):
        if each.is_file():
            return each
    return None
