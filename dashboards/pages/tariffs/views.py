"""In: an address of tariffs. Out: the page. I/O by ports."""

from __future__ import annotations

from datetime import date

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.pages.tariffs.layout import tariff_list, tariff_page
from dashboards.pages.tariffs.trial import trial_page
from dashboards.pages.view import KEY_FORM, Asked, view
from dashboards.viewer import Viewer

_VERSION = rf"/tariffs/({KEY_FORM})/(\d{{4}}-\d\d-\d\d)/(\d{{1,4}})"


def _tariffs(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return tariff_list(viewer, parts.queries.tariffs(viewer.scope), zone=parts.settings.zone)


def _key(asked: Asked) -> tuple[str, date, int] | None:
    """Return tariff, first day and number that an address names; None where it is no day."""
    try:
        return asked.match[1], date.fromisoformat(asked.match[2]), int(asked.match[3])
    except ValueError:
        return None


def _tariff(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    key = _key(asked)
    answer = key and parts.queries.tariff(viewer.scope, *key)
    return tariff_page(viewer, answer, zone=parts.settings.zone) if answer else None


def _trial(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    key = _key(asked)
    answer = key and parts.queries.tariff_trial(viewer.scope, *key, asked.match[4])
    return trial_page(viewer, answer) if answer else None


TARIFF_VIEWS = (
    view(r"/tariffs", _tariffs),
    view(_VERSION, _tariff),
    view(rf"{_VERSION}/on/({KEY_FORM})", _trial),
)
