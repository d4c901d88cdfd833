"""In: an address of the notices. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.notices.layout import notices_page
from dashboards.pages.notices.texts import text_page, texts_page
from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.queries.notice_rows import NoticeTab
from dashboards.viewer import Viewer
from energy.alerting.notices.words import TemplateKey


def _notices(parts: Parts, viewer: Viewer, asked: Asked) -> Component:
    tab = NoticeTab(asked.match[1] or NoticeTab.ALL)
    answer = parts.queries.notice_board(viewer.scope, tab, asked.selection)
    return notices_page(viewer, answer, asked.selection, zone=parts.settings.zone)


def _texts(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return texts_page(viewer, parts.queries.notice_texts(viewer.scope))


def _text(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.notice_texts(viewer.scope)
    known = asked.match[1] in set(TemplateKey)
    return text_page(viewer, answer, TemplateKey(asked.match[1])) if known else None


_TABS = "|".join(tab for tab in NoticeTab if tab is not NoticeTab.ALL)
NOTICE_VIEWS = (
    view(rf"/notices(?:/({_TABS}))?", _notices),
    view(r"/notices/texts", _texts),
    view(r"/notices/texts/([a-z_]{1,40})", _text),
)
