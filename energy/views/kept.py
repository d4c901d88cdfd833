"""In: events that change no count. Out: which fold keeps each in its tables. Pure.

A subject brings its topics and a fold of the shape of `Fold`; who adds one adds a line to KEPT and
its tables to METERING_TABLES (energy/views/rebuild.py). Events that change counts or the registry
have their own place in energy/views/worker.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import psycopg

from energy.metering.plant import PLACE_TOPICS, SUPPLY_TOPICS
from energy.views.adjustments import ADJUSTMENT_TOPICS, fold_adjustment
from energy.views.formula.rows import FORMULA_TOPICS, fold_formula
from energy.views.papers import PAPER_TOPICS, fold_paper
from energy.views.places import fold_places
from energy.views.plans import PLAN_TOPICS, fold_plan
from energy.views.plant_rows import fold_supply
from energy.views.review import REVIEW_TOPICS, fold_review
from energy.views.shares.bearers import BEARER_TOPICS, fold_bearer
from energy.views.shares.rows import SHARE_TOPICS, fold_share

Fold = Callable[[psycopg.Cursor[tuple[object, ...]], str, int, Any], None]
"""Takes a cursor inside the follower's transaction, the schema, the position and the event."""

KEPT: tuple[tuple[Collection[str], Fold], ...] = (
    (PAPER_TOPICS, fold_paper),
    (ADJUSTMENT_TOPICS, fold_adjustment),
    (PLACE_TOPICS, fold_places),
    (SUPPLY_TOPICS, fold_supply),
    (PLAN_TOPICS, fold_plan),
    (REVIEW_TOPICS, fold_review),
    (BEARER_TOPICS, fold_bearer),
    (SHARE_TOPICS, fold_share),
    (FORMULA_TOPICS, fold_formula),
)
"""Topics and what folds them, by subject."""
FOLD_OF: dict[str, Fold] = {topic: fold for topics, fold in KEPT for topic in topics}
"""What folds each topic."""
