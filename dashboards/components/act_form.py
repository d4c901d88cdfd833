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


MOST_FOUND = 60
"""Choices that a search shows at once."""


class Kind(StrEnum):
    """How a field is typed."""

    TEXT = "text"
    DAY = "day"
    CHOICE = "choice"
    SOUGHT = "sought"
    """A choice of many, found by typing a part of one's words."""
    WORDS = "words"
    """As many rows as it takes."""
    FEW = "few"
    """A choice of a few words side by side, for arrow keys."""
    COUNT = "count"
    """How many there are of something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form."""

    name: str
    label: str
    """Key of the catalogue, or with `plain` the words themselves."""
    kind: Kind = Kind.TEXT
    value: str = ""
    choices: Mapping[str, str] | None = None
    """Of a choice: value -> words."""
    longest: int | None = None
    """Of words: most signs."""
    plain: bool = False
    hint: str = ""
    """What stands in the empty field, in words."""
    first: bool = False
    """Whether a page that is drawn begins here (assets/desk.js)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What is said of an act that was done, and where it leads."""

    words: str
    links: tuple[tuple[str, str, bool], ...] = ()
    """Words and address of each, and whether it is a file."""
    good: bool = True
    """Whether it was done; else it is told back, to be looked at again."""


def act_form(
    viewer: Viewer,
    act: str,
    about: str,
    fields: Sequence[Field],
    *,
    button: str,
    quiet: bool = False,
    by_enter: bool = False,
) -> Component:
    """Return a form.

    Args:
        viewer: Who types.
        act: What the button does, a key of `ACTS`.
        about: What it does it to.
        fields: What is typed.
        button: Key of the catalogue of the button's words.
        quiet: Whether the button steps back behind another one.
        by_enter: Whether Enter in a field presses the button (assets/desk.js).
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
        className="act-form by-enter" if by_enter else "act-form",
    )


def _field(viewer: Viewer, act: str, about: str, field: Field) -> Component:
    name = {"type": FIELD, "act": act, "about": about, "field": field.name}
    label = field.label if field.plain else viewer.say(field.label)
    drawn: Component
    match field.kind:
        case Kind.TEXT | Kind.COUNT:
            drawn = dmc.TextInput(
                id=name,
                label=label,
                value=field.value,
                placeholder=field.hint,
                debounce=True,  # told by Enter and on leaving: never short of the last sign typed
                size="sm",
                className=f"field-{field.kind}{' first-field' if field.first else ''}",
            )
        case Kind.DAY:
            drawn = dmc.DateInput(
                id=name, label=label, value=field.value, size="sm", valueFormat="YYYY-MM-DD"
            )
        case Kind.FEW:
            drawn = dmc.RadioGroup(
                html.Div(
                    [
                        dmc.Radio(label=each["label"], value=each["value"], size="sm")
                        for each in _choices(field)
                    ],
                    className="few",
                ),
                id=name,
                label=label,
                value=field.value,
                size="sm",
                className="field-few",
            )
        case Kind.CHOICE | Kind.SOUGHT:
            many = {"searchable": True, "limit": MOST_FOUND} if field.kind is Kind.SOUGHT else {}
            drawn = dmc.Select(
                id=name,
                label=label,
                value=field.value,
                data=_choices(field),
                allowDeselect=False,
                size="sm",
                className="field-choice",
                **many,
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


def _choices(field: Field) -> list[dict[str, str]]:
    return [{"value": value, "label": words} for value, words in (field.choices or {}).items()]
