"""A small airport through the real sockets, in one go: nothing lost, nothing doubled, billed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
METERS = 30
PATIENCE_S = 180


@pytest.mark.servers
def test_an_airport_is_played_billed_and_summed_up_in_one_row(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("METERLINE_")}
    words = ["--site", "airport", "--meters", str(METERS), "--once"]
    folder = tmp_path / "airport"
    done = subprocess.run(
        [sys.executable, "-m", "processes.up", *words, "--data-dir", str(folder)],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    truth = json.loads((folder / "play.json").read_text())
    sent = truth["slots"] * truth["channels"]
    assert truth["slots"] == 97
    assert summary["readings_sent"] == sent
    assert summary["readings_journaled"] == summary["readings_projected"] == sent
    assert summary["max_error_counts"] == 0
    assert summary["chain_ok"]
    assert summary["invoices"] >= 2
    assert summary["currency"] == "CNY"
