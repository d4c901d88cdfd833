"""In: the text of a file. Out: rows naming each breach of a tidy rule. Pure.

A rule takes the file's path inside the checkout and its text (or its syntax tree) and returns
rows `path:row: what is wrong`; test_rules.py seeds a breach of each.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

from tests.tidy import exceptions

FUNCTION_LIMIT = 60
MODULE_LIMIT = 400
ROW_LIMIT = 100
TOPS = (
    "adapters",
    "bench",
    "billing",
    "dashboards",
    "energy",
    "processes",
    "scripts",
    "simulator",
)
BANNED_CALLS = {
    "datetime.now": "a clock from energy.base.clock",
    "datetime.utcnow": "a clock from energy.base.clock",
    "datetime.today": "a clock from energy.base.clock",
    "date.today": "energy.base.period.local_day of a clock's instant",
    "time.time": "a clock from energy.base.clock",
    "time.time_ns": "a clock from energy.base.clock",
    "time.sleep": "energy.base.clock.wait",
    "random.random": "a seeded generator given as an argument",
    "random.randint": "a seeded generator given as an argument",
    "random.choice": "a seeded generator given as an argument",
}
VAGUE_WORDS = {"data", "info", "manager", "helper", "helpers", "util", "utils", "handler"}
LEFT_OVER = re.compile("|".join((r"\bFIX" + "ME", r"\bTO" + "DO", r"\bXX" + "X\\b")))
REGISTRIES = re.compile("|".join((r"py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.")))
MACHINE_PATHS = re.compile(r"(?<![\w.~$}/-])/(?:wo" + "rk|ro" + r"ot|ho" + r"me/\w+)/")
REMARK = re.compile(r"\s+# (?:noqa|type: ignore).*$")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _length(node: Function) -> int:
    first = min([node.lineno, *(word.lineno for word in node.decorator_list)])
    return (node.end_lineno or node.lineno) - first + 1


@cache
def named_and_calls(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Return what the rules look at: walking every tree once a rule takes longer than parsing."""
    return tuple(node for node in ast.walk(tree) if isinstance(node, Named | ast.Call))


def limits(path: str, text: str, tree: ast.Module) -> Iterator[str]:
    """Yield functions and modules over their limit."""
    rows = text.count("\n")
    if rows > MODULE_LIMIT and path not in exceptions.LONG_MODULES:
        yield f"{path}: {rows} lines, the limit is {MODULE_LIMIT}"
    for node in named_and_calls(tree):
        if not isinstance(node, Function) or _length(node) <= FUNCTION_LIMIT:
            continue
        if f"{path}:{node.name}" not in exceptions.LONG_FUNCTIONS:
            yield f"{path}:{node.lineno}: {node.name} has {_length(node)} > {FUNCTION_LIMIT} lines"


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def banned_calls(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield calls that ask the machine for the time, for a pause or for luck."""
    if path in exceptions.CLOCK_FILES:
        return
    for node in named_and_calls(tree):
        if isinstance(node, ast.Call):
            call = ".".join(_dotted(node.func).split(".")[-2:])
            if call in BANNED_CALLS:
                yield f"{path}:{node.lineno}: {call} is banned; use {BANNED_CALLS[call]}"


def examples_of_its_own(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield imports by which a test sets its number of examples past `tests.examples.tried`."""
    if path in exceptions.EXAMPLES_FILES:
        return
    for node in tree.body:
        match node:
            case ast.ImportFrom(module="hypothesis", names=names):
                if any(alias.name == "settings" for alias in names):
                    yield f"{path}:{node.lineno}: use tests.examples.tried in place of settings"


def module_docstring(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield the module when its docstring is missing or its first paragraph has no full stop."""
    first = (ast.get_docstring(tree) or "").split("\n\n")[0]
    if not first.endswith((".", "::")):
        yield f"{path}:1: the module's docstring begins with a sentence and its full stop"


def _public(body: list[ast.stmt]) -> Iterator[Named]:
    for node in body:
        if isinstance(node, Named) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body)


def public_promises(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield public classes and functions without docstring, and functions without return type."""
    for node in _public(tree.body):
        told = ast.get_docstring(node) is not None
        if not told and "overload" not in {_dotted(word) for word in node.decorator_list}:
            yield f"{path}:{node.lineno}: {node.name} has no docstring"
        if isinstance(node, Function) and node.returns is None:
            yield f"{path}:{node.lineno}: {node.name} has no return type"


def words_of(name: str) -> set[str]:
    """Return the whole words of a snake_case or CamelCase name, in lower case."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return set(spaced.lower().split("_"))


def vague_names(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield classes, functions and the module when their name holds a word without meaning."""
    named = [(node.name, node.lineno) for node in named_and_calls(tree) if isinstance(node, Named)]
    for name, row in [(PurePosixPath(path).stem, 1), *named]:
        rest = name
        for phrase in exceptions.PHRASES:
            rest = rest.replace(phrase, "")
        vague = words_of(rest) & VAGUE_WORDS
        if vague and f"{path}:{name}" not in exceptions.VAGUE_NAMES:
            yield f"{path}:{row}: {name} says {', '.join(sorted(vague))}: see GLOSSARY.md"


def long_rows(path: str, text: str) -> Iterator[str]:
    """Yield rows of Python over the row limit; a checker's remark at the end does not count."""
    for number, row in enumerate(text.splitlines(), start=1):
        length = len(REMARK.sub("", row))
        if length > ROW_LIMIT:
            yield f"{path}:{number}: {length} characters, the limit is {ROW_LIMIT}"


def stray_words(path: str, text: str) -> Iterator[str]:
    """Yield left-over notes, package registry hosts and absolute paths of one machine."""
    for number, row in enumerate(text.splitlines(), start=1):
        if LEFT_OVER.search(row):
            yield f"{path}:{number}: a left-over note; do it or write a decision note"
        if REGISTRIES.search(row):
            yield f"{path}:{number}: names a package registry's host"
        if MACHINE_PATHS.search(row):
            yield f"{path}:{number}: an absolute path of one machine"


def unmirrored(path: str, sources: set[str]) -> Iterator[str]:
    """Yield a test file of a mirrored folder that stands for no module.

    Args:
        path: The test file, `tests/TOP/.../test_NAME.py`.
        sources: Every module and package folder of the tree.
    """
    _, top, *middle, name = PurePosixPath(path).parts
    folder = PurePosixPath("tests", top, *middle).as_posix()
    if top not in TOPS or path in exceptions.TEST_FILES or folder in exceptions.TEST_FOLDERS:
        return
    stem = PurePosixPath(name).stem.removeprefix("test_")
    parts = stem.split("_")
    heads = ["_".join(parts[:count]) for count in range(len(parts), 0, -1)]
    wanted = [PurePosixPath(top, *middle, head).as_posix() for head in heads]
    if not any(f"{place}.py" in sources or place in sources for place in wanted):
        yield f"{path}: stands for no {wanted[0]}.py; name it after its module"
