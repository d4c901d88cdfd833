"""In: a language and a message key. Out: the text in that language. Reads shipped files once.

Catalogues are `catalogue/<part>.toml`, one a part of the program, each key with all languages
side by side, so that a missing translation is seen where the text is written. The help pages of
the command row lie apart in `help/`: they are read when a page is shown.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

LANGUAGES = ("en", "zh")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return every text: key -> language -> text; two parts never share a key."""
    return _read("catalogue")


@cache
def help_texts() -> dict[str, dict[str, str]]:
    """Return every text of the help pages, as the catalogue has its own."""
    return _read("help")


def _read(name: str) -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = {}
    folder = files(__package__).joinpath(name)
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if not entry.name.endswith(".toml"):
            continue
        part = tomllib.loads(entry.read_text(encoding="utf-8"))
        for key, translations in _flat(part):
            assert key not in texts, f"{key} stands in two catalogues"
            texts[key] = translations
    return texts


def _flat(tree: dict[str, object], prefix: str = "") -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    for name, value in tree.items():
        key = f"{prefix}{name}"
        assert isinstance(value, dict), f"{key} is a table"
        if all(isinstance(text, str) for text in value.values()) and set(value) >= {"en"}:
            found.append((key, {str(k): str(v) for k, v in value.items()}))
        else:
            found.extend(_flat(value, f"{key}."))
    return found


def t(language: str, key: str, /, **values: object) -> str:
    """Return a text with its placeholders filled; English where a language is unknown.

    Raises:
        KeyError: The key stands in no catalogue.
    """
    return _filled(catalogue()[key], language, values)


class Key(str):
    """A key of the catalogue that fills a place: told as its text; any other text stays itself.

    A metering point may be called `finding.several`: only who wrote a key knows that it is one.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A text of the catalogue with what fills it, told in the language of whoever reads it."""

    key: str
    values: Mapping[str, object]

    def told(self, language: str) -> str:
        """Return the text in a language; a part that can be told is told in it, too."""
        return t(language, self.key, **{k: told(language, v) for k, v in self.values.items()})

    def __str__(self) -> str:
        """Return the text in English."""
        return self.told("en")


def tell(key: str, /, **values: object) -> Told:
    """Return a text of the catalogue that is told later.

    Args:
        key: Of the text.
        values: What fills its places; a `Key` is filled with its text, a list with a row for
            each of its parts.
    """
    return Told(key, values)


class Worded(str):
    """A text in English that can be told in other languages, too: for lists of plain texts."""

    __slots__ = ("message",)
    message: Told

    @classmethod
    def of(cls, key: str, /, **values: object) -> Worded:
        """Return a text of the catalogue.

        Args:
            key: Of the text.
            values: What fills its places, as of `tell`.
        """
        message = tell(key, **values)
        made = cls(message)
        made.message = message
        return made

    def told(self, language: str) -> str:
        """Return the text in a language."""
        return self.message.told(language)


def told(language: str, value: object) -> object:
    """Return what fills a place: a told text, the text of a `Key`, else the value."""
    if isinstance(value, list):
        return "\n".join(str(told(language, each)) for each in value)
    if isinstance(value, Key):
        return t(language, value)
    teller = getattr(value, "told", None)
    return teller(language) if teller is not None else value


def help_text(language: str, key: str, /, **values: object) -> str:
    """Return a text of the help pages, as `t` does.

    Raises:
        KeyError: The key stands on no page.
    """
    return _filled(help_texts()[key], language, values)


def _filled(translations: Mapping[str, str], language: str, values: Mapping[str, object]) -> str:
    text = translations.get(language) or translations["en"]
    if not values:
        return text
    return _TEXTS.vformat(text, (), values) if _NUMBERED in text else text.format(**values)


_NUMBERED = ":n|"
"""Begins a place that says a number with its noun: {cases:n|case|cases}."""


class _Texts(Formatter):
    """Fills places, a number with the form of its noun."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return a number with its noun where the place asks for it, else what format says."""
        if not format_spec.startswith(_NUMBERED[1:]):
            formatted: str = super().format_field(value, format_spec)
            return formatted
        _, one, many = format_spec.split("|")
        noun = one if str(value) == "1" else many
        return f"{value} {noun}"


_TEXTS = _Texts()
