"""In: requests, a JSON row each, on standard input. Out: an answer row each. I/O.

This file alone runs in the peer's own environment: nothing of Meterline is imported here, and
nothing of the peer anywhere else. The requests are its public functions as its users call them.
What is timed (`store`, `hours`, `register_hours`) is apart from what is not (`setup`, `take`,
`keep`); the clock is the asker's.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from bemserver_core import BEMServerCore, model  # type: ignore[import-not-found]
from bemserver_core.authorization import OpenBar  # type: ignore[import-not-found]
from bemserver_core.commands import setup_db  # type: ignore[import-not-found]
from bemserver_core.database import db  # type: ignore[import-not-found]
from bemserver_core.input_output import tsdio  # type: ignore[import-not-found]
from bemserver_core.process.energy_power import (  # type: ignore[import-not-found]
    energyindex2energy,
)

_HOUR_S = 3_600


class Program:
    """The peer with one campaign, its timeseries, and the frame last taken."""

    def __init__(self) -> None:
        self._state: Any = None
        self._scope: Any = None
        self._series: dict[str, list[Any]] = {}
        self._frame: Any = None
        self._result: Any = None

    def setup(self) -> dict[str, str]:
        """Make its tables and a campaign; return the versions that run."""
        BEMServerCore()
        setup_db()
        campaign = model.Campaign.new(name="bench")
        db.session.flush()
        self._scope = model.CampaignScope.new(name="bench", campaign_id=campaign.id)
        db.session.commit()
        self._state = model.TimeseriesDataState.get(name="Raw").first()
        return {name: version(name) for name in ("bemserver-core", "pandas", "sqlalchemy")}

    def add(self, name: str, meters: int) -> None:
        """Add a group of timeseries in watt-hours."""
        self._series[name] = [
            model.Timeseries.new(
                name=f"{name}-{number}",
                unit_symbol="Wh",
                campaign_id=self._scope.campaign_id,
                campaign_scope_id=self._scope.id,
            )
            for number in range(meters)
        ]
        db.session.commit()

    def take(self, name: str, file: str) -> None:
        """Read the next values of a group into a DataFrame."""
        with np.load(file) as columns:
            at = pd.DatetimeIndex(columns["at_us"].astype("M8[us]"), name="timestamp", tz="UTC")
            labels = [series.id for series in self._series[name]]
            self._frame = pd.DataFrame(columns["value"], index=at, columns=labels)

    def store(self) -> None:
        """Store the frame taken, and commit."""
        tsdio.set_timeseries_data(self._frame, self._state)
        db.session.commit()

    def hours(self, name: str, meters: int, start_us: int, end_us: int) -> None:
        """Sum the first meters of a group by hour."""
        self._result = tsdio.get_timeseries_buckets_data(
            _instant(start_us),
            _instant(end_us),
            self._series[name][:meters],
            self._state,
            1,
            "hour",
            "sum",
        )
        db.session.rollback()

    def register_hours(self, name: str, meters: int, start_us: int, end_us: int) -> None:
        """Turn the first meters of a group, registers, into energy by hour, one by one."""
        # Its span is half-open: one second more lets it see the reading at the end.
        end = _instant(end_us) + dt.timedelta(seconds=1)
        self._result = pd.DataFrame(
            {
                series.id: energyindex2energy(
                    _instant(start_us), end, series, self._state, _HOUR_S, "Wh"
                )
                for series in self._series[name][:meters]
            }
        )[:-1]
        db.session.rollback()

    def keep(self, file: str) -> None:
        """Write the last result to a file of numpy."""
        np.save(file, self._result.to_numpy(dtype=float))


def _instant(at_us: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=at_us)


def main() -> None:
    """Answer until the input ends; an error ends the program with its trace."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no answer
    program = Program()
    with OpenBar():
        for row in sys.stdin:
            request: dict[str, Any] = json.loads(row)
            act: Callable[..., object] = getattr(program, request.pop("do"))
            answers.write(json.dumps(act(**request)) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
