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

ROOT = Path(__file__).resolve().parents[3]
TOPS = ("adapters", "billing", "dashboards", "energy", "processes", "scripts")
ENGLISH = re.compile(r"[a-z]{2,}(?: [a-z]{2,}){2,}")


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    """Return (name, tree) of every module of the product."""
    paths = [path for top in TOPS for path in sorted((ROOT / top).rglob("*.py"))]
    return tuple((path.name, ast.parse(path.read_text("utf-8"))) for path in paths)


def test_every_text_of_an_error_is_raised_somewhere() -> None:
    nodes = (node for _, tree in modules() for node in ast.walk(tree))
    strings = {node.value for node in nodes if isinstance(node, ast.Constant)}
    texts = [key for key in catalogue() if key.startswith("why.")]
    assert len(texts) > 150
    idle = {k for k in texts if k not in strings and k.partition(".")[2] not in strings}
    idle = {key for key in idle if not _is_composed(key.partition(".")[2], strings)}
    assert idle == set()


@cache
def composed_keys() -> re.Pattern[str]:
    """Return what fits the keys that are put together, as f"plan_cell.{fault}" is."""
    shapes = set()
    for _, tree in modules():
        for node in ast.walk(tree):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="of") | ast.Name(id="tell"),
                    args=[
                        ast.JoinedStr(values=[ast.Constant(value=str() as head), *_] as parts),
                        *_,
                    ],
                ) if head.removeprefix("why."):
                    shapes.add("".join(_shape(part) for part in parts).removeprefix(r"why\."))
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
    parts = {"why", "field_why", "laptop_why"}
    called = 0
    for name, tree in modules():
        for key in _called(tree):
            called += 1
            assert any(f"{part}.{key}" in catalogue() for part in parts), f"{name}: {key}"
    assert called > 200


def _called(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
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
