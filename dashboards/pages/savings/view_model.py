"""In: a viewer and a selection. Out: what the page of savings shows. I/O by the port."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from dashboards.figures.savings_days import Savings, savings_of
from dashboards.pages.load.view_model import LoadModel, load_model
from dashboards.pages.parts import Parts
from dashboards.selection import Compare, Selection, Span
from dashboards.viewer import Viewer
from energy.base.period import local_day


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsModel:
    """The page's answers."""

    load: LoadModel
    """Of the time reported, up to yesterday's end where it goes on."""
    savings: Savings | None
    """None where there is no such place, or no meter."""


def savings_model(parts: Parts, viewer: Viewer, selection: Selection) -> SavingsModel:
    """Return the answers of the page of savings.

    Both times are asked for as the load page asks, so that the same curves stand behind both.
    """
    zone = parts.settings.zone
    plain = replace(selection, compare=Compare.NONE)
    last = min(selection.last, local_day(parts.clock.now(), zone) - timedelta(days=1))
    if selection.first <= last < selection.last:
        plain = replace(plain, span=Span.FREE, at=selection.first, until=last)
    load = load_model(parts, viewer, plain)
    if load.load is None or load.utility is None:
        return SavingsModel(load=load, savings=None)
    first, until = selection.baseline()
    base = replace(plain, span=Span.FREE, at=first, until=until)
    baseline = parts.queries.load_range(viewer.scope, load.utility, base)
    if baseline is None:
        return SavingsModel(load=load, savings=None)
    return SavingsModel(load=load, savings=savings_of(load.load.rows, baseline.rows, zone))
