"""In: the blocks of a paper (billing/documents/sheets/blocks.py). Out: panels of a page. Pure.

A page so drawn tells what the paper tells, row by row: each heading begins a panel.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.components.long_table import long_table
from dashboards.components.pieces import facts, notice, panel
from dashboards.viewer import Viewer

Block = Mapping[str, Any]


def block_panels(viewer: Viewer, blocks: Sequence[Block], *, name: str) -> list[Component]:
    """Return blocks as panels.

    Args:
        viewer: Who reads.
        blocks: As the paper places them.
        name: Name for CSS and tests; each panel has it.
    """
    found: list[Component] = []
    title, body = "", list[Component]()

    def close() -> None:
        if title:
            found.append(panel(title, [*body], name=name))
        else:
            found.extend(body)

    for block in blocks:
        if block["kind"] == "heading":
            close()
            title, body = str(block["body"]), []
        elif block["kind"] in _DRAWN:
            body.append(_DRAWN[block["kind"]](viewer, block))
    close()
    return found


def _text(_: Viewer, block: Block) -> Component:
    return html.P(block["body"], className="subtitle" if block["soft"] else "paper-text")


def _notice(_: Viewer, block: Block) -> Component:
    return notice(block["body"], good=False)


def _facts(_: Viewer, block: Block) -> Component:
    return facts([(term, value) for term, value in block["rows"]], name="paper-facts")


def _table(viewer: Viewer, block: Block) -> Component:
    heads = [
        f">{head}" if side == "r" else head
        for head, side in zip(block["head"], block["align"], strict=True)
    ]
    return long_table(viewer, heads, block["rows"], name="paper-table")


def _load(_: Viewer, block: Block) -> Component:
    """Return a curve; its words say what it shows."""
    drawn = base64.b64encode(str(block["svg"]).encode()).decode()
    told = f"{block['label']}: {block['top']}, {block['first']} – {block['last']}"
    ends = [html.Span(block[name]) for name in ("first", "last")]
    return html.Figure(
        [
            html.Figcaption([html.Strong(block["label"]), html.Span(block["top"])]),
            html.Img(src=f"data:image/svg+xml;base64,{drawn}", alt=told),
            html.Div(ends, className="paper-curve-ends"),
        ],
        className="paper-curve",
    )


def _loads(viewer: Viewer, block: Block) -> Component:
    return html.Div([_load(viewer, part) for part in block["parts"]], className="paper-curves")


_DRAWN: dict[str, Callable[[Viewer, Block], Component]] = {
    "text": _text,
    "notice": _notice,
    "facts": _facts,
    "table": _table,
    "load": _load,
    "loads": _loads,
}
