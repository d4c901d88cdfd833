"""In: a test file. Out: whether the fast set reads it at all. I/O: reads the file.

Importing is what costs: the fast set must end within ten seconds on two cores, so it leaves out
whole files that are marked for real servers, and those that import Dash, typst or the command row.
`scripts/test` runs them all.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

ROOT = Path(__file__).parent
VARIABLE = "METERLINE_TEST_SET"
_MARKED = re.compile(
    r"^pytestmark = (\[\s*)?pytest\.mark\.(servers|browser|slow|timing)\b", re.MULTILINE
)
_HEAVY = (
    "adapters/bacnet",
    "adapters/cjt188",
    "adapters/dlt645",
    "adapters/files",
    "adapters/mbus",
    "adapters/modbus/probing",
    "adapters/modbus/test_budget.py",
    "adapters/modbus/test_bus.py",
    "adapters/modbus/test_calls.py",
    "adapters/modbus/test_client_nasty.py",
    "adapters/modbus/test_cycle.py",
    "adapters/modbus/test_decode_columns.py",
    "adapters/modbus/test_plate_guard.py",
    "adapters/modbus/test_read_plan.py",
    "adapters/modbus/test_register_map.py",
    "adapters/modbus/test_register_reader.py",
    "adapters/mqtt/test_judge.py",
    "adapters/mqtt/test_mapping_file.py",
    "adapters/mqtt/test_mapping_values.py",
    "adapters/mqtt/test_source.py",
    "adapters/mqtt/test_sparkplug.py",
    "adapters/mqtt/test_sparkplug_wire.py",
    "adapters/opcua",
    "adapters/test_backoff.py",
    "adapters/test_profile_shelf.py",
    "adapters/test_quantities.py",
    "adapters/test_spool.py",
    "adapters/test_spool_disk.py",
    "adapters/test_spool_notes.py",
    "adapters/test_spool_salvage.py",
    "adapters/test_spool_thinning.py",
    "adapters/test_toml_text.py",
    "bench",
    "billing/documents",
    "billing/einvoice",
    "billing/test_drafting.py",
    "billing/test_rate_files.py",
    "contract",
    "dashboards",
    "docs",
    "energy/base/test_aggregate.py",
    "energy/base/test_errors.py",
    "energy/base/test_text.py",
    "energy/base/test_transfer.py",
    "energy/journal/test_export_file.py",
    "energy/metering/supply/test_culprit.py",
    "energy/metering/test_usage_groups.py",
    "energy/store/test_key_box.py",
    "energy/views/test_demand.py",
    "energy/views/test_group.py",
    "energy/views/test_replay_check.py",
    "energy/views/test_usage_rows.py",
    "faults",
    "line",
    "nasty",
    "processes",
    "properties",
    "quantities",
    "scripts",
    "simulation",
    "simulator",
    "tidy",
)
"""What takes long to import, to run or to write; `scripts/check` runs `tidy` as its own step."""


def is_fast_run() -> bool:
    """Return whether `scripts/test fast` runs."""
    return os.environ.get(VARIABLE) == "fast"


def is_slow_run() -> bool:
    """Return whether `scripts/test slow` runs."""
    return os.environ.get(VARIABLE) == "slow"


def left_out(path: Path) -> bool:
    """Return whether the fast set passes over a file or folder of tests."""
    if not path.is_relative_to(ROOT):
        return False
    inner = path.relative_to(ROOT).as_posix()
    if any(inner == folder or inner.startswith(f"{folder}/") for folder in _HEAVY):
        return True
    return path.suffix == ".py" and _MARKED.search(path.read_text(encoding="utf-8")) is not None
