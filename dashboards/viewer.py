"""In: a request that passed the gate. Out: who looks, in which language and theme. Pure but g."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import g, request

from dashboards.security.scope import Scope
from dashboards.theme import Theme
from energy.base.text import LANGUAGES, catalogue, t

LANGUAGE_COOKIE = "meterline_language"
THEME_COOKIE = "meterline_theme"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A signed-in person at a screen."""

    scope: Scope
    language: str
    theme: Theme

    def say(self, key: str, **values: object) -> str:
        """Return a text of the catalogue in the viewer's language."""
        return t(self.language, key, **values)

    def named(self, names: Mapping[str, str]) -> str:
        """Return a name in the viewer's language, in English where it has none."""
        return names.get(self.language) or names["en"]

    def unit(self, unit: str | None, *, one: bool = False) -> str:
        """Return a bill's unit as the viewer's language writes it, of one or of many."""
        keys = [f"unit.one.{unit}", f"unit.{unit}"] if one else [f"unit.{unit}"]
        known = next((key for key in keys if key in catalogue()), None)
        return self.say(known) if known else unit or ""


def key_word(viewer: Viewer, part: str, key: str) -> str:
    """Return the word for a key that a person chose, the key itself where none is known.

    Args:
        viewer: Who looks.
        part: Part of the catalogue with the usual keys.
        key: The key, such as a season's of a tariff file.
    """
    known = f"{part}.{key.lower()}"
    return viewer.say(known) if known in catalogue() else key


def chosen_language(preferred: str) -> str:
    """Return the language of the request: the cookie's, else the preferred one."""
    cookie = request.cookies.get(LANGUAGE_COOKIE, "")
    return cookie if cookie in LANGUAGES else preferred


def chosen_theme() -> Theme:
    """Return the theme of the request: the cookie's, else light."""
    return Theme.DARK if request.cookies.get(THEME_COOKIE) == Theme.DARK else Theme.LIGHT


def current_viewer() -> Viewer:
    """Return the viewer that the gate let in."""
    viewer: Viewer = g.viewer
    return viewer
