"""In: the balance of supply nodes per interval. Out: what each transformer and cable lost. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from energy.base.units import Utility
from energy.metering.supply.balance import Flow, NodeSeries, passed
from energy.metering.supply.graph import Element
from energy.metering.supply.losses import LossModel, expected_loss


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementLoss:
    """What one element lost over a period, as far as it is known."""

    node: str
    """Balance node in which it lies."""
    key: str
    model: LossModel
    load: int
    """What went through. [base unit]"""
    loss: int
    """Expected by its model; measured where it is the difference of both sides. [base unit]"""
    known: int
    """Intervals in which every meter of its node is known."""
    expected: int
    """Intervals in which it was there."""


def element_losses(
    every: Sequence[NodeSeries],
    flows: Mapping[str, Flow],
    utility: Utility,
    step_s: int,
    days: Sequence[int] = (0,),
) -> list[ElementLoss]:
    """Return what each element of some nodes lost, by node and key.

    Args:
        every: Balance nodes of a period.
        flows: What the meters counted, by point.
        utility: Of the graph.
        step_s: Width of an interval. [s]
        days: The first interval of each local day, from 0 on.
    """
    return [
        _element_loss(series, element, flows, utility, step_s, days)
        for series in every
        for element in series.node.elements
    ]


def _element_loss(
    series: NodeSeries,
    element: Element,
    flows: Mapping[str, Flow],
    utility: Utility,
    step_s: int,
    days: Sequence[int],
) -> ElementLoss:
    known = series.known
    load = np.zeros(len(known), dtype=np.int64)
    for meter in element.carried:
        if meter.point in flows:
            forward, back = passed(meter, flows[meter.point], source=False)
            load += forward - back
    lost = expected_loss(element.loss, utility, load, step_s, days)
    if element.loss.model is LossModel.DIFFERENCE:
        lost = series.into - series.out
    return ElementLoss(
        node=series.node.key,
        key=element.key,
        model=element.loss.model,
        load=int(load[known].sum()),
        loss=int(lost[known].sum()),
        known=int(known.sum()),
        expected=int(series.there.sum()),
    )
