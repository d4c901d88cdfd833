"""In: what forms of work offer. Out: the fields that several of them have. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind
from dashboards.queries.work_rows import WorkForms
from dashboards.viewer import Viewer
from energy.service.work.kinds import Urgency, WaitsFor

LONGEST: Final = 500
"""Signs of what is said in words."""
NONE: Final = "-"
"""Stands in a choice for: none."""


def words_field(name: str, label: str, value: str = "") -> Field:
    """Return a field for words."""
    return Field(name=name, label=label, kind=Kind.WORDS, value=value, longest=LONGEST)


def choice_field(
    viewer: Viewer, name: str, label: str, kind: type[StrEnum], part: str, value: str
) -> Field:
    """Return a choice of a short list.

    Args:
        viewer: Who chooses.
        name: Of the field.
        label: Key of its words.
        kind: The list.
        part: Of the catalogue, with the words of its members.
        value: What is chosen at first.
    """
    choices = {str(each): viewer.say(f"{part}.{each}") for each in kind}
    return Field(name=name, label=label, kind=Kind.CHOICE, choices=choices, value=value)


def waits_field(viewer: Viewer) -> Field:
    """Return what work that is paused waits for."""
    label, part = "work_form.waits_for", "cli.work_waits"
    return choice_field(viewer, "waits_for", label, WaitsFor, part, WaitsFor.PART)


def urgency_field(viewer: Viewer) -> Field:
    """Return how soon somebody must go."""
    label, part = "work_form.urgency", "cli.work_urgency"
    return choice_field(viewer, "urgency", label, Urgency, part, Urgency.NORMAL)


def level_field(viewer: Viewer, forms: WorkForms) -> Field:
    """Return the classes that hold now."""
    choices = {each.key: viewer.named(each.name) for each in forms.levels}
    return Field(
        name="level",
        label="work_form.level",
        kind=Kind.CHOICE,
        choices=choices,
        value=forms.levels[-1].key,
    )


def person_field(viewer: Viewer, forms: WorkForms, label: str, name: str = "to") -> Field:
    """Return whom work may be given to, oneself where that is possible."""
    people = {str(person): said for person, said in forms.people}
    own = str(viewer.scope.person)
    chosen = own if own in people else next(iter(people), "")
    return Field(name=name, label=label, kind=Kind.CHOICE, choices=people, value=chosen)


def others_field(forms: WorkForms, without: Sequence[UUID]) -> Field | None:
    """Return whom work may be given to but some; None where there is nobody else."""
    people = {str(person): said for person, said in forms.people if person not in without}
    if not people:
        return None
    first = next(iter(people))
    return Field(name="to", label="work_form.to", kind=Kind.CHOICE, choices=people, value=first)


def place_field(viewer: Viewer, places: Sequence[tuple[str, str]]) -> Field:
    """Return the places of the site: key and name."""
    choices = {NONE: viewer.say("work_form.none")} | dict(places)
    return Field(
        name="place", label="work_form.place", kind=Kind.CHOICE, choices=choices, value=NONE
    )


def named_field(
    viewer: Viewer, name: str, label: str, named: Sequence[tuple[str, str]], value: str = ""
) -> Field:
    """Return a choice of many things that have a key and a name, or of none of them.

    Args:
        viewer: Who chooses.
        name: Of the field.
        label: Key of its words.
        named: The things.
        value: Key of the one that is chosen at first; none where it is not among them.
    """
    choices = {NONE: viewer.say("work_form.none")}
    choices |= {key: key if key == said else f"{key} · {said}" for key, said in named}
    chosen = value if value in choices else NONE
    return Field(name=name, label=label, kind=Kind.SOUGHT, choices=choices, value=chosen)


def checklist_field(viewer: Viewer, checklists: Mapping[str, Mapping[str, str]]) -> Field:
    """Return the checklists of the site."""
    choices = {NONE: viewer.say("work_form.none")}
    choices |= {key: viewer.named(name) for key, name in checklists.items()}
    return Field(
        name="checklist",
        label="work_form.checklist",
        kind=Kind.CHOICE,
        choices=choices,
        value=NONE,
    )


def more(viewer: Viewer, title: str, form: Component | None) -> Component | None:
    """Return a form that is closed until it is wanted; None where there is none."""
    if form is None:
        return None
    return html.Details([html.Summary(viewer.say(title)), form], className="work-more")
