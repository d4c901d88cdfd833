"""In: the archive beside the project, the demo's extract. Out: fixtures. I/O: files."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from bench.baselines.archive import FOLDER
from energy.alerting.baseline.rolling import Floats
from simulator.energy_file import CAMBRIDGE

# The archive is no part of the project; the extract of 2019 is, and is judged everywhere.
collect_ignore = (
    [] if FOLDER.exists() and find_spec("pyarrow") else ["test_archive.py", "test_command.py"]
)


@pytest.fixture(scope="session")
def extract() -> Floats:
    """Electricity of 14 buildings in 2019 by hours of UTC, shape (14, 365, 24). [kWh]."""
    with np.load(CAMBRIDGE, allow_pickle=False) as arrays:
        chosen = [str(point).endswith("-elec") for point in arrays["point"]]
        return np.asarray(arrays["tenths_kwh"][chosen] / 10.0).reshape(-1, 365, 24)
