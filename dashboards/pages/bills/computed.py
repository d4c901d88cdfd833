"""Step 5a. From: what a computed charge rests on. To: its panels on the proof's page. Pure.

By which key a share was divided, or what a formula says, each with links to the points behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dash import html
from dash.development.base_component import Component

from billing.documents.computed import (
    carried_text,
    constants_text,
    inputs_text,
    key_rows,
    portion_text,
    source_text,
    used_text,
    vacancy_text,
    value_text,
)
from dashboards.components.pieces import Children, link, panel, table
from dashboards.formats import NOTHING, day_text
from dashboards.queries.bill_rows import ComputedProof, RegisterSource
from dashboards.viewer import Viewer

Json = Mapping[str, Any]


def computed_panels(viewer: Viewer, computed: ComputedProof | None) -> list[Component]:
    """Return one panel a step of what is computed; none for a measured charge."""
    if computed is None:
        return []
    return [
        _share(viewer, step) if step["kind"] == "share" else _formula(viewer, step)
        for step in computed.document["steps"]
    ]


def source_head(viewer: Viewer, source: RegisterSource) -> Component:
    """Return a measured point with what it said, as a link to its meter."""
    told = {"value": source.value, "unit": source.unit}
    name = source.point if source.name == source.point else f"{source.point} · {source.name}"
    return html.H3(
        [
            link(name, f"/meters/{source.point}", name="source"),
            ": ",
            value_text(told, viewer.language),
        ]
    )


def _share(viewer: Viewer, step: Json) -> Component:
    said = viewer.language
    head = ["proof.days", ">proof.whole", "proof.key", ">proof.portion", ">proof.usage"]
    rows: list[Sequence[Children]] = [
        [
            _days(viewer, span),
            used_text(span["whole"], step["unit"], said),
            _rows(key_rows(span, said), [vacancy_text(span, said), carried_text(span, step, said)]),
            portion_text(span, said),
            used_text(span["usage"], step["unit"], said),
        ]
        for span in step["spans"]
    ]
    return panel(
        viewer.say("proof.share"),
        [
            html.P(source_text(step, said), className="sum"),
            html.P(_links(viewer, [*step["inputs"], *step["own"]]), className="subtitle"),
            table(_head(viewer, head), rows, name="proof-share"),
        ],
        name="proof-share",
    )


def _rows(texts: Sequence[str], remarks: Sequence[str]) -> Children:
    """Return texts below each other, with what is to be said of them below in small."""
    small = [html.Div(each, className="subtitle") for each in remarks if each]
    return [*(html.Div(each) for each in texts), *small]


def _formula(viewer: Viewer, step: Json) -> Component:
    said = viewer.language
    rows: list[Sequence[Children]] = [
        [
            _days(viewer, span),
            viewer.say("proof.version_text", version=span["version"]),
            html.Code(f"{span['text']}"),
            inputs_text(span["inputs"], said),
            constants_text(span, said) or NOTHING,
        ]
        for span in step["spans"]
    ]
    inputs = {each["point"]: each for span in step["spans"] for each in span["inputs"]}
    head = ["proof.days", "clause.version", "clause.text", "proof.inputs", "proof.remarks"]
    return panel(
        viewer.say("proof.formula"),
        [
            html.P(step["point"], className="sum"),
            html.P(_links(viewer, list(inputs.values())), className="subtitle"),
            table(_head(viewer, head), rows, name="proof-formula"),
        ],
        name="proof-formula",
    )


def _links(viewer: Viewer, inputs: Sequence[Json]) -> list[str | Component]:
    """Return the points behind a step as links, with commas between them."""
    parts: list[str | Component] = [viewer.say("proof.inputs"), ": "]
    for n, each in enumerate(inputs):
        parts += [", " if n else "", link(each["point"], f"/meters/{each['point']}", name="source")]
    return parts


def _head(viewer: Viewer, keys: Sequence[str]) -> list[str]:
    return [">" + viewer.say(key[1:]) if key.startswith(">") else viewer.say(key) for key in keys]


def _days(viewer: Viewer, span: Json) -> str:
    first, last = (date.fromisoformat(span[key]) for key in ("first_day", "last_day"))
    if first == last:
        return day_text(viewer.language, first)
    return f"{day_text(viewer.language, first)} – {day_text(viewer.language, last)}"
