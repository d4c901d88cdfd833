"""In: where a verb stands and a language. Out: its texts; click's own words in it. I/O: one file.

Texts stand in `energy/base/text/help/` and are found by their place: `field.scan.says` tells what
`field scan` does, `field.scan.units` its option --units, `shared.point` an option that means the
same at several verbs. The code of a verb names none of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import click
import typer.core

from energy.base.text import help_text, help_texts

SAYS = "says"
ROOTS = frozenset({"meterline", "laptop"})
"""Names of the tops of a command row; no part of a verb's place."""
_CLICK = (
    click.core,
    click.exceptions,
    click.formatting,
    click.parser,
    click.termui,
    click.types,
    typer.core,
)


def place_of(ctx: click.Context) -> tuple[str, ...]:
    """Return where a verb stands: ("field", "scan"); the top stands under its own name."""
    names: list[str] = []
    at: click.Context | None = ctx
    while at is not None:
        names.insert(0, at.command.name or "")
        at = at.parent
    return tuple(names[1:] if len(names) > 1 else names)


def word(language: str, key: str, **values: object) -> str:
    """Return a word that every page has."""
    return help_text(language, f"page.{key}", **values)


def says(place: Sequence[str], language: str) -> str:
    """Return what a verb or group does, paragraphs parted by empty rows."""
    return help_text(language, ".".join((*place, SAYS)))


def key_of(place: Sequence[str], name: str) -> str:
    """Return the key of an option's text: the verb's own, else the shared one.

    Args:
        place: Of the verb.
        name: Of the parameter in the code; `map_` only dodges a word of Python.
    """
    plain = name.rstrip("_")
    own = ".".join((*place, plain))
    return own if own in help_texts() else f"shared.{plain}"


def speak(language: str) -> None:
    """Let click say its own words in a language; it would ask gettext, which has none of ours."""

    def said(message: str) -> str:
        return _translated(language).get(message, message)

    def counted(one: str, several: str, number: int) -> str:
        return said(one if number == 1 else several)

    for module in _CLICK:
        for name, speaker in (("_", said), ("ngettext", counted)):
            if hasattr(module, name):
                setattr(module, name, speaker)


def _translated(language: str) -> dict[str, str]:
    """Return the words of click: English -> the language's."""
    if language == "en":
        return {}
    texts = help_texts()
    return {each["en"]: each[language] for key, each in texts.items() if key.startswith("click.")}
