"""In: where files go, what may be chosen. Out: the form that sends them. Pure.

A form of files is sent by assets/handing.js to the route that its `data-href` names: a file would
not fit a callback.
"""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import extra
from dashboards.viewer import Viewer


def file_form(
    viewer: Viewer, href: str, fields: Sequence[Component], *, most: int, send: str
) -> Component:
    """Return a form of files.

    Args:
        viewer: Who hands them in.
        href: Route that takes them.
        fields: What is chosen.
        most: Largest file. [octet]
        send: Key of the words of its button.
    """
    said = {
        "data_href": href,
        "data_most": str(most),
        "data_large": viewer.say("takeover_page.too_large", most=most // 1_000_000),
        "data_none": viewer.say("takeover_page.no_file"),
        "data_failed": viewer.say("takeover_page.not_sent"),
    }
    return html.Div(
        [
            *fields,
            html.Button(viewer.say(send), type="button", className="button file-send"),
            html.Progress(
                value="0",
                max="100",
                className="file-sent",
                hidden=True,
                **extra(aria_label=viewer.say("takeover_page.sending")),
            ),
            html.Div(className="file-said", role="status"),
        ],
        className="file-form",
        **extra(**said),
    )


def file_field(viewer: Viewer, name: str, key: str, kinds: str) -> Component:
    """Return where one file is chosen.

    Args:
        viewer: Who chooses.
        name: Of the file in the request.
        key: Of the words of its button.
        kinds: What the browser offers.
    """
    return html.Div(
        [
            html.Button(
                viewer.say(key),
                type="button",
                className="button quiet file-pick",
                **extra(data_name=name, data_kinds=kinds),
            ),
            html.Span(className="file-name"),
        ],
        className="file-field",
    )
