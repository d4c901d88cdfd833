"""Step 5a. From: a text as it is typed. To: it as it would be sent. I/O by ports."""

from __future__ import annotations

from typing import Any

from dash import ALL, MATCH, Dash, Input, Output, html

from dashboards.components.act_form import FIELD
from dashboards.pages.notices.texts import COUNT, DRAFT, counted
from dashboards.pages.parts import Parts
from dashboards.viewer import current_viewer
from energy.alerting.notices.words import Wording
from energy.base.text import LANGUAGES


def register(app: Dash, parts: Parts) -> None:
    """Add the callback that counts a text while it is typed."""

    @app.callback(
        Output({"type": COUNT, "about": MATCH}, "children"),
        Input({"type": FIELD, "act": DRAFT, "about": MATCH, "field": ALL}, "value"),
    )
    def count(typed: list[str | None]) -> Any:
        viewer = current_viewer()
        book = parts.queries.notice_texts(viewer.scope).rows
        told = zip(LANGUAGES, typed[::2], typed[1::2], strict=False)
        return [
            html.Div(
                [
                    html.H3(viewer.say(f"notice_texts.{language}")),
                    counted(
                        viewer,
                        Wording(subject=subject or "", text=text or ""),
                        language,
                        book.signature,
                        book.blocked,
                    ),
                ]
            )
            for language, subject, text in told
        ]
