"""In: a check as a meter's record keeps it. Out: its name, outcome and reason in a language. Pure.

Records keep keys and values beside the English words, so that a check can be told in every
language years later; one of old has its words alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from energy.base.text import catalogue, t

WORDS = "look.word."
"""Where the catalogue says a word that fills a check: a value of this beginning is its key."""


def told_check(
    language: str, *, title: str, code: str, values: Mapping[str, str], of_old: bool
) -> tuple[str, str]:
    """Return name and reason of a check.

    Args:
        language: "en" or "zh".
        title: Key of its name.
        code: Key of its reason.
        values: What fills both.
        of_old: Whether it is of the meter that goes.
    """
    # Checks are kept in events as plain texts: of the keys only those of words are taken for keys.
    words = {key for key in catalogue() if key.startswith(WORDS)}
    filled = {n: t(language, value) if value in words else value for n, value in values.items()}
    name = t(language, f"look.name.{title}", **filled)
    text = t(language, f"look.{code}", **filled)
    if not of_old:
        return name, text
    return t(language, "look.name.final", name=name), t(language, "look.old_meter", text=text)


def recorded_check(language: str, check: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return name, outcome and reason of a check in a record.

    Args:
        language: "en" or "zh".
        check: As the event keeps it.
    """
    name, text = str(check["name"]), str(check["text"])
    if f"look.{check.get('code')}" in catalogue():
        name, text = told_check(
            language,
            title=str(check["title"]),
            code=str(check["code"]),
            values=check["values"],
            of_old=bool(check.get("of_old")),
        )
    return name, str(check["outcome"]), text
