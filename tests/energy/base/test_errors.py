"""Errors: told in the language of whoever reads them, every text of theirs used by some code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from energy.base.errors import EnergyError, NotPermittedError, RefusedError, UnknownMeterError
from energy.base.text import Key, catalogue, tell, told
from tests.fixtures.still_objects import no_rings_sought

ROOT = Path(__file__).resolve().parents[3]
TOPS = ("adapters", "billing", "dashboards", "energy", "processes", "scripts")
ENGLISH = re.compile(r"[a-z]{2,}(?: [a-z]{2,}){2,}")


@cache
def nodes() -> tuple[tuple[str, ast.AST], ...]:
    """Return every call, assignment and constant of the product with its module's name."""
    paths = [path for top in TOPS for path in sorted((ROOT / top).rglob("*.py"))]
    with no_rings_sought():
        return tuple(
            (path.name, node)
            for path in paths
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, (ast.Call, ast.Assign, ast.Constant))
        )


def test_every_text_of_an_error_is_raised_somewhere() -> None:
    strings = {node.value for _, node in nodes() if isinstance(node, ast.Constant)}
    texts = [key for key in catalogue() if key.startswith("why.")]
    assert len(texts) > 150
    idle = {k for k in texts if k not in strings and k.partition(".")[2] not in strings}
    idle = {k for k in idle if not any(_under(part, k) in strings for part in parts())}
    idle = {key for key in idle if not _is_composed(key.partition(".")[2], strings)}
    assert idle == set()


@cache
def parts() -> frozenset[str]:
    """Return the parts of the catalogue in which errors look for their texts."""
    found = {"why"}
    for _, node in nodes():
        match node:
            case ast.Assign(targets=[ast.Name(id="PART")], value=ast.Constant(value=str() as part)):
                found.add(part)
            case ast.Call(
                func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="of"),
                args=[ast.JoinedStr(values=[ast.Constant(value=str() as head), _]), *_],
            ):
                found.add(f"why.{head.removesuffix('.')}")
    return frozenset(found)


def _under(part: str, key: str) -> str | None:
    return key.removeprefix(f"{part}.") if key.startswith(f"{part}.") else None


@cache
def composed_keys() -> re.Pattern[str]:
    """Return what fits the keys that are put together, as f"plan_cell.{fault}" is."""
    shapes = set()
    for _, node in nodes():
        match node:
            case ast.Call(
                func=ast.Attribute(attr="of") | ast.Name(id="tell"),
                args=[ast.JoinedStr(values=[ast.Constant(value=str() as head), *_] as told), *_],
            ) if head.removeprefix("why."):
                shapes.add("".join(_shape(part) for part in told).removeprefix(r"why\."))
    return re.compile("|".join(sorted(shapes)))


def _shape(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"(\w+)"


def _is_composed(key: str, strings: set[object]) -> bool:
    found = composed_keys().fullmatch(key)
    return found is not None and all(part in strings for part in found.groups() if part)


def test_a_refusal_without_a_class_of_its_own_is_told_apart_by_the_key_of_its_text() -> None:
    assert RefusedError.of("person.unknown", sign_in="x").code == "person.unknown"
    assert NotPermittedError.of("person.unknown", sign_in="x").code == "not_permitted"
    assert RefusedError.code == "refused"


def test_every_error_that_names_a_text_names_one_that_stands_in_the_catalogue() -> None:
    called = 0
    known = catalogue()
    for name, node in nodes():
        for key in _called(node):
            called += 1
            assert any(f"{part}.{key}" in known for part in parts()), f"{name}: {key}"
    assert called > 200


def _called(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=name), attr="of"),
            args=[ast.Constant(value=str() as key), *_],
        ) if name.endswith("Error"):
            yield key
        case ast.Call(func=ast.Name(id="tell"), args=[ast.Constant(value=str() as key), *_]):
            assert key in catalogue(), key


def test_no_chinese_text_of_an_error_holds_an_english_sentence() -> None:
    for key, texts in catalogue().items():
        if key.startswith(("why.", "field_why.")):
            plain = re.sub(r"`[^`]*`|\"[^\"]*\"|\{[^}]*\}", "", texts["zh"])
            assert not ENGLISH.search(plain), key


def test_an_error_is_told_in_the_language_of_its_reader_and_its_message_is_english() -> None:
    error = UnknownMeterError("t2")
    assert str(error).startswith("No meter at point 't2'.")
    assert error.told("zh") == "计量点 't2' 没有表计。`meter list` 显示本站点的计量点。"
    assert error.told("en") == str(error)
    assert RefusedError("plain").told("zh") == "plain"


def test_what_fills_a_place_is_told_in_the_language_too() -> None:
    inner = EnergyError.of("channel.multiplier", multiplier=Fraction(0))
    row = tell("why.import.row", row=7, cause=inner)
    outer = EnergyError.of("import.rows", rows=[row, tell("why.row.nul")])
    assert outer.told("zh").splitlines() == [
        "第 7 行：倍率 0 不大于零。请写明互感器的准确变比。",
        "行中有 NUL 字节：文件已损坏，请重新导出",
    ]
    assert str(outer).startswith("row 7: Multiplier 0 is not above zero.")
    assert told("zh", Key("why.row.nul")) == "行中有 NUL 字节：文件已损坏，请重新导出"
    assert told("zh", 7) == 7


@pytest.mark.parametrize("name", ["why.meters.unproven", "finding.several", "{0.__class__}{x}"])
def test_a_name_that_is_a_key_of_the_catalogue_stays_that_name(name: str) -> None:
    assert str(UnknownMeterError(name)).startswith(f"No meter at point '{name}'.")
    assert UnknownMeterError(name).told("zh").startswith(f"计量点 '{name}' 没有表计。")
    assert name in tell("why.meters.no_place", place=name).told("zh")
    assert told("en", [name, Key("why.row.nul")]) == f"{name}\n{tell('why.row.nul')}"


def test_a_key_that_stands_nowhere_is_a_mistake_of_the_code() -> None:
    with pytest.raises(KeyError):
        EnergyError.of("no.such.text")
