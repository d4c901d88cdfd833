"""In: a language and a message key. Out: the text in that language. Reads shipped files once.

Catalogues are `catalogue/<part>.toml`, one a part of the program, each key with all languages
side by side, so that a missing translation is seen where the text is written.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "zh")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return every text: key -> language -> text; two parts never share a key."""
    texts: dict[str, dict[str, str]] = {}
    folder = files(__package__).joinpath("catalogue")
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


def t(language: str, key: str, **values: object) -> str:
    """Return a text with its placeholders filled; English where a language is unknown.

    Raises:
        KeyError: The key stands in no catalogue.
    """
    translations = catalogue()[key]
    text = translations.get(language) or translations["en"]
    return text.format(**values) if values else text
