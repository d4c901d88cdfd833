"""In: the address of the sound. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.sound.hearing import hearing_of
from dashboards.pages.sound.layout import sound_page
from dashboards.pages.view import Asked, view
from dashboards.viewer import Viewer


def _sound(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return sound_page(viewer, hearing_of(parts, viewer))


SOUND_VIEWS = (view(r"/alerts/sound", _sound),)
