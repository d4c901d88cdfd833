"""In: the fields of one act. Out: a form with its button, and where its answer appears. Pure.

What a button does stands in dashboards/pages/acts.py under the form's act; nothing typed here is
kept anywhere but in the fields themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.viewer import Viewer

ACT, FIELD, SAID = "act", "act-field", "act-said"
"""Kinds of a form's parts; each has the keys "act" and "about" beside, a field its name too."""


class Kind(StrEnum):
    """How a field is typed."""

    TEXT = "text"
    DAY = "day"
    CHOICE = "choice"
    WORDS = "words"
    """As many rows as it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form."""

    name: str
    label: str
    """Key of the catalogue."""
    kind: Kind = Kind.TEXT
    value: str = ""
    choices: Mapping[str, str] | None = None
    """Of a choice: value -> words."""
    longest: int | None = None
    """Of words: most signs."""


def act_form(
    viewer: Viewer,
    act: str,
    about: str,
    fields: Sequence[Field],
    *,
    button: str,
    quiet: bool = False,
) -> Component:
    """Return a form.

    Args:
        viewer: Who types.
        act: What the button does, a key of `ACTS`.
        about: What it does it to.
        fields: What is typed.
        button: Key of the catalogue of the button's words.
        quiet: Whether the button steps back behind another one.
    """
    return html.Div(
        [
            *(_field(viewer, act, about, each) for each in fields),
            html.Button(
                viewer.say(button),
                id={"type": ACT, "act": act, "about": about},
                className=f"button act-{act}{' quiet' if quiet else ''}",
                type="button",
                n_clicks=0,
            ),
            html.Div(
                id={"type": SAID, "act": act, "about": about}, className="act-said", role="status"
            ),
        ],
        className="act-form",
    )


def _field(viewer: Viewer, act: str, about: str, field: Field) -> Component:
    name = {"type": FIELD, "act": act, "about": about, "field": field.name}
    label = viewer.say(field.label)
    drawn: Component
    match field.kind:
        case Kind.TEXT:
            drawn = dmc.TextInput(id=name, label=label, value=field.value, size="sm")
        case Kind.DAY:
            drawn = dmc.DateInput(
                id=name, label=label, value=field.value, size="sm", valueFormat="YYYY-MM-DD"
            )
        case Kind.CHOICE:
            choices = field.choices or {}
            drawn = dmc.Select(
                id=name,
                label=label,
                value=field.value,
                data=[{"value": value, "label": words} for value, words in choices.items()],
                allowDeselect=False,
                size="sm",
            )
        case Kind.WORDS:
            drawn = dmc.Textarea(
                id=name,
                label=label,
                value=field.value,
                autosize=True,
                minRows=3,
                maxRows=12,
                className="act-words",
                attributes={"input": {"maxLength": field.longest}} if field.longest else {},
            )
    return drawn
