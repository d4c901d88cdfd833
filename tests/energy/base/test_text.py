"""Texts: every one in both languages with the same places to fill, every one used exists."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from energy.base.text import LANGUAGES, catalogue, help_texts, t

ROOT = Path(__file__).resolve().parents[3]
TOPS = ("adapters", "billing", "dashboards", "energy", "processes")
SPEAKERS = {"t", "say"}
"""Functions whose first text argument is a key of the catalogue."""
CALLED = re.compile(rf"\b({'|'.join(sorted(SPEAKERS))})\s*\(")


SYNONYMS = {
    "价目": "费率方案",
    "电价": "费率方案",
    "发票": "账单",
    "通知单编号": "账单编号",
    "日志账": "日志",
    "账簿": "账册",
    "电表": "表计",
    "计数器": "累计量, 寄存器",
    "消息服务器": "代理服务器",
    "现场人员": "技术员",
    "缓冲区": "缓存",
}
"""Chinese words that stand for what docs/GLOSSARY.md calls otherwise."""


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_text_stands_in_every_language_with_the_same_places() -> None:
    assert len(catalogue()) > 100
    assert [key for key, texts in catalogue().items() if set(texts) != set(LANGUAGES)] == []
    assert [k for k, texts in catalogue().items() if not all(map(str.strip, texts.values()))] == []
    differing = [
        key
        for key, texts in catalogue().items()
        if len({frozenset(places(text)) for text in texts.values()}) != 1
    ]
    assert differing == []


@cache
def used() -> list[tuple[str, str]]:
    """Return (key or its beginning, where) of every call of a speaker."""
    found = []
    for top in TOPS:
        for path in sorted((ROOT / top).rglob("*.py")):
            where = path.relative_to(ROOT).as_posix()
            text = path.read_text("utf-8")
            if CALLED.search(text):  # to parse the others takes most of a test's time
                found += [(key, where) for key in _keys(ast.parse(text))]
    return found


def _keys(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name not in SPEAKERS:
            continue
        for argument in node.args[:2]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                if argument.value not in LANGUAGES:
                    yield argument.value
            elif isinstance(argument, ast.JoinedStr):
                head = argument.values[0]
                if isinstance(head, ast.Constant) and isinstance(head.value, str):
                    yield head.value + "*"


def test_every_text_used_stands_in_a_catalogue() -> None:
    known = list(catalogue())
    missing = {
        (key, where)
        for key, where in used()
        if key not in catalogue()
        and not (key.endswith("*") and any(k.startswith(key[:-1]) for k in known))
    }
    assert len(used()) > 50
    assert missing == set()


def test_places_are_filled_and_an_unknown_language_is_english() -> None:
    assert t("en", "up.found", address="A", pid=7) == t("fr", "up.found", address="A", pid=7)
    assert "7" in t("zh", "up.found", address="A", pid=7)
    with pytest.raises(KeyError):
        t("en", "no.such.text")


def test_chinese_texts_use_the_words_of_the_glossary() -> None:
    glossary = (ROOT / "docs" / "GLOSSARY.md").read_text("utf-8")
    for words in SYNONYMS.values():
        assert all(word in glossary or word == "账单编号" for word in words.split(", "))
    texts = {**catalogue(), **help_texts()}
    for key, text in texts.items():
        found = [word for word in SYNONYMS if word in text["zh"]]
        assert found == [], f"{key}: the glossary says {[SYNONYMS[word] for word in found]}"


def test_a_number_governs_its_noun() -> None:
    told = [t("en", "cli.review.sums", cases=n, waiting=w) for n, w in ((1, 1), (2, 0))]
    assert told == ["1 case, 1 waits for you.", "2 cases, 0 wait for you."]
    assert t("zh", "cli.review.sums", cases=1, waiting=1) == "共 1 项，1 项待处理。"
