"""The methods by name. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from energy.metering.estimating.asked import EstimateError, Method
from energy.metering.estimating.hour_of_week import hour_of_week
from energy.metering.estimating.linear import linear
from energy.metering.estimating.proportion import proportion_of_parent
from energy.metering.estimating.schedule import schedule
from energy.metering.estimating.similar_day import similar_day

METHODS: Mapping[str, Method] = {
    "similar_day": similar_day,
    "hour_of_week": hour_of_week,
    "proportion_of_parent": proportion_of_parent,
    "schedule": schedule,
    "linear": linear,
}
"""Every method by the name that the journal keeps."""


def method_named(name: str) -> Method:
    """Return the method of a name.

    Raises:
        EstimateError: There is none.
    """
    found = METHODS.get(name)
    if found is None:
        raise EstimateError.of("estimate.method", name=name, known=", ".join(METHODS))
    return found
