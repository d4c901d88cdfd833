"""In: a refusal, or the code of what was found. Out: its words for a page. Pure.

A refusal tells what to do next. Where that is a row of commands, the catalogue has words of its own
for the screens, under `screen.` and the text's key: nobody at a page has a command row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dashboards.viewer import Viewer
from energy.base.errors import EnergyError
from energy.base.text import catalogue

AT_SCREEN = "screen"
"""Part of the catalogue with the words for the screens."""


def refusal_text(language: str, error: EnergyError) -> str:
    """Return why a command was refused, in the words of the screens.

    Args:
        language: "en" or "zh".
        error: The refusal.
    """
    message = error.message
    if message is None:
        return error.told(language)
    key = f"{AT_SCREEN}.{message.key}"
    return (replace(message, key=key) if key in catalogue() else message).told(language)


def code_text(viewer: Viewer, code: str) -> str:
    """Return the words for the code of a finding; the code where there are none."""
    key = f"finding.{code}"
    return viewer.say(key) if key in catalogue() else code


def codes_text(viewer: Viewer, codes: Iterable[str]) -> str:
    """Return the words for some codes, one after another."""
    return viewer.say("bill.correction.and").join(code_text(viewer, each) for each in codes)
