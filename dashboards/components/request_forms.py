"""In: who looks. Out: the fields and forms of requests that several pages have. Pure."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.viewer import Viewer

LONGEST = 2000
"""Signs of what is said in words."""


def words_field(label: str, name: str = "words") -> Field:
    """Return a field for what was said."""
    return Field(name=name, label=label, kind=Kind.WORDS, longest=LONGEST)


def rate_form(viewer: Viewer, verb: str, about: str) -> Component:
    """Return the form of how content a tenant is, for the desk or for the tenant."""
    scores = {str(n): viewer.say("request_page.score", score=n) for n in (5, 4, 3, 2, 1)}
    fields = [
        Field(name="score", label="request_form.score", kind=Kind.FEW, choices=scores, value=""),
        words_field("request_form.rated"),
    ]
    return act_form(viewer, verb, about, fields, button="request_form.rate")
