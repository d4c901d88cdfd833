"""Step 5a. From: the texts of notices. To: their list, and the page of one with its forms. Pure.

The page decides nothing: who drafts and who reviews are commands with a person, and the domain
asks for the second one.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import (
    Children,
    badge,
    data_age,
    empty,
    facts,
    link,
    page,
    panel,
    table,
)
from dashboards.formats import NOTHING
from dashboards.pages.notices.layout import PATH, TEXTS_PATH, parts_links
from dashboards.pages.plain import HTML_LANGUAGE
from dashboards.queries.notice_rows import TextBook
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.alerting.notices.reports import TemplateRow
from energy.alerting.notices.words import (
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    PLACES,
    TemplateKey,
    Wording,
    shipped,
    worded,
)
from energy.base.text import LANGUAGES, t

DRAFT, REVIEW, COUNT = "notice-draft", "notice-review", "notice-count"


def texts_page(viewer: Viewer, answer: Answer[TextBook]) -> Component:
    """Return the page of all texts."""
    known = {row.key: row for row in answer.rows.newest}
    heads = [viewer.say(f"notice_texts.{name}") for name in ("kind", "state", "text", "people")]
    rows: list[list[Children]] = []
    for key in TemplateKey:
        row = known.get(key)
        wording = row.wordings if row else shipped(key)
        rows.append(
            [
                link(viewer.say(f"notice_kind.{key}"), f"{TEXTS_PATH}/{key}"),
                _state(viewer, row),
                html.Span(wording[viewer.language]["text"], className="notice-text"),
                _people(viewer, row, answer.rows.people),
            ]
        )
    return page(
        viewer.say("notice_texts.title"),
        [
            parts_links(viewer, TEXTS_PATH),
            panel(
                viewer.say("notice_texts.title"),
                [
                    html.P(viewer.say("notice_texts.what"), className="subtitle"),
                    table(heads, rows, name="notice-texts"),
                ],
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="notice-texts",
            ),
        ],
        name="notice-texts",
    )


def text_page(viewer: Viewer, answer: Answer[TextBook], key: TemplateKey) -> Component:
    """Return the page of one text: as in force, as drafted, and what may be done with it."""
    book = answer.rows
    row = next((each for each in book.newest if each.key == key), None)
    force = book.in_force.get(key)
    waits = row is not None and row.reviewed_by is None
    panels: list[Component | None] = [
        panel(
            viewer.say("notice_texts.in_force"),
            _wordings(viewer, force, book)
            if force
            else empty(viewer.say("notice_texts.none_in_force")),
            aside=data_age(viewer, answer.age_s, answer.as_of),
            name="text-in-force",
        ),
        _waiting(viewer, row, book) if row is not None and waits else None,
        _drafting(viewer, row, key, book),
    ]
    return page(
        viewer.say(f"notice_kind.{key}"),
        panels,
        name="notice-text",
        crumbs=[
            link(viewer.say("nav.notices"), PATH),
            link(viewer.say("notice_texts.title"), TEXTS_PATH),
        ],
    )


def _state(viewer: Viewer, row: TemplateRow | None) -> Component:
    if row is None:
        return badge(viewer.say("notice_texts.state_none"), "calm")
    if row.reviewed_by is None:
        return badge(viewer.say("notice_texts.state_waits", version=row.version), "fair")
    return badge(viewer.say("notice_texts.state_counts", version=row.version), "good")


def _people(viewer: Viewer, row: TemplateRow | None, people: Mapping[UUID, str]) -> Children:
    if row is None:
        return NOTHING
    said = [viewer.say("notice_texts.by", person=people.get(row.drafted_by, "?"))]
    if row.reviewed_by is not None:
        said.append(viewer.say("notice_texts.read_by", person=people.get(row.reviewed_by, "?")))
    return [html.Div(each) for each in said]


def _waiting(viewer: Viewer, row: TemplateRow, book: TextBook) -> Component:
    """Return the draft that waits for its second person."""
    may, own = viewer.scope.may(Right.ADMINISTER), row.drafted_by == viewer.scope.person
    about = f"{row.key}@{row.version}"
    act: Component | None = None
    if may and own:
        act = html.P(viewer.say("notice_texts.own"), className="subtitle")
    elif may:
        act = act_form(viewer, REVIEW, about, [], button="notice_texts.review")
    return panel(
        viewer.say("notice_texts.waiting", version=row.version),
        [
            html.P(
                viewer.say("notice_texts.by", person=book.people.get(row.drafted_by, "?")),
                className="subtitle",
            ),
            *_wordings(viewer, row.wordings, book),
            act,
        ],
        name="text-waiting",
    )


def _wordings(
    viewer: Viewer, wordings: Mapping[str, Mapping[str, str]], book: TextBook
) -> list[Component]:
    """Return subject, text and an example as it would be sent, of both languages."""
    found: list[Component] = []
    for language in LANGUAGES:
        told = Wording.of(wordings[language])
        pairs: list[tuple[str, Children]] = [
            (viewer.say("notice_texts.subject"), told.subject),
            (viewer.say("notice_texts.text"), html.Span(told.text, className="notice-text")),
            (
                viewer.say("notice_texts.example"),
                counted(viewer, told, language, book.signature, book.blocked),
            ),
        ]
        found.append(html.H3(viewer.say(f"notice_texts.{language}")))
        found.append(facts(pairs, name="notice-wording"))
    return found


def counted(
    viewer: Viewer,
    wording: Wording,
    language: str,
    signature: Mapping[str, str],
    blocked: tuple[str, ...],
) -> Component:
    """Return a text as it would be sent, its signs and segments, and blocked words in it."""
    sample = {place: t(language, f"notice_sample.{place}") for place in PLACES}
    try:
        sent = worded(
            wording,
            sample,
            language=language,
            signature=signature.get(language, t(language, "notice_sample.signature")),
            blocked=blocked,
        )
    except (ValueError, KeyError, IndexError):  # a brace too many, or a place nobody fills
        return html.Span(viewer.say("notice_texts.unreadable"), className="notice-count")
    barred = [word for word in blocked if word.casefold() in wording.text.casefold()]
    return html.Div(
        [
            html.Div(sent.text, className="notice-text", lang=HTML_LANGUAGE[language]),
            html.Div(
                viewer.say("notice_texts.signs", signs=len(sent.text), segments=sent.segments),
                className="card-what",
            ),
            badge(viewer.say("notice_texts.blocked", words=", ".join(barred)), "bad")
            if barred
            else None,
        ],
        className="notice-count",
    )


def _drafting(
    viewer: Viewer, row: TemplateRow | None, key: TemplateKey, book: TextBook
) -> Component | None:
    """Return the form that writes a text anew, for administrators."""
    if not viewer.scope.may(Right.ADMINISTER):
        return None
    told = row.wordings if row else shipped(key)
    fields = []
    for language in LANGUAGES:
        spoken = viewer.say(f"notice_texts.{language}")
        for name, kind, longest in (
            ("subject", Kind.TEXT, LONGEST_SUBJECT),
            ("text", Kind.WORDS, LONGEST_TEXT),
        ):
            fields.append(
                Field(
                    name=f"{name}_{language}",
                    label=f"{viewer.say(f'notice_texts.{name}')} ({spoken})",
                    kind=kind,
                    value=told[language][name],
                    longest=longest,
                    plain=True,
                )
            )
    blocked = ", ".join(book.blocked) or NOTHING
    about = f"{key}@{row.version if row else 0}"
    return panel(
        viewer.say("notice_texts.draft"),
        [
            html.P(viewer.say("notice_texts.draft_what"), className="subtitle"),
            html.P(viewer.say("notice_texts.blocked_words", words=blocked), className="subtitle"),
            act_form(viewer, DRAFT, about, fields, button="notice_texts.draft_button"),
            html.Div(id={"type": COUNT, "about": about}, className="notice-live", role="status"),
        ],
        name="text-draft",
    )
